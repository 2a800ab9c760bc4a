-- name: put(name str, type str, size int, kept_at int) run
INSERT INTO stored_file (name, type, size, kept_at) VALUES (:name, :type, :size, :kept_at) ON CONFLICT (name) DO NOTHING;

-- name: find(name str) one
SELECT name, type, size FROM stored_file WHERE name = :name;

-- name: between(first str, last str) many
SELECT name FROM stored_file WHERE name >= :first AND name < :last ORDER BY name;
