-- local: inbox_seen
-- What came in and was kept, so that the same is not taken twice: who brings it and did not hear our answer brings it again.
CREATE TABLE inbox_seen (
    mark     @BLOB PRIMARY KEY,         -- a hash of the message and its receiver
    seen_at  @INT NOT NULL
) @KEYED;
CREATE INDEX inbox_seen_at ON inbox_seen (seen_at);
-- sealed: 5057895b1f8ba864
