-- name: person(id int) one
SELECT id, name, lang, account AS "account:bool" FROM people_person WHERE id = :id;

-- ---- what records make ----

-- name: put_account(id int) run
INSERT INTO people_person (id, account, name, lang) VALUES (:id, 1, '', '') ON CONFLICT (id) DO UPDATE SET account = 1;

-- name: put_name(id int, name str) run
INSERT INTO people_person (id, account, name, lang) VALUES (:id, 0, :name, '') ON CONFLICT (id) DO UPDATE SET name = excluded.name;

-- name: put_lang(id int, lang str) run
INSERT INTO people_person (id, account, name, lang) VALUES (:id, 0, '', :lang) ON CONFLICT (id) DO UPDATE SET lang = excluded.lang;

-- ---- signing in ----

-- name: login(login str) one
SELECT person, hash FROM people_login WHERE login = :login;

-- name: login_of(person int) one
SELECT login, hash FROM people_login WHERE person = :person;

-- name: login_add(login str, person int, hash str) run
INSERT INTO people_login (login, person, hash) VALUES (:login, :person, :hash) ON CONFLICT (login) DO NOTHING;

-- name: login_hash(person int, hash str) run
UPDATE people_login SET hash = :hash WHERE person = :person;

-- ---- guests who may never come back ----

-- name: guest_watch(person int) run
INSERT INTO people_guest (person, up) VALUES (:person, coalesce((SELECT ms FROM people_up WHERE one = 1), 0)) ON CONFLICT (person) DO NOTHING;

-- name: guest_let_go(person int) run
DELETE FROM people_guest WHERE person = :person;

-- name: guest_later(person int) run
UPDATE people_guest SET up = coalesce((SELECT ms FROM people_up WHERE one = 1), 0) WHERE person = :person;

-- name: guests_due(ran int, most int) many
-- Watched for so long, of this installation's own running.
SELECT g.person FROM people_guest g JOIN people_up u ON u.one = 1 WHERE g.up <= u.ms - :ran ORDER BY g.up, g.person LIMIT :most;

-- name: guests_watched() int
SELECT count(*) AS "n:int" FROM people_guest;

-- name: up_more(ms int) run
INSERT INTO people_up (one, ms) VALUES (1, :ms) ON CONFLICT (one) DO UPDATE SET ms = people_up.ms + excluded.ms;
