-- name: put(name str, type str, size int, kept_at int) run
INSERT INTO stored_file (name, type, size, kept_at) VALUES (:name, :type, :size, :kept_at)
    ON CONFLICT (name) DO UPDATE SET type = excluded.type, size = excluded.size, kept_at = excluded.kept_at WHERE stored_file.kept_at = 0;

-- name: find(name str) one
-- kept_at 0: nobody may have it any more.
SELECT name, type, size FROM stored_file WHERE name = :name AND kept_at > 0;

-- name: forget(name str) run
-- Also one of which only a part may be here.
INSERT INTO stored_file (name, type, size, kept_at) VALUES (:name, '', 0, 0) ON CONFLICT (name) DO UPDATE SET kept_at = 0;

-- name: forgotten(most int) many
SELECT name FROM stored_file WHERE kept_at = 0 ORDER BY name LIMIT :most;

-- name: drop(name str) run
DELETE FROM stored_file WHERE name = :name AND kept_at = 0;

-- name: between(first str, last str) many
SELECT name FROM stored_file WHERE name >= :first AND name < :last ORDER BY name;
