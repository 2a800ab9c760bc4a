-- name: add(id int, kind str, body str, mark str, due int) run
INSERT INTO job (id, kind, body, mark, due, tries, failed_at, why) VALUES (:id, :kind, :body, :mark, :due, 0, 0, '')
    ON CONFLICT DO NOTHING;

-- name: not_after(kind str, latest int) run
UPDATE job SET due = :latest WHERE kind = :kind AND failed_at = 0 AND due > :latest;

-- name: due(now int) many
SELECT id, kind FROM job WHERE failed_at = 0 AND due <= :now ORDER BY due, id LIMIT 100;

-- name: take(id int, now int) one
SELECT body, mark, tries FROM job WHERE id = :id AND failed_at = 0 AND due <= :now;

-- name: done(id int) run
DELETE FROM job WHERE id = :id;

-- name: again(id int, due int, tries int, why str) run
UPDATE job SET due = :due, tries = :tries, why = :why WHERE id = :id AND failed_at = 0;

-- name: give_up(id int, now int, tries int, why str) run
UPDATE job SET failed_at = :now, tries = :tries, why = :why WHERE id = :id;

-- name: forget_older_failures(kind str, mark str, id int) run
DELETE FROM job WHERE kind = :kind AND mark = :mark AND failed_at <> 0 AND id <> :id;

-- name: failed() many
SELECT kind, failed_at, tries, why FROM job WHERE failed_at <> 0 ORDER BY failed_at DESC LIMIT 20;

-- name: late(before int) int
SELECT count(*) AS "n:int" FROM job WHERE failed_at = 0 AND due < :before;
