-- Who is at the other end. Only auth_person is derived: sessions, the staff mark and counted guesses belong to this
-- installation and to no record.
CREATE TABLE auth_session (
  hash     @BLOB NOT NULL PRIMARY KEY,
  person   @INT NOT NULL,
  started  @INT NOT NULL,
  seen     @INT NOT NULL,
  agent    @TEXT NOT NULL
) @KEYED;
CREATE INDEX auth_session_person ON auth_session (person);

-- derived: auth_person
CREATE TABLE auth_person (
  id       @ID,
  name     @TEXT NOT NULL,
  lang     @TEXT NOT NULL,
  account  @INT NOT NULL
) @STRICT;

CREATE TABLE auth_staff (
  person   @ID
) @STRICT;

CREATE TABLE auth_try (
  what     @BLOB NOT NULL PRIMARY KEY,
  failed   @INT NOT NULL,
  since    @INT NOT NULL
) @KEYED;
