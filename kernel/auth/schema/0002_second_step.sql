-- What proves who somebody is beside her password. All of it is of this installation alone: secrets do not travel.
-- local: auth_totp by person(person)
-- local: auth_paper by person(person)
-- local: auth_reset by person(person)
ALTER TABLE auth_session ADD COLUMN strong @INT NOT NULL DEFAULT 0;     -- when a second step was proved with it; 0: not
ALTER TABLE auth_person ADD COLUMN agreed @INT NOT NULL DEFAULT 0;      -- the newest version of the house's texts that she was asked about
ALTER TABLE auth_person ADD COLUMN band @INT NOT NULL DEFAULT 0;        -- how old she is, as the module says

-- `sealed`: nonce and box. since 0: it is being set up. step: the last one whose code worked. wrong: codes in a row.
CREATE TABLE auth_totp (
  person   @PERSON PRIMARY KEY,
  sealed   @BLOB NOT NULL,
  began    @INT NOT NULL,
  since    @INT NOT NULL,
  step     @INT NOT NULL,
  wrong    @INT NOT NULL
) @STRICT;

-- Codes that she keeps on paper: each goes when it is used. use: auth.h, Paper.
CREATE TABLE auth_paper (
  person   @PERSON NOT NULL,
  use      @INT NOT NULL,
  mac      @TEXT NOT NULL,
  made     @INT NOT NULL,
  PRIMARY KEY (person, use, mac)
) @KEYED;

-- A code from somebody who looks after the place, for who forgot her password.
CREATE TABLE auth_reset (
  person   @PERSON PRIMARY KEY,
  mac      @TEXT NOT NULL,
  made     @INT NOT NULL,
  works    @INT NOT NULL
) @STRICT;
-- sealed: aa1aca889db9a6d7
