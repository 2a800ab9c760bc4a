-- content: learn_pack learn_module learn_course learn_after learn_near learn_lesson learn_field learn_paper learn_sheet learn_term
-- What packs bring. Not derived from the journal: `sampan learn install` makes it from files, the same on every node.
-- Keys are addresses below /learn: "practices", "practices/order", "practices/order/map".
CREATE TABLE learn_pack (
  pack          @TEXT NOT NULL PRIMARY KEY,  -- the folder's name: "standard"
  hash          @TEXT NOT NULL,              -- of the files in use; '' when none ever fitted
  installed_at  @INT NOT NULL,
  tried_at      @INT NOT NULL,               -- the last time its files differed from what is in use
  problems      @TEXT NOT NULL,              -- what was wrong with them then, a line each; '' when nothing was
  problem_n     @INT NOT NULL,
  language      @TEXT NOT NULL,
  title         @TEXT NOT NULL,
  forms         @TEXT NOT NULL,              -- a line each
  phases        @TEXT NOT NULL,
  visit         @TEXT NOT NULL,
  modules       @INT NOT NULL,
  courses       @INT NOT NULL,
  lessons       @INT NOT NULL,
  questions     @INT NOT NULL,
  body          @TEXT NOT NULL
) @STRICT;

CREATE TABLE learn_module (
  key           @TEXT NOT NULL PRIMARY KEY,
  pack          @TEXT NOT NULL,
  language      @TEXT NOT NULL,              -- it is written in
  position      @INT NOT NULL,
  number        @INT NOT NULL,
  title         @TEXT NOT NULL,
  competencies  @TEXT NOT NULL,              -- a line each
  courses       @INT NOT NULL,
  lessons       @INT NOT NULL,
  minutes       @INT NOT NULL,
  body          @TEXT NOT NULL
) @STRICT;

CREATE TABLE learn_course (
  key           @TEXT NOT NULL PRIMARY KEY,
  pack          @TEXT NOT NULL,
  language      @TEXT NOT NULL,
  module        @TEXT NOT NULL,
  position      @INT NOT NULL,
  title         @TEXT NOT NULL,
  module_title  @TEXT NOT NULL,
  level         @TEXT NOT NULL,              -- S, O, G
  outcome       @TEXT NOT NULL,
  lessons       @INT NOT NULL,
  minutes       @INT NOT NULL,
  led           @INT NOT NULL,               -- 1: there are notes for leading it in a room
  body          @TEXT NOT NULL
) @STRICT;
CREATE INDEX learn_course_module ON learn_course (module, position);

-- Courses that are well done before a course.
CREATE TABLE learn_after (
  pack          @TEXT NOT NULL,
  key           @TEXT NOT NULL,
  position      @INT NOT NULL,
  needs         @TEXT NOT NULL,
  title         @TEXT NOT NULL,
  PRIMARY KEY (key, position)
) @KEYED;

-- The lessons that a page lists: of a course, its own; of a lesson, those of its course and those well done before it.
CREATE TABLE learn_near (
  page          @TEXT NOT NULL,              -- the course or lesson that lists it
  position      @INT NOT NULL,               -- of the lesson, in its pack
  pack          @TEXT NOT NULL,
  key           @TEXT NOT NULL,
  title         @TEXT NOT NULL,
  minutes       @INT NOT NULL,
  inside        @INT NOT NULL,               -- 1: of the same course
  before        @INT NOT NULL,               -- 1: well done before the page's lesson
  PRIMARY KEY (page, position)
) @KEYED;

-- All that the page of a lesson needs is one row, the short columns first, so that lists never read the long ones.
CREATE TABLE learn_lesson (
  key           @TEXT NOT NULL PRIMARY KEY,
  pack          @TEXT NOT NULL,
  language      @TEXT NOT NULL,
  position      @INT NOT NULL,               -- in its pack
  course        @TEXT NOT NULL,
  module        @TEXT NOT NULL,
  title         @TEXT NOT NULL,
  outcome       @TEXT NOT NULL,
  minutes       @INT NOT NULL,
  course_title  @TEXT NOT NULL,
  module_title  @TEXT NOT NULL,
  task_title    @TEXT NOT NULL,
  next_key      @TEXT NOT NULL,              -- '' after the last one
  next_title    @TEXT NOT NULL,
  next_where    @TEXT NOT NULL,              -- the course or module it begins
  next_why      @INT NOT NULL,               -- enum NextWhy in learn_own.h
  contents      @TEXT NOT NULL,              -- links to the headings of the body
  body          @TEXT NOT NULL,
  task          @TEXT NOT NULL,
  key_points    @TEXT NOT NULL,
  sources       @TEXT NOT NULL,
  changes       @TEXT NOT NULL
) @STRICT;
CREATE INDEX learn_lesson_position ON learn_lesson (pack, position);
CREATE INDEX learn_lesson_course ON learn_lesson (course, position);
-- @postgres
-- A page is read a thousand times for each time it is written: unpacking it each time costs more than the room it takes.
ALTER TABLE learn_lesson ALTER COLUMN body SET STORAGE EXTERNAL;
-- @both

CREATE TABLE learn_field (
  lesson        @TEXT NOT NULL,
  position      @INT NOT NULL,
  pack          @TEXT NOT NULL,
  field         @TEXT NOT NULL,              -- "product.weight"
  kind          @INT NOT NULL,               -- enum FieldKind in learn_pack.h
  required      @INT NOT NULL,
  label         @TEXT NOT NULL,
  hint          @TEXT NOT NULL,
  unit          @TEXT NOT NULL,
  low           @REAL NOT NULL,
  high          @REAL NOT NULL,
  options       @TEXT NOT NULL,              -- a line each
  PRIMARY KEY (lesson, position)
) @KEYED;

-- The questions as their author wrote them, for paper.
CREATE TABLE learn_paper (
  lesson        @TEXT NOT NULL PRIMARY KEY,
  pack          @TEXT NOT NULL,
  gift          @TEXT NOT NULL
) @STRICT;

-- The visit, and notes for leading a course in a room.
CREATE TABLE learn_sheet (
  key           @TEXT NOT NULL,              -- "visit", "practices/order/facilitator"
  pack          @TEXT NOT NULL,
  language      @TEXT NOT NULL,
  title         @TEXT NOT NULL,
  minutes       @INT NOT NULL,
  body          @TEXT NOT NULL,
  PRIMARY KEY (key, pack)
) @STRICT;

CREATE TABLE learn_term (
  key           @TEXT NOT NULL,
  pack          @TEXT NOT NULL,
  language      @TEXT NOT NULL,
  position      @INT NOT NULL,
  term          @TEXT NOT NULL,
  body          @TEXT NOT NULL,
  PRIMARY KEY (key, pack)
) @STRICT;

-- What people do.
-- derived: learn_answer by person(person)
-- derived: learn_done by person(person)
-- derived: learn_place by person(person)

-- A field of the tasks: one answer of a person, whichever lesson asks for it. The latest record wins.
CREATE TABLE learn_answer (
  person        @PERSON NOT NULL,
  field         @TEXT NOT NULL,
  value         @TEXT NOT NULL,              -- as learn_task.c writes it; '' when it was taken out again
  lesson        @TEXT NOT NULL,
  at            @INT NOT NULL,
  stamp         @INT NOT NULL,
  PRIMARY KEY (person, field)
) @KEYED;

-- Completed once is completed: the first record counts, and later changes to the lesson take nothing away.
CREATE TABLE learn_done (
  person        @PERSON NOT NULL,
  lesson        @TEXT NOT NULL,
  course        @TEXT NOT NULL,
  at            @INT NOT NULL,
  stamp         @INT NOT NULL,
  PRIMARY KEY (person, lesson)
) @KEYED;

-- The lesson somebody last saved something in: an answer, a task, its completion. Reading alone writes nothing.
CREATE TABLE learn_place (
  person        @PERSON PRIMARY KEY,
  lesson        @TEXT NOT NULL,
  at            @INT NOT NULL,
  stamp         @INT NOT NULL
) @STRICT;
-- sealed: ac26ec584e3cc9c1
