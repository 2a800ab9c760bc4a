-- name: add(name str, owner int, purpose str, sealed bytes, made_at int, valid_from int, valid_until int, revoked_at int, stolen int) run
INSERT INTO sign_key (name, owner, purpose, sealed, made_at, valid_from, valid_until, revoked_at, stolen)
    VALUES (:name, :owner, :purpose, :sealed, :made_at, :valid_from, :valid_until, :revoked_at, :stolen);

-- name: key(name str) one
SELECT name, owner, purpose, sealed, made_at, valid_from, valid_until, revoked_at, stolen FROM sign_key WHERE name = :name;

-- name: current(owner int, purpose str, at int) one
SELECT name, owner, purpose, sealed, made_at, valid_from, valid_until, revoked_at, stolen FROM sign_key
 WHERE owner = :owner AND purpose = :purpose AND valid_from <= :at AND (valid_until = 0 OR valid_until > :at) AND revoked_at = 0
 ORDER BY valid_from DESC, name LIMIT 1;

-- name: all() many
SELECT name, owner, purpose, sealed, made_at, valid_from, valid_until, revoked_at, stolen FROM sign_key
 ORDER BY owner, purpose, valid_from, name;

-- name: begins_at(owner int, purpose str, at int) int
SELECT count(*) AS "n:int" FROM sign_key WHERE owner = :owner AND purpose = :purpose AND valid_from = :at AND revoked_at = 0;

-- name: next_after(owner int, purpose str, at int) int
-- When the key after that begins; 0: there is none.
SELECT coalesce(min(valid_from), 0) AS "at:int" FROM sign_key
 WHERE owner = :owner AND purpose = :purpose AND valid_from > :at AND revoked_at = 0;

-- name: end_before(owner int, purpose str, at int) run
UPDATE sign_key SET valid_until = :at
 WHERE owner = :owner AND purpose = :purpose AND valid_from < :at AND (valid_until = 0 OR valid_until > :at);

-- name: revoke(name str, at int, stolen int, nothing bytes) run
UPDATE sign_key SET revoked_at = :at, stolen = :stolen, sealed = :nothing WHERE name = :name;

-- name: seal(name str, sealed bytes) run
UPDATE sign_key SET sealed = :sealed WHERE name = :name;

-- name: until(name str, at int) run
UPDATE sign_key SET valid_until = :at WHERE name = :name;
