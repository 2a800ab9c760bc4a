-- Records are applied in order: the last one need not be told from the others. The person belongs to the key, for nobody's
-- rows may stand in the way of another's.
DROP TABLE example_done;
CREATE TABLE example_done (
    person     @PERSON NOT NULL,
    note       @REF NOT NULL,
    done       @INT NOT NULL,
    PRIMARY KEY (person, note)
) @KEYED;
-- sealed: 89278aed7377e4e8
