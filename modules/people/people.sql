-- name: person(id int) one
SELECT id, name, lang, account AS "account:bool" FROM people_person WHERE id = :id;

-- name: alias_of(id int) one
SELECT person FROM people_alias WHERE id = :id;

-- name: guests_of(person int) many
SELECT id FROM people_alias WHERE person = :person ORDER BY id;

-- ---- derived, changed only by the apply functions ----

-- name: put_person(id int) run
INSERT INTO people_person (id, account, name, name_stamp, lang, lang_stamp) VALUES (:id, 0, '', 0, '', 0)
    ON CONFLICT (id) DO NOTHING;

-- name: put_account(id int) run
UPDATE people_person SET account = 1 WHERE id = :id;

-- name: put_name(id int, name str, stamp int) run
UPDATE people_person SET name = :name, name_stamp = :stamp WHERE id = :id AND name_stamp < :stamp;

-- name: put_lang(id int, lang str, stamp int) run
UPDATE people_person SET lang = :lang, lang_stamp = :stamp WHERE id = :id AND lang_stamp < :stamp;

-- name: put_alias(id int, person int, stamp int) run
-- Two nodes may each have joined the same guest to somebody; the latest holds everywhere.
INSERT INTO people_alias (id, person, stamp) VALUES (:id, :person, :stamp)
    ON CONFLICT (id) DO UPDATE SET person = excluded.person, stamp = excluded.stamp WHERE excluded.stamp > people_alias.stamp;

-- name: drop_person(id int) run
DELETE FROM people_person WHERE id = :id;

-- name: drop_aliases(person int) run
DELETE FROM people_alias WHERE person = :person OR id = :person;

-- ---- signing in ----

-- name: login(login str) one
SELECT person, hash FROM people_login WHERE login = :login;

-- name: login_of(person int) one
SELECT login, hash FROM people_login WHERE person = :person;

-- name: login_add(login str, person int, hash str) run
INSERT INTO people_login (login, person, hash) VALUES (:login, :person, :hash) ON CONFLICT (login) DO NOTHING;

-- name: login_hash(person int, hash str) run
UPDATE people_login SET hash = :hash WHERE person = :person;

-- name: login_drop(person int) run
DELETE FROM people_login WHERE person = :person;
