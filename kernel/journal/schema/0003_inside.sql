-- A stream lies in others from a record until a record, and in several at once: an economy in the groups it belongs to. No released kind
-- said of any what it lies in, so there is nothing to take over.
DROP TABLE journal_stream;
CREATE TABLE journal_stream (
    stream   @REF NOT NULL,
    inside   @REF NOT NULL,
    since    @INT NOT NULL,
    ends     @INT NOT NULL,              -- 0: not ended
    module   @TEXT NOT NULL,             -- this and what follows: the unit that says so
    unit     @REF NOT NULL,
    topic    @TEXT NOT NULL,
    PRIMARY KEY (stream, inside, since)
) @KEYED;
CREATE INDEX journal_stream_unit ON journal_stream (unit, topic);
-- sealed: 5053db8da3417a5c
