-- Guests who were made here and may turn out to have saved one thing and never come back (people_sweep.c). `up`: how long this installation
-- had been running by then, in ms, all its lives together: no clock of the day has a part in it.
-- local: people_guest by person(person)
-- local: people_up
CREATE TABLE people_guest (
  person        @PERSON PRIMARY KEY,
  up            @INT NOT NULL
) @STRICT;
CREATE INDEX people_guest_up ON people_guest (up);

CREATE TABLE people_up (
  one           @ID CHECK (one = 1),
  ms            @INT NOT NULL
) @STRICT;

-- Those who are guests already are looked at when their time has come, counted from now; who was made elsewhere is let go then.
INSERT INTO people_guest (person, up) SELECT id, 0 FROM people_person WHERE account = 0;
-- sealed: e4221a083ae38f1f
