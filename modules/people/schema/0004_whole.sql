-- How old somebody is, what she agreed to, who answers for her.
-- derived: people_agreed by person(person)
-- derived: people_allowed by person(person)
-- content: people_text
ALTER TABLE people_person ADD COLUMN band @INT NOT NULL DEFAULT 0;      -- people.h, PeopleBand
ALTER TABLE people_person ADD COLUMN agreed @INT NOT NULL DEFAULT 0;    -- the newest version that she was asked about

CREATE TABLE people_agreed (
  person     @PERSON NOT NULL,
  name       @TEXT NOT NULL,         -- of the text
  version    @INT NOT NULL,
  accepted   @INT NOT NULL,          -- 0: not now
  at         @INT NOT NULL,
  lang       @TEXT NOT NULL,
  seen       @TEXT NOT NULL,         -- BLAKE2b of what she saw
  PRIMARY KEY (person, name, version)
) @KEYED;

CREATE TABLE people_allowed (
  person     @PERSON PRIMARY KEY,
  centre     @REF NOT NULL,
  allowed    @INT NOT NULL
) @STRICT;

-- The house's texts, each version that was ever put up here: who agreed to an old one may read it again.
CREATE TABLE people_text (
  name       @TEXT NOT NULL,
  lang       @TEXT NOT NULL,
  version    @INT NOT NULL,
  title      @TEXT NOT NULL,
  hash       @TEXT NOT NULL,
  html       @TEXT NOT NULL,
  PRIMARY KEY (name, version, lang)
) @KEYED;
-- sealed: 98d649520a71cc5e
