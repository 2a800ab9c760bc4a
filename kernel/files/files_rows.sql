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
-- Those that are damaged too: nothing of them is thrown away before the whole one has come.
SELECT name FROM stored_file WHERE name >= :first AND name < :last
 UNION SELECT name FROM stored_file_damage WHERE name >= :first AND name < :last ORDER BY name;

-- ---- looked at again (files_look.c) ----

-- name: is_known(name str) int
SELECT (SELECT count(*) FROM stored_file WHERE name = :name) + (SELECT count(*) FROM stored_file_damage WHERE name = :name) AS "n:int";

-- name: after(after str, most int) many
SELECT f.name, f.size, 1 AS "held:bool", CASE WHEN d.name IS NULL THEN 0 ELSE 1 END AS "damaged:bool"
  FROM stored_file f LEFT JOIN stored_file_damage d ON d.name = f.name WHERE f.name > :after AND f.kept_at > 0
 UNION ALL
SELECT d.name, 0, 0, 1 FROM stored_file_damage d
 WHERE d.name > :after AND NOT EXISTS (SELECT 1 FROM stored_file f WHERE f.name = d.name)
 ORDER BY 1 LIMIT :most;

-- name: damage_put(name str, lost int, now int) run
-- 0: it was known to be so.
INSERT INTO stored_file_damage (name, lost, found_at) VALUES (:name, :lost, :now)
    ON CONFLICT (name) DO UPDATE SET lost = excluded.lost WHERE stored_file_damage.lost <> excluded.lost;

-- name: damage_drop(name str) run
DELETE FROM stored_file_damage WHERE name = :name;

-- name: any_damage() int
SELECT count(*) AS "n:int" FROM (SELECT 1 FROM stored_file_damage LIMIT 1) d;

-- name: damage(most int) many
SELECT d.name, d.lost AS "lost:bool", d.found_at, CASE WHEN f.name IS NULL THEN 0 ELSE 1 END AS "held:bool"
  FROM stored_file_damage d LEFT JOIN stored_file f ON f.name = d.name ORDER BY d.found_at DESC, d.name LIMIT :most;

-- name: damage_n() int
SELECT count(*) AS "n:int" FROM stored_file_damage;

-- name: let_go(name str) run
-- Its bytes are not here: whoever names it lacks it.
DELETE FROM stored_file WHERE name = :name AND kept_at > 0;
