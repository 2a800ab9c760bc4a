-- name: person(id int) one
SELECT id, name, lang, account AS "account:bool", agreed, band FROM people_person WHERE id = :id;

-- name: agreements(person int) many
-- The latest first.
SELECT name, version, accepted AS "accepted:bool", at, lang, seen FROM people_agreed WHERE person = :person ORDER BY at DESC, name, version DESC LIMIT 200;

-- name: allows(person int) int
SELECT count(*) AS "n:int" FROM people_allowed WHERE person = :person AND allowed = 1;

-- ---- what records make ----

-- name: put_account(id int) run
INSERT INTO people_person (id, account, name, lang) VALUES (:id, 1, '', '') ON CONFLICT (id) DO UPDATE SET account = 1;

-- name: put_name(id int, name str) run
INSERT INTO people_person (id, account, name, lang) VALUES (:id, 0, :name, '') ON CONFLICT (id) DO UPDATE SET name = excluded.name;

-- name: put_lang(id int, lang str) run
INSERT INTO people_person (id, account, name, lang) VALUES (:id, 0, '', :lang) ON CONFLICT (id) DO UPDATE SET lang = excluded.lang;

-- name: put_band(id int, band int) run
INSERT INTO people_person (id, account, name, lang, band) VALUES (:id, 0, '', '', :band) ON CONFLICT (id) DO UPDATE SET band = excluded.band;

-- name: put_agreed(id int, version int) run
INSERT INTO people_person (id, account, name, lang, agreed) VALUES (:id, 0, '', '', :version)
    ON CONFLICT (id) DO UPDATE SET agreed = CASE WHEN people_person.agreed > excluded.agreed THEN people_person.agreed ELSE excluded.agreed END;

-- name: put_agreement(person int, name str, version int, accepted bool, at int, lang str, seen str) run
INSERT INTO people_agreed (person, name, version, accepted, at, lang, seen) VALUES (:person, :name, :version, :accepted, :at, :lang, :seen)
    ON CONFLICT (person, name, version) DO UPDATE SET accepted = excluded.accepted, at = excluded.at, lang = excluded.lang, seen = excluded.seen;

-- name: put_allowed(centre int, person int, allowed bool) run
INSERT INTO people_allowed (centre, person, allowed) VALUES (:centre, :person, :allowed)
    ON CONFLICT (person) DO UPDATE SET centre = excluded.centre, allowed = excluded.allowed;

-- ---- the house's texts (people_text.c) ----

-- name: text(name str, lang str, version int) one
-- In her language, else in the one that all are written in first.
SELECT name, lang, version, title, hash, html AS "html:html" FROM people_text
 WHERE name = :name AND version = :version AND lang IN (:lang, 'en') ORDER BY CASE WHEN lang = :lang THEN 0 ELSE 1 END LIMIT 1;

-- name: text_hash(name str, lang str, version int) one
SELECT hash FROM people_text WHERE name = :name AND version = :version AND lang = :lang;

-- name: text_add(name str, lang str, version int, title str, hash str, html str) run
INSERT INTO people_text (name, lang, version, title, hash, html) VALUES (:name, :lang, :version, :title, :hash, :html)
    ON CONFLICT (name, version, lang) DO UPDATE SET title = excluded.title, hash = excluded.hash, html = excluded.html;

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

-- ---- work that was found on a device ----

-- name: aside_put(guest int, said_by str, now int) run
INSERT INTO people_aside (guest, said_by, at) VALUES (:guest, :said_by, :now) ON CONFLICT (guest) DO UPDATE SET said_by = excluded.said_by, at = excluded.at;

-- name: aside_of(said_by str, after int) many
SELECT guest, at FROM people_aside WHERE said_by = :said_by AND at > :after ORDER BY at DESC LIMIT 5;

-- name: aside_is(guest int, said_by str, after int) int
SELECT count(*) AS "n:int" FROM people_aside WHERE guest = :guest AND said_by = :said_by AND at > :after;

-- name: aside_was(guest int) int
SELECT count(*) AS "n:int" FROM people_aside WHERE guest = :guest;

-- name: aside_drop(guest int) run
DELETE FROM people_aside WHERE guest = :guest;

-- name: up_more(ms int) run
INSERT INTO people_up (one, ms) VALUES (1, :ms) ON CONFLICT (one) DO UPDATE SET ms = people_up.ms + excluded.ms;
