-- local: job
-- What must happen later. A queue: not made from the journal, and not of any use to another node.
CREATE TABLE job (
    id        @ID,
    kind      @TEXT NOT NULL,
    body      @TEXT NOT NULL,
    mark      @TEXT NOT NULL,           -- of the body, so that an index can say "the same one is waiting"
    due       @INT NOT NULL,
    tries     @INT NOT NULL,            -- that failed
    failed_at @INT NOT NULL,            -- 0 while it waits
    why       @TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX job_waiting ON job (kind, mark) WHERE failed_at = 0;
CREATE INDEX job_due ON job (due) WHERE failed_at = 0;
-- sealed: 61fccce8b8604e7e
