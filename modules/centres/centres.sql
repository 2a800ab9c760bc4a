-- name: place(id int) one
SELECT p.id, p.audience, p.inside, p.sort, coalesce(c.name, b.name, p.name) AS "name:str", p.opened, coalesce(c.way, '') AS "way:str",
       coalesce(c.hours, '') AS "hours:str", coalesce(c.contact, '') AS "contact:str", coalesce(c.reach, '') AS "reach:str",
       coalesce(c.closed, b.closed, 0) AS "closed:bool"
  FROM centres_place p LEFT JOIN centres_centre c ON c.id = p.id LEFT JOIN centres_body b ON b.id = p.id WHERE p.id = :id;

-- name: inside(stream int, more int, closed bool) many
-- Who may open a place again sees also those that are closed.
SELECT p.id, p.sort, coalesce(c.name, b.name, p.name) AS "name:str", coalesce(c.way, '') AS "way:str", coalesce(c.closed, b.closed, 0) AS "closed:bool"
  FROM centres_place p LEFT JOIN centres_centre c ON c.id = p.id LEFT JOIN centres_body b ON b.id = p.id
 WHERE p.inside = :stream AND p.id > :more AND (:closed = 1 OR coalesce(c.closed, b.closed, 0) = 0) ORDER BY p.id LIMIT 201;

-- name: centres_here(more int) many
-- All centres that this installation knows and that are open.
SELECT p.id, p.inside, coalesce(c.name, p.name) AS "name:str", coalesce(c.way, '') AS "way:str", coalesce(c.hours, '') AS "hours:str"
  FROM centres_place p LEFT JOIN centres_centre c ON c.id = p.id
 WHERE p.sort = 'centre' AND coalesce(c.closed, 0) = 0 AND p.id > :more ORDER BY p.id LIMIT 201;

-- name: open_one() int
SELECT count(*) AS "n:int" FROM (SELECT 1 FROM centres_place p LEFT JOIN centres_centre c ON c.id = p.id
 WHERE p.sort = 'centre' AND coalesce(c.closed, 0) = 0 LIMIT 1) AS one;

-- name: economies_in(place int) many
SELECT economy FROM centres_grouped WHERE place = :place ORDER BY economy LIMIT 300;

-- ---- roles ----

-- name: grant(stream int, id int) one
SELECT stream, id, audience, role, giver, asked, code, offered, expires, until, person, name, accepted, ended, ender FROM centres_grant
 WHERE stream = :stream AND id = :id;

-- name: grants_at(stream int, since int) many
-- Who holds a role there or is offered one; what ended, or ran out before `since`, is told by the story of the place.
SELECT g.stream, g.id, g.role, g.giver, g.asked, g.offered, g.expires, g.until, g.person, g.accepted, coalesce(n.words, '') AS "words:str",
       coalesce(nullif(g.name, ''), p.name, '') AS "name:str", coalesce(a.name, '') AS "asked_name:str",
       coalesce(o.name, '') AS "giver_name:str"
  FROM centres_grant g LEFT JOIN centres_note n ON n.id = g.id LEFT JOIN auth_person p ON p.id = g.person LEFT JOIN auth_person a ON a.id = g.asked
  LEFT JOIN auth_person o ON o.id = g.giver
 WHERE g.stream = :stream AND g.ended = 0 AND (CASE WHEN g.person = 0 THEN g.expires > :since ELSE g.until = 0 OR g.until > :since END)
 ORDER BY g.role DESC, g.id LIMIT 1000;

-- name: team(stream int, now int) many
-- By the name under which each accepted: that is what she said others may see. Who was made an admin unasked said nothing.
SELECT role, name FROM centres_grant
 WHERE stream = :stream AND ended = 0 AND person <> 0 AND name <> '' AND (until = 0 OR until > :now) ORDER BY role, id LIMIT 1000;

-- name: open_with(me int, roles int, now int, everywhere bool) many
-- Open centres in which she herself holds one of these roles, or all of them.
SELECT p.id, coalesce(c.name, p.name) AS "name:str" FROM centres_place p LEFT JOIN centres_centre c ON c.id = p.id
 WHERE p.sort = 'centre' AND coalesce(c.closed, 0) = 0 AND (:everywhere = 1 OR EXISTS (SELECT 1 FROM centres_grant g
   WHERE g.stream = p.id AND g.person = :me AND (g.role & :roles) <> 0 AND g.ended = 0 AND (g.until = 0 OR g.until > :now)))
 ORDER BY p.id LIMIT 200;

-- name: held(me int, now int) many
SELECT stream, id, audience, role, until, accepted FROM centres_grant
 WHERE person = :me AND ended = 0 AND (until = 0 OR until > :now) ORDER BY role DESC, id LIMIT 200;

-- name: offered(me int, now int) many
SELECT stream, id, audience, role, expires FROM centres_grant
 WHERE asked = :me AND person = 0 AND ended = 0 AND expires > :now ORDER BY id LIMIT 200;

-- name: has_any(me int, now int) int
SELECT count(*) AS "n:int" FROM centres_grant
 WHERE (person = :me OR (asked = :me AND person = 0 AND expires > :now)) AND ended = 0 AND (until = 0 OR until > :now);

-- name: who(person int) one
SELECT name FROM auth_person WHERE id = :person;

-- name: holders(stream int, role int, now int) int
SELECT count(*) AS "n:int" FROM centres_grant WHERE stream = :stream AND role = :role AND person <> 0 AND ended = 0 AND (until = 0 OR until > :now);

-- name: story(stream int, before int) many
-- What became of each grant; the latest first.
SELECT g.id, g.role, g.giver, g.person, g.asked, g.offered, g.accepted, g.ended, g.ender, g.expires, g.until,
       coalesce(nullif(g.name, ''), p.name, '') AS "name:str", coalesce(a.name, '') AS "giver_name:str", coalesce(e.name, '') AS "ender_name:str"
  FROM centres_grant g LEFT JOIN auth_person p ON p.id = g.person LEFT JOIN auth_person a ON a.id = g.giver LEFT JOIN auth_person e ON e.id = g.ender
 WHERE g.stream = :stream AND (:before = 0 OR g.id < :before) ORDER BY g.id DESC LIMIT 101;

-- name: note_add(id int, giver int, words str) run
INSERT INTO centres_note (id, giver, words) VALUES (:id, :giver, :words) ON CONFLICT (id) DO UPDATE SET words = excluded.words;

-- name: note_drop(id int) run
DELETE FROM centres_note WHERE id = :id;

-- ---- what records make ----

-- name: place_add(id int, audience int, inside int, sort str, name str, opened int) run
INSERT INTO centres_place (id, audience, inside, sort, name, opened) VALUES (:id, :audience, :inside, :sort, :name, :opened) ON CONFLICT (id) DO NOTHING;

-- name: centre_put(id int, name str, way str, hours str, contact str, reach str, closed bool) run
INSERT INTO centres_centre (id, name, way, hours, contact, reach, closed) VALUES (:id, :name, :way, :hours, :contact, :reach, :closed)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, way = excluded.way, hours = excluded.hours, contact = excluded.contact,
                                   reach = excluded.reach, closed = excluded.closed;

-- name: body_put(id int, name str, closed bool) run
INSERT INTO centres_body (id, name, closed) VALUES (:id, :name, :closed) ON CONFLICT (id) DO UPDATE SET name = excluded.name, closed = excluded.closed;

-- name: group_add(economy str, place int) run
INSERT INTO centres_grouped (economy, place) VALUES (:economy, :place) ON CONFLICT DO NOTHING;

-- name: group_drop(economy str, place int) run
DELETE FROM centres_grouped WHERE economy = :economy AND place = :place;

-- name: grant_add(stream int, id int, audience int, role int, giver int, asked int, code str, offered int, expires int, until int) run
INSERT INTO centres_grant (stream, id, audience, role, giver, asked, code, offered, expires, until, person, name, accepted, ended, ender)
VALUES (:stream, :id, :audience, :role, :giver, :asked, :code, :offered, :expires, :until, 0, '', 0, 0, 0) ON CONFLICT DO NOTHING;

-- name: grant_take(stream int, id int, person int, name str, at int) run
UPDATE centres_grant SET person = :person, name = :name, accepted = :at WHERE stream = :stream AND id = :id AND person = 0 AND ended = 0;

-- name: grant_end(stream int, id int, at int, ender int) run
UPDATE centres_grant SET ended = :at, ender = :ender WHERE stream = :stream AND id = :id AND ended = 0;
