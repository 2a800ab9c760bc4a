-- name: mine(me int) many
-- Newest first; a notebook is not an archive.
SELECT n.id, n.body, n.written_at, coalesce(d.done, 0) AS "done:bool"
  FROM example_note n LEFT JOIN example_done d ON d.note = n.id AND d.person = n.person
 WHERE n.person = :me ORDER BY n.id DESC LIMIT 100;

-- name: note(id int, me int) one
-- Fetched through the person: somebody else's note is not there.
SELECT n.id, n.body, n.written_at, coalesce(d.done, 0) AS "done:bool"
  FROM example_note n LEFT JOIN example_done d ON d.note = n.id AND d.person = n.person
 WHERE n.id = :id AND n.person = :me;

-- ---- what records make ----

-- name: insert(id int, person int, body str, at int) run
INSERT INTO example_note (id, person, body, written_at) VALUES (:id, :person, :body, :at);

-- name: mark(note int, person int, done bool) run
INSERT INTO example_done (note, person, done) VALUES (:note, :person, :done)
    ON CONFLICT (person, note) DO UPDATE SET done = excluded.done;
