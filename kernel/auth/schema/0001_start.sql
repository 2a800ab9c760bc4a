-- Who is at the other end. Only auth_person is derived: sessions, the staff mark and counted guesses belong to this
-- installation and to no record.
-- local: auth_session by person(person)
-- local: auth_staff by person(person)
-- local: auth_try
-- derived: auth_person by person(id)
CREATE TABLE auth_session (
  hash     @BLOB NOT NULL PRIMARY KEY,
  person   @PERSON NOT NULL,
  started  @INT NOT NULL,
  seen     @INT NOT NULL,
  agent    @TEXT NOT NULL
) @KEYED;
CREATE INDEX auth_session_person ON auth_session (person);

CREATE TABLE auth_person (
  id       @PERSON PRIMARY KEY,
  name     @TEXT NOT NULL,
  lang     @TEXT NOT NULL,
  account  @INT NOT NULL
) @STRICT;

CREATE TABLE auth_staff (
  person   @PERSON PRIMARY KEY
) @STRICT;

CREATE TABLE auth_try (
  what     @BLOB NOT NULL PRIMARY KEY,
  failed   @INT NOT NULL,
  since    @INT NOT NULL
) @KEYED;
-- sealed: c494f29daa7ca1d5
