-- A person's own notes. Two tables, because records of other nodes come in any order: "done" may arrive before the note
-- it speaks of, and must then be waiting here when the note comes.
-- derived: example_note by person(person)
-- derived: example_done by person(person)
CREATE TABLE example_note (
    id         @ID,                    -- the id of the record that wrote it
    person     @PERSON NOT NULL,
    body       @TEXT NOT NULL,
    written_at @INT NOT NULL
) @STRICT;
CREATE INDEX example_note_person ON example_note (person, id);

CREATE TABLE example_done (
    note       @REF PRIMARY KEY,
    person     @PERSON NOT NULL,
    done       @INT NOT NULL,
    stamp      @INT NOT NULL           -- the id of the record that said so: the latest wins
) @STRICT;
-- sealed: 2df7d883b5eb0b6c
