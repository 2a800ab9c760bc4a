-- The journal itself. Nothing here is derived: this is what derived tables are made from. (0002 says what its tables are.)
CREATE TABLE journal (
    id      @ID,
    node    @INT NOT NULL,
    seq     @INT NOT NULL,              -- 1, 2, 3, … without gaps for each node; ids grow with it
    at      @INT NOT NULL,
    actor   @INT NOT NULL,
    kind    @TEXT NOT NULL,             -- '': another person's record, of which we only hold the place
    subject @TEXT NOT NULL,
    body    @TEXT NOT NULL              -- '': erased
) @STRICT;
CREATE UNIQUE INDEX journal_node_seq ON journal (node, seq);
CREATE INDEX journal_actor ON journal (actor);
CREATE INDEX journal_subject ON journal (subject) WHERE subject <> '';
CREATE INDEX journal_erased ON journal (subject) WHERE kind = 'person.erased';

-- Every node whose records we hold, and the numbers of this installation.
CREATE TABLE journal_node (
    node    @ID,
    key     @TEXT NOT NULL,             -- whose number it is: a fingerprint of that installation's key
    own     @INT NOT NULL,
    lease   @TEXT NOT NULL,             -- the process that writes under it, while `until` has not come
    until   @INT NOT NULL,
    mark    @INT NOT NULL               -- ms since 2026; no id of a later time was ever given out
) @STRICT;

CREATE TABLE journal_key (
    one     @ID CHECK (one = 1),
    key     @TEXT NOT NULL              -- 128 random bits in hex
) @STRICT;
-- sealed: 25bd16ee5709dd7c
