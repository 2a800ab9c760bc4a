-- ---- asking for one ----

-- name: add(id int, kind str, body str, mark str, due int, times str) run
INSERT INTO job (id, kind, body, mark, due, tries, failed_at, why, times) VALUES (:id, :kind, :body, :mark, :due, 0, 0, '', :times)
    ON CONFLICT DO NOTHING;

-- name: not_after(kind str, latest int) run
UPDATE job SET due = :latest WHERE kind = :kind AND failed_at = 0 AND token = '' AND due > :latest AND body = '' AND times = '';

-- name: retime_waiting(kind str, mark str, times str, due int) run
UPDATE job SET times = :times, due = :due WHERE kind = :kind AND mark = :mark AND failed_at = 0 AND token = '';

-- name: retime_working(kind str, mark str, times str) run
-- When it is done it comes again at these.
UPDATE job SET times = :times WHERE kind = :kind AND mark = :mark AND token <> '';

-- name: too_far(id int, day int, week int, month int, most int) many
-- No calendar time is as far away as these are: the clock was set back since.
SELECT id, times FROM job WHERE times <> '' AND failed_at = 0 AND token = '' AND due > :day AND +id > :id
   AND (due > :month OR (due > :week AND times LIKE 'weekly %') OR times LIKE 'daily %') ORDER BY +id LIMIT :most;

-- name: put_off(id int, due int) run
UPDATE job SET due = :due WHERE id = :id AND failed_at = 0 AND token = '';

-- name: has(kind str, mark str) int
SELECT count(*) AS "n:int" FROM job WHERE kind = :kind AND mark = :mark AND failed_at = 0;

-- name: waiting_of(kind str) int
SELECT count(*) AS "n:int" FROM (SELECT 1 FROM job WHERE kind = :kind AND failed_at = 0 AND token = '' LIMIT 1) j;

-- ---- what is due ----

-- name: kinds_due(now int) many
-- Who has waited longest comes first.
WITH RECURSIVE k (kind) AS (
    SELECT (SELECT j.kind FROM job j WHERE j.failed_at = 0 AND j.token = '' ORDER BY j.kind LIMIT 1)
    UNION ALL
    SELECT (SELECT j.kind FROM job j WHERE j.failed_at = 0 AND j.token = '' AND j.kind > k.kind ORDER BY j.kind LIMIT 1) FROM k WHERE k.kind IS NOT NULL
), first (kind, due) AS (
    SELECT k.kind, (SELECT j.due FROM job j WHERE j.kind = k.kind AND j.failed_at = 0 AND j.token = '' ORDER BY j.kind, j.due LIMIT 1) FROM k WHERE k.kind IS NOT NULL
)
SELECT kind AS "kind:str" FROM first WHERE due <= :now ORDER BY due, kind;

-- name: due_of(kind str, now int, most int) many
SELECT id FROM job WHERE kind = :kind AND failed_at = 0 AND token = '' AND due <= :now ORDER BY due, id LIMIT :most;

-- name: take(id int, now int) one
SELECT body, mark, tries, times FROM job WHERE id = :id AND failed_at = 0 AND token = '' AND due <= :now;

-- name: done(id int) run
DELETE FROM job WHERE id = :id;

-- ---- work ----

-- name: hold(id int, token str, now int, at_once int) one
UPDATE job SET token = :token, beat = 0, began = :now, percent = 0, state = ''
 WHERE id = :id AND failed_at = 0 AND token = '' AND due <= :now
   AND (SELECT count(*) FROM job o WHERE o.kind = job.kind AND o.token <> '') < :at_once
RETURNING body, mark;

-- name: working() many
SELECT id, kind, token, beat, cancelled AS "cancelled:bool" FROM job WHERE token <> '' ORDER BY kind LIMIT 1000;

-- name: beat(id int, token str, percent int, state str) run
UPDATE job SET beat = beat + 1, percent = :percent, state = :state WHERE id = :id AND token = :token;

-- name: finish(id int, token str) one
-- No row: it is another's by now, or was cancelled.
DELETE FROM job WHERE id = :id AND token = :token AND cancelled = 0 RETURNING kind, mark, times;

-- name: held(id int, token str) one
SELECT kind, body, mark, tries, times, due, cancelled AS "cancelled:bool" FROM job WHERE id = :id AND token = :token AND failed_at = 0;

-- name: waits_same(kind str, mark str) int
SELECT count(*) AS "n:int" FROM job WHERE kind = :kind AND mark = :mark AND failed_at = 0 AND token = '';

-- name: again(id int, due int, tries int, why str) run
UPDATE job SET token = '', due = :due, tries = :tries, why = :why WHERE id = :id AND failed_at = 0;

-- name: give_up(id int, now int, tries int, why str) run
UPDATE job SET token = '', failed_at = :now, tries = :tries, why = :why WHERE id = :id;

-- name: forget_older_failures(kind str, mark str, id int) run
DELETE FROM job WHERE kind = :kind AND mark = :mark AND failed_at <> 0 AND id <> :id;

-- ---- for the operator ----

-- name: job(id int) one
SELECT kind, body, mark, token, due, tries, failed_at, times FROM job WHERE id = :id;

-- name: waiting(due int, id int, most int) many
SELECT id, kind, due, tries, why, times FROM job WHERE failed_at = 0 AND token = '' AND (due, id) > (CAST(:due AS BIGINT), CAST(:id AS BIGINT))
 ORDER BY due, id LIMIT :most;

-- name: worked_on() many
SELECT id, kind, due, tries, began, percent, state, times, cancelled AS "cancelled:bool" FROM job WHERE token <> '' ORDER BY began, id LIMIT 1000;

-- name: failed(most int) many
SELECT id, kind, due, failed_at, tries, why, times FROM job WHERE failed_at <> 0 ORDER BY failed_at DESC, id DESC LIMIT :most;

-- name: retry(id int, now int) run
UPDATE job SET due = :now, failed_at = 0, tries = 0 WHERE id = :id AND token = '';

-- name: retry_same(kind str, mark str, now int) run
UPDATE job SET due = :now WHERE kind = :kind AND mark = :mark AND failed_at = 0 AND token = '' AND due > :now;

-- name: cancel_work(id int) run
UPDATE job SET cancelled = 1 WHERE id = :id AND token <> '';

-- name: drop_same(kind str, mark str) run
DELETE FROM job WHERE kind = :kind AND mark = :mark AND failed_at = 0 AND token = '';

-- name: cancel_same(kind str, mark str) run
UPDATE job SET cancelled = 1, times = '' WHERE kind = :kind AND mark = :mark AND token <> '';

-- name: late(before int) int
SELECT count(*) AS "n:int" FROM job WHERE failed_at = 0 AND token = '' AND due < :before;
