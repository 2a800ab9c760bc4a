-- Places, and who may do what there. What is said of a place later stands in a table of its own: it is a unit of its own, and may
-- come before the place.
-- derived: centres_place by record(id)
-- derived: centres_centre by centre(id)
-- derived: centres_body by body(id)
-- derived: centres_grouped by subject(economy)
-- derived: centres_grant by subject(stream id)
-- local: centres_note by person(giver)
CREATE TABLE centres_place (
    id        @ID,                     -- the record's, and the stream's
    audience  @INT NOT NULL,           -- enum Audience
    inside    @REF NOT NULL,           -- the stream of the economy; 1: everything
    sort      @TEXT NOT NULL,          -- "centre" "ministry" "association" "group"
    name      @TEXT NOT NULL,          -- at first
    opened    @INT NOT NULL
) @STRICT;
CREATE INDEX centres_place_inside ON centres_place (inside, id);

CREATE TABLE centres_centre (
    id        @REF PRIMARY KEY,
    name      @TEXT NOT NULL,
    way       @TEXT NOT NULL,          -- as somebody would tell it who asks for it
    hours     @TEXT NOT NULL,
    contact   @TEXT NOT NULL,          -- the named person
    reach     @TEXT NOT NULL,          -- and how she is reached
    closed    @INT NOT NULL
) @STRICT;

CREATE TABLE centres_body (
    id        @REF PRIMARY KEY,
    name      @TEXT NOT NULL,
    closed    @INT NOT NULL
) @STRICT;

CREATE TABLE centres_grouped (
    economy   @TEXT NOT NULL,
    place     @REF NOT NULL,           -- the group
    PRIMARY KEY (economy, place)
) @KEYED;

-- From the offer to its end. The role itself, as of each record, is a standing of the journal's.
CREATE TABLE centres_grant (
    stream    @REF NOT NULL,
    id        @REF NOT NULL,
    audience  @INT NOT NULL,
    role      @INT NOT NULL,           -- one bit, ROLE_… of journal.h
    giver     @PERSON NOT NULL,        -- 0: whoever keeps the machine
    asked     @PERSON NOT NULL,        -- who alone may accept; 0: whoever shows the code
    code      @TEXT NOT NULL,
    offered   @INT NOT NULL,
    expires   @INT NOT NULL,
    until     @INT NOT NULL,
    person    @PERSON NOT NULL,        -- who accepted; 0: nobody yet
    name      @TEXT NOT NULL,
    accepted  @INT NOT NULL,
    ended     @INT NOT NULL,
    ender     @PERSON NOT NULL,
    PRIMARY KEY (stream, id)
) @KEYED;
CREATE INDEX centres_grant_person ON centres_grant (person);
CREATE INDEX centres_grant_asked ON centres_grant (asked);

-- For whom a code is meant, in the giver's words: they are about somebody who has not been asked, so no record has them.
CREATE TABLE centres_note (
    id        @REF PRIMARY KEY,        -- the grant
    giver     @PERSON NOT NULL,
    words     @TEXT NOT NULL
) @STRICT;
CREATE INDEX centres_note_giver ON centres_note (giver);
-- sealed: 0b38d53a8657d807
