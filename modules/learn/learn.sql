-- ---- pages ------------------------------------------------------------------------------------------------------------

-- name: programme() one
SELECT title, forms, phases, visit, language, modules, courses, lessons, body AS "body:html"
  FROM learn_pack WHERE hash <> '' ORDER BY CASE WHEN pack = 'standard' THEN 0 ELSE 1 END, pack LIMIT 1;

-- name: modules(me int) many
SELECT m.key, m.number, m.title, m.courses, m.lessons, m.minutes, coalesce(g.done, 0) AS "done:int"
  FROM learn_module m
  LEFT JOIN (SELECT l.module, count(*) AS done FROM learn_done d JOIN learn_lesson l ON l.key = d.lesson
              WHERE d.person = :me GROUP BY l.module) g ON g.module = m.key
 ORDER BY CASE WHEN m.pack = 'standard' THEN 0 ELSE 1 END, m.pack, m.position;

-- name: module_at(key str) one
SELECT key, language, number, title, competencies, lessons, minutes, body AS "body:html" FROM learn_module WHERE key = :key;

-- name: courses(me int, module str) many
SELECT c.key, c.title, c.level, c.outcome, c.lessons, c.minutes, coalesce(g.done, 0) AS "done:int"
  FROM learn_course c
  LEFT JOIN (SELECT l.course, count(*) AS done FROM learn_done d JOIN learn_lesson l ON l.key = d.lesson
              WHERE d.person = :me GROUP BY l.course) g ON g.course = c.key
 WHERE c.module = :module ORDER BY c.position;

-- name: course(key str) one
SELECT key, pack, language, module, module_title, title, level, outcome, lessons, minutes, led AS "led:bool", body AS "body:html"
  FROM learn_course WHERE key = :key;

-- name: courses_before(me int, course str) many
SELECT a.needs, a.title, c.lessons,
       (SELECT count(*) FROM learn_done d JOIN learn_lesson l ON l.key = d.lesson
         WHERE d.person = :me AND l.course = a.needs) AS "done:int"
  FROM learn_after a JOIN learn_course c ON c.key = a.needs WHERE a.key = :course ORDER BY a.position;

-- name: lesson(key str) one
SELECT key, course, module, title, outcome, minutes, course_title, module_title, task_title, next_key, next_title, next_where,
       next_why, pack, language, position, contents AS "contents:html", body AS "body:html", task AS "task:html", key_points AS "key_points:html", sources AS "sources:html",
       changes AS "changes:html"
  FROM learn_lesson WHERE key = :key;

-- name: around(me int, page str) many
-- The lessons that a course or lesson lists, with how they stand.
SELECT n.key, n.title, n.minutes, n.position, n.inside AS "inside:bool", n.before AS "before:bool",
       CASE WHEN d.lesson IS NULL THEN 0 ELSE 1 END AS "done:bool", coalesce(d.at, 0) AS "at:int"
  FROM learn_near n LEFT JOIN learn_done d ON d.person = :me AND d.lesson = n.key
 WHERE n.page = :page ORDER BY n.position;

-- name: task_state(me int, lesson str, counted int) one
-- How far her task is. `counted`: the kind of field whose characters are counted before it is filled.
SELECT count(*) AS "lines:int", coalesce(sum(f.required), 0) AS "required:int", coalesce(max(a.at), 0) AS "saved_at:int",
       coalesce(sum(CASE WHEN f.required = 1 AND a.value <> '' AND (f.kind <> :counted OR length(a.value) >= f.low) THEN 1
                         ELSE 0 END), 0) AS "filled:int"
  FROM learn_field f LEFT JOIN learn_answer a ON a.person = :me AND a.field = f.field
 WHERE f.lesson = :lesson;

-- name: fields(me int, lesson str) many
SELECT f.field, f.kind, f.required AS "required:bool", f.label, f.hint, f.unit, f.low, f.high, f.options,
       coalesce(a.value, '') AS "value:str", coalesce(a.stamp, 0) AS "stamp:int", coalesce(a.at, 0) AS "at:int",
       coalesce(a.beside, '') AS "beside:str"
  FROM learn_field f LEFT JOIN learn_answer a ON a.person = :me AND a.field = f.field
 WHERE f.lesson = :lesson ORDER BY f.position;

-- name: paper(lesson str) one
SELECT gift FROM learn_paper WHERE lesson = :lesson;

-- name: sheet(key str) one
SELECT title, language, minutes, body AS "body:html" FROM learn_sheet WHERE key = :key ORDER BY pack LIMIT 1;

-- name: terms() many
-- Two packs may explain one word; the first is shown.
SELECT t.key, t.language, t.term, t.body AS "body:html" FROM learn_term t
 WHERE NOT EXISTS (SELECT 1 FROM learn_term o WHERE o.key = t.key AND o.pack < t.pack) ORDER BY t.pack, t.position;

-- ---- where somebody is ------------------------------------------------------------------------------------------------

-- name: place(me int) one
SELECT l.key, l.title, l.pack, l.course_title, l.position, p.at, CASE WHEN d.lesson IS NULL THEN 0 ELSE 1 END AS "done:bool"
  FROM learn_place p JOIN learn_lesson l ON l.key = p.lesson
  LEFT JOIN learn_done d ON d.person = p.person AND d.lesson = p.lesson
 WHERE p.person = :me;

-- name: open_after(me int, pack str, position int) one
-- The first lesson she has not completed, after a place in a pack; pack '': of all, the first pack first.
SELECT l.key, l.title, l.course, l.course_title, l.minutes
  FROM learn_lesson l
 WHERE (:pack = '' OR l.pack = :pack) AND l.position > :position AND NOT EXISTS (SELECT 1 FROM learn_done d WHERE d.person = :me AND d.lesson = l.key)
 ORDER BY l.pack, l.position LIMIT 1;

-- name: done_in_course(me int, course str) int
SELECT count(*) AS "n:int" FROM learn_done d JOIN learn_lesson l ON l.key = d.lesson WHERE d.person = :me AND l.course = :course;

-- name: done(me int) many
-- What somebody has done, the newest first.
SELECT d.lesson, l.title, l.course_title, d.at
  FROM learn_done d JOIN learn_lesson l ON l.key = d.lesson WHERE d.person = :me ORDER BY d.stamp DESC LIMIT 500;

-- ---- what records make ------------------------------------------------------------------------------------------------

-- name: put_answer(person int, field str, value str, lesson str, at int, stamp int, own bool) run
INSERT INTO learn_answer (person, field, value, lesson, at, stamp, own, beside) VALUES (:person, :field, :value, :lesson, :at, :stamp, :own, '')
    ON CONFLICT (person, field) DO UPDATE SET value = excluded.value, lesson = excluded.lesson, at = excluded.at, stamp = excluded.stamp,
       own = excluded.own, beside = '';

-- name: put_beside(person int, field str, value str) run
-- Where she has a word of her own; else nothing is touched.
UPDATE learn_answer SET beside = CASE WHEN value = :value THEN '' ELSE :value END WHERE person = :person AND field = :field AND own = 1;

-- name: written(person int) int
SELECT count(*) AS "n:int" FROM learn_answer WHERE person = :person AND value <> '';

-- name: put_done(person int, lesson str, course str, at int, stamp int) run
-- Completed once is completed: the first record counts.
INSERT INTO learn_done (person, lesson, course, at, stamp) VALUES (:person, :lesson, :course, :at, :stamp)
    ON CONFLICT (person, lesson) DO NOTHING;

-- name: put_place(person int, lesson str, at int, stamp int) run
INSERT INTO learn_place (person, lesson, at, stamp) VALUES (:person, :lesson, :at, :stamp)
    ON CONFLICT (person) DO UPDATE SET lesson = excluded.lesson, at = excluded.at, stamp = excluded.stamp;

-- ---- packs ------------------------------------------------------------------------------------------------------------

-- name: packs() many
SELECT pack, title, language, hash, installed_at, tried_at, problems, problem_n, modules, courses, lessons, questions
  FROM learn_pack ORDER BY pack LIMIT 100;

-- name: pack(pack str) one
SELECT hash, problem_n FROM learn_pack WHERE pack = :pack;

-- name: pack_fits(pack str, at int) run
-- Its files are again what is in use.
UPDATE learn_pack SET tried_at = :at, problems = '', problem_n = 0 WHERE pack = :pack;

-- name: pack_claim(pack str, at int) run
-- Two processes that start at once: the second waits here, and then finds the work done.
INSERT INTO learn_pack (pack, hash, installed_at, tried_at, problems, problem_n, language, title, forms, phases, visit, modules, courses,
                        lessons, questions, body)
VALUES (:pack, '', 0, :at, '', 0, '', :pack, '', '', '', 0, 0, 0, 0, '')
    ON CONFLICT (pack) DO UPDATE SET tried_at = excluded.tried_at;

-- name: pack_refused(pack str, problems str, problem_n int) run
UPDATE learn_pack SET problems = :problems, problem_n = :problem_n WHERE pack = :pack;

-- name: pack_put(pack str, hash str, at int, language str, title str, forms str, phases str, visit str, modules int, courses int, lessons int, questions int, body str) run
UPDATE learn_pack SET hash = :hash, installed_at = :at, problems = '', problem_n = 0, language = :language, title = :title, forms = :forms,
       phases = :phases, visit = :visit, modules = :modules, courses = :courses, lessons = :lessons, questions = :questions, body = :body
 WHERE pack = :pack;

-- name: lessons_of_pack(pack str) many
SELECT key FROM learn_lesson WHERE pack = :pack ORDER BY position LIMIT 5000;

-- name: other_owner(key str, pack str) one
-- The other pack that has a module, course or lesson of this address.
SELECT pack FROM learn_module WHERE key = :key AND pack <> :pack
UNION SELECT pack FROM learn_course WHERE key = :key AND pack <> :pack
UNION SELECT pack FROM learn_lesson WHERE key = :key AND pack <> :pack LIMIT 1;

-- name: drop_modules(pack str) run
DELETE FROM learn_module WHERE pack = :pack;

-- name: drop_courses(pack str) run
DELETE FROM learn_course WHERE pack = :pack;

-- name: drop_after(pack str) run
DELETE FROM learn_after WHERE pack = :pack;

-- name: drop_near(pack str) run
DELETE FROM learn_near WHERE pack = :pack;

-- name: drop_lessons(pack str) run
DELETE FROM learn_lesson WHERE pack = :pack;

-- name: drop_fields(pack str) run
DELETE FROM learn_field WHERE pack = :pack;

-- name: drop_papers(pack str) run
DELETE FROM learn_paper WHERE pack = :pack;

-- name: drop_sheets(pack str) run
DELETE FROM learn_sheet WHERE pack = :pack;

-- name: drop_terms(pack str) run
DELETE FROM learn_term WHERE pack = :pack;

-- name: module_put(key str, pack str, language str, position int, number int, title str, competencies str, courses int, lessons int, minutes int, body str) run
INSERT INTO learn_module (key, pack, language, position, number, title, competencies, courses, lessons, minutes, body)
VALUES (:key, :pack, :language, :position, :number, :title, :competencies, :courses, :lessons, :minutes, :body);

-- name: course_put(key str, pack str, language str, module str, position int, title str, module_title str, level str, outcome str, lessons int, minutes int, led bool, body str) run
INSERT INTO learn_course (key, pack, language, module, position, title, module_title, level, outcome, lessons, minutes, led, body)
VALUES (:key, :pack, :language, :module, :position, :title, :module_title, :level, :outcome, :lessons, :minutes, :led, :body);

-- name: after_put(pack str, key str, position int, needs str, title str) run
INSERT INTO learn_after (pack, key, position, needs, title) VALUES (:pack, :key, :position, :needs, :title);

-- name: near_put(page str, position int, pack str, key str, title str, minutes int, inside bool, before bool) run
INSERT INTO learn_near (page, position, pack, key, title, minutes, inside, before)
VALUES (:page, :position, :pack, :key, :title, :minutes, :inside, :before);

-- name: lesson_put(key str, pack str, language str, position int, course str, module str, title str, outcome str, minutes int, course_title str, module_title str, task_title str, next_key str, next_title str, next_where str, next_why int, contents str, body str, task str, key_points str, sources str, changes str) run
INSERT INTO learn_lesson (key, pack, language, position, course, module, title, outcome, minutes, course_title, module_title, task_title, next_key,
                          next_title, next_where, next_why, contents, body, task, key_points, sources, changes)
VALUES (:key, :pack, :language, :position, :course, :module, :title, :outcome, :minutes, :course_title, :module_title, :task_title, :next_key,
        :next_title, :next_where, :next_why, :contents, :body, :task, :key_points, :sources, :changes);

-- name: field_put(lesson str, position int, pack str, field str, kind int, required bool, label str, hint str, unit str, low real, high real, options str) run
INSERT INTO learn_field (lesson, position, pack, field, kind, required, label, hint, unit, low, high, options)
VALUES (:lesson, :position, :pack, :field, :kind, :required, :label, :hint, :unit, :low, :high, :options);

-- name: paper_put(lesson str, pack str, gift str) run
INSERT INTO learn_paper (lesson, pack, gift) VALUES (:lesson, :pack, :gift);

-- name: sheet_put(key str, pack str, language str, title str, minutes int, body str) run
INSERT INTO learn_sheet (key, pack, language, title, minutes, body) VALUES (:key, :pack, :language, :title, :minutes, :body);

-- name: term_put(key str, pack str, language str, position int, term str, body str) run
INSERT INTO learn_term (key, pack, language, position, term, body) VALUES (:key, :pack, :language, :position, :term, :body);

-- name: found_in_pack(pack str) many
-- What search knows of a pack.
SELECT 'module' AS "kind:str", key AS "key:str" FROM learn_module WHERE pack = :pack
UNION ALL SELECT 'course', key FROM learn_course WHERE pack = :pack
UNION ALL SELECT 'lesson', key FROM learn_lesson WHERE pack = :pack
UNION ALL SELECT 'page', pack || '/' || key FROM learn_sheet WHERE pack = :pack
UNION ALL SELECT 'term', pack || '/' || key FROM learn_term WHERE pack = :pack;
