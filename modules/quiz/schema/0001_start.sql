-- content: quiz_set quiz_question quiz_version
-- Questions are content: installed from files, the same on every node. A version is named by a hash of its content.
CREATE TABLE quiz_set (
    set_key   @TEXT NOT NULL PRIMARY KEY,    -- "practices/order/map"
    title     @TEXT NOT NULL,
    url       @TEXT NOT NULL,                -- the page that shows the set
    questions @INT NOT NULL,
    sheet     @TEXT NOT NULL                 -- all its questions as the page needs them (quiz_pack.c): one row a lesson
) @KEYED;

CREATE TABLE quiz_question (
    set_key @TEXT NOT NULL,
    name    @TEXT NOT NULL,
    place   @INT NOT NULL,                   -- 1, 2, …; 0: no longer in the set
    version @INT NOT NULL,
    PRIMARY KEY (set_key, name)
) @KEYED;

CREATE TABLE quiz_version (
    set_key @TEXT NOT NULL,
    name    @TEXT NOT NULL,
    version @INT NOT NULL,
    packed  @TEXT NOT NULL,
    source  @TEXT NOT NULL,                  -- as its author wrote it
    since   @INT NOT NULL,
    PRIMARY KEY (set_key, name, version)
) @KEYED;

-- Every answer ever given, and the latest of each person and question beside it for the pages that are read all day.
-- derived: quiz_try by person(person) through quiz_answer
-- derived: quiz_answer by person(person)
CREATE TABLE quiz_try (
    set_key  @TEXT NOT NULL,
    question @TEXT NOT NULL,
    person   @PERSON NOT NULL,
    id       @INT NOT NULL,                  -- of the record: ordered by time, the same everywhere
    version  @INT NOT NULL,
    response @TEXT NOT NULL,                 -- these three: QuizGiven in quiz_own.h
    hit      @TEXT NOT NULL,
    score    @INT NOT NULL,
    at       @INT NOT NULL,
    PRIMARY KEY (set_key, question, person, id)
) @KEYED;

CREATE TABLE quiz_answer (
    person   @PERSON NOT NULL,
    set_key  @TEXT NOT NULL,
    question @TEXT NOT NULL,
    id       @INT NOT NULL,                  -- of the latest try; the columns below are its own
    version  @INT NOT NULL,
    response @TEXT NOT NULL,
    hit      @TEXT NOT NULL,
    score    @INT NOT NULL,
    at       @INT NOT NULL,
    tries    @INT NOT NULL,
    PRIMARY KEY (person, set_key, question)
) @KEYED;
-- sealed: 79feebcf5dc5fcbb
