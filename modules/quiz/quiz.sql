-- name: sheet_row(set str) one
SELECT title, url, questions, sheet FROM quiz_set WHERE set_key = :set;

-- name: my_answers(me int, set str) many
SELECT question, id, version, response, hit, score, at, tries
  FROM quiz_answer WHERE person = :me AND set_key = :set LIMIT 1000;

-- name: stands(me int, set str) one
-- Answers to questions that have left the set do not count.
SELECT max(q.questions) AS "questions:int", count(k.name) AS "answered:int",
       coalesce(sum(CASE WHEN k.name IS NOT NULL AND a.score = 100 THEN 1 ELSE 0 END), 0) AS "whole:int",
       coalesce(sum(CASE WHEN k.name IS NOT NULL THEN a.score ELSE 0 END), 0) AS "marks:int"
  FROM quiz_set q
  LEFT JOIN quiz_answer a ON a.person = :me AND a.set_key = q.set_key
  LEFT JOIN quiz_question k ON k.set_key = a.set_key AND k.name = a.question AND k.place > 0
 WHERE q.set_key = :set;

-- name: asked(me int, set str, question str, version int) one
-- What is needed to take one answer: the version it was given to, where the page is, and the answer before it.
SELECT v.packed, q.url, k.version AS "current:int", k.place,
       coalesce(a.id, 0) AS "answer:int", coalesce(a.version, 0) AS "answered_version:int",
       coalesce(a.response, '') AS "response:str", coalesce(a.hit, '') AS "hit:str",
       coalesce(a.score, 0) AS "score:int", coalesce(a.at, 0) AS "at:int", coalesce(a.tries, 0) AS "tries:int"
  FROM quiz_question k
  JOIN quiz_set q ON q.set_key = k.set_key
  LEFT JOIN quiz_version v ON v.set_key = k.set_key AND v.name = k.name AND v.version = :version
  LEFT JOIN quiz_answer a ON a.person = :me AND a.set_key = k.set_key AND a.question = k.name
 WHERE k.set_key = :set AND k.name = :question;

-- name: my_tries(me int, set str) many
-- The newest first within a question; what a version looked like then comes along.
SELECT t.question, t.id, t.version, t.response, t.hit, t.score, t.at, coalesce(v.packed, '') AS "packed:str"
  FROM quiz_answer a
  JOIN quiz_try t ON t.set_key = a.set_key AND t.question = a.question AND t.person = a.person
  LEFT JOIN quiz_version v ON v.set_key = t.set_key AND v.name = t.question AND v.version = t.version
 WHERE a.person = :me AND a.set_key = :set ORDER BY t.question, t.id DESC LIMIT 500;

-- ---- what authors install

-- name: questions_of(set str) many
SELECT name, place, version FROM quiz_question WHERE set_key = :set LIMIT 10000;

-- name: sources(set str) many
SELECT v.source FROM quiz_question k
  JOIN quiz_version v ON v.set_key = k.set_key AND v.name = k.name AND v.version = k.version
 WHERE k.set_key = :set AND k.place > 0 ORDER BY k.place LIMIT 1000;

-- name: put_set(set str, title str, url str, questions int, sheet str) run
INSERT INTO quiz_set (set_key, title, url, questions, sheet) VALUES (:set, :title, :url, :questions, :sheet)
    ON CONFLICT (set_key) DO UPDATE SET title = excluded.title, url = excluded.url, questions = excluded.questions,
                                        sheet = excluded.sheet;

-- name: put_question(set str, name str, place int, version int) run
INSERT INTO quiz_question (set_key, name, place, version) VALUES (:set, :name, :place, :version)
    ON CONFLICT (set_key, name) DO UPDATE SET place = excluded.place, version = excluded.version;

-- name: put_version(set str, name str, version int, packed str, source str, since int) run
-- The same version again: only its markup or its layout may differ.
INSERT INTO quiz_version (set_key, name, version, packed, source, since)
VALUES (:set, :name, :version, :packed, :source, :since)
    ON CONFLICT (set_key, name, version) DO UPDATE SET packed = excluded.packed, source = excluded.source;

-- name: retire(set str, name str) run
UPDATE quiz_question SET place = 0 WHERE set_key = :set AND name = :name;

-- ---- what records make; called by the apply functions and by nothing else

-- name: put_try(set str, question str, person int, id int, version int, response str, hit str, score int, at int) run
INSERT INTO quiz_try (set_key, question, person, id, version, response, hit, score, at)
VALUES (:set, :question, :person, :id, :version, :response, :hit, :score, :at);

-- name: told_beside(set str, question str, person int) run
-- A guest's try, where she has an answer of her own; else nothing is touched.
UPDATE quiz_answer SET tries = tries + 1 WHERE person = :person AND set_key = :set AND question = :question AND own = 1;

-- name: answered(person int) int
SELECT count(*) AS "n:int" FROM quiz_answer WHERE person = :person;

-- name: tell(set str, question str, person int, id int, version int, response str, hit str, score int, at int, own bool) run
-- The latest try is the answer. Costs the same at the thousandth as at the first.
INSERT INTO quiz_answer (person, set_key, question, id, version, response, hit, score, at, tries, own)
VALUES (:person, :set, :question, :id, :version, :response, :hit, :score, :at, 1, :own)
    ON CONFLICT (person, set_key, question) DO UPDATE SET tries = quiz_answer.tries + 1, id = excluded.id, version = excluded.version,
       response = excluded.response, hit = excluded.hit, score = excluded.score, at = excluded.at, own = excluded.own;

-- ---- what authors learn from it

-- name: first_tries(set str) many
-- By version: who met the question there first, and how many of them were right at once.
SELECT t.question, t.version, count(*) AS "people:int", sum(CASE WHEN t.score = 100 THEN 1 ELSE 0 END) AS "whole:int"
  FROM quiz_try t
 WHERE t.set_key = :set
   AND t.id = (SELECT min(f.id) FROM quiz_try f
                WHERE f.set_key = t.set_key AND f.question = t.question AND f.person = t.person)
 GROUP BY t.question, t.version LIMIT 1000;

-- name: responses(set str) many
SELECT question, version, response, score, count(*) AS "tries:int"
  FROM quiz_try WHERE set_key = :set
 GROUP BY question, version, response, score ORDER BY question, version, count(*) DESC LIMIT 5000;

-- name: versions_of(set str) many
-- As they stand in the set now, then what is no longer asked; of a question the current version first.
SELECT v.name, v.version, v.packed, v.since, k.place, CASE WHEN k.version = v.version THEN 1 ELSE 0 END AS "current:bool"
  FROM quiz_version v JOIN quiz_question k ON k.set_key = v.set_key AND k.name = v.name
 WHERE v.set_key = :set
 ORDER BY CASE WHEN k.place = 0 THEN 1 ELSE 0 END, k.place, v.name,
          CASE WHEN k.version = v.version THEN 0 ELSE 1 END, v.since DESC LIMIT 1000;
