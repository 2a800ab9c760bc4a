-- derived: people_person by person(id)
-- local: people_login by person(person)
-- A person: a guest until `account` is 1. Each value keeps the id of the record it came from, so that the order in which
-- records arrive does not matter.
CREATE TABLE people_person (
  id            @PERSON PRIMARY KEY,
  account       @INT NOT NULL,
  name          @TEXT NOT NULL,
  name_stamp    @INT NOT NULL,
  lang          @TEXT NOT NULL,
  lang_stamp    @INT NOT NULL
) @STRICT;

-- A guest who turned out to be somebody with an account.
CREATE TABLE people_alias (
  id            @ID,
  person        @INT NOT NULL,
  stamp         @INT NOT NULL
) @STRICT;
CREATE INDEX people_alias_person ON people_alias (person);

-- What one signs in with. Of this installation alone: secrets do not travel.
CREATE TABLE people_login (
  login         @TEXT NOT NULL PRIMARY KEY,
  person        @PERSON NOT NULL,
  hash          @TEXT NOT NULL
) @KEYED;
CREATE INDEX people_login_person ON people_login (person);
-- sealed: 95a27f7cf498f90f
