-- name: see(mark bytes, now int) run
INSERT INTO inbox_seen (mark, seen_at) VALUES (:mark, :now) ON CONFLICT DO NOTHING;

-- name: forget(before int) run
DELETE FROM inbox_seen WHERE seen_at < :before;
