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

-- name: insert(id int, person int, body str, at int) run
INSERT INTO example_note (id, person, body, written_at) VALUES (:id, :person, :body, :at)
    ON CONFLICT (id) DO NOTHING;

-- name: mark(note int, person int, done int, stamp int) run
INSERT INTO example_done (note, person, done, stamp) VALUES (:note, :person, :done, :stamp)
    ON CONFLICT (note) DO UPDATE SET person = excluded.person, done = excluded.done, stamp = excluded.stamp
    WHERE excluded.stamp > example_done.stamp;

-- name: drop_notes(person int) run
DELETE FROM example_note WHERE person = :person;

-- name: drop_done(person int) run
DELETE FROM example_done WHERE person = :person;
