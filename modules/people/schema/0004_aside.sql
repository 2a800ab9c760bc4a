-- Work of a guest that somebody found on a device and said was not hers (people_shared.c). It stays with the guest, whom nobody can be any
-- more; for a day, she who said so may say that it was hers after all.
-- local: people_aside by person(guest)
CREATE TABLE people_aside (
  guest         @PERSON PRIMARY KEY,
  said_by       @TEXT NOT NULL,         -- a MAC of who said so; '' nobody who is known
  at            @INT NOT NULL
) @STRICT;
CREATE INDEX people_aside_said_by ON people_aside (said_by, at);
-- sealed: 59f8e770b6ed77a4
