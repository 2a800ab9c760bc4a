-- name: rooms_of(centre int) many
SELECT r.id, r.name, r.centre, (SELECT count(*) FROM room_seat s WHERE s.room = r.id) AS "seats:int" FROM room_room r
 WHERE r.centre = :centre ORDER BY r.id DESC LIMIT 100;

-- name: one(id int) one
SELECT id, name, centre FROM room_room WHERE id = :id;

-- name: add(id int, centre int, name str) run
INSERT INTO room_room (id, centre, name) VALUES (:id, :centre, :name);

-- ---- who may come in ----

-- name: seats(room int) many
SELECT id, person, label, CASE WHEN pin = '' THEN 0 ELSE 1 END AS "has_pin:bool", slips FROM room_seat
 WHERE room = :room ORDER BY label, id LIMIT 200;

-- name: seat(id int, room int) one
SELECT id, room, person, label, pin, slips FROM room_seat WHERE id = :id AND room = :room;

-- name: seats_of(person int) many
SELECT s.id, s.room, s.pin, s.slips, r.centre FROM room_seat s JOIN room_room r ON r.id = s.room WHERE s.person = :person ORDER BY s.id LIMIT 100;

-- name: seat_add(id int, room int, person int, label str, pin str) run
INSERT INTO room_seat (id, room, person, label, pin, slips) VALUES (:id, :room, :person, :label, :pin, 0) ON CONFLICT DO NOTHING;

-- name: seat_drop(id int, room int) run
DELETE FROM room_seat WHERE id = :id AND room = :room;

-- name: seat_pin(id int, pin str) run
UPDATE room_seat SET pin = :pin, slips = 0 WHERE id = :id;

-- name: seats_pin_drop(person int) run
UPDATE room_seat SET pin = '' WHERE person = :person;

-- name: seat_slips(id int, slips int) run
UPDATE room_seat SET slips = :slips WHERE id = :id;

-- ---- devices ----

-- name: device(key str, now int) one
SELECT d.id, d.room, d.until, r.name, r.centre FROM room_device d JOIN room_room r ON r.id = d.room WHERE d.key = :key AND d.until > :now;

-- name: devices_of(room int, now int) many
SELECT id, opened, until FROM room_device WHERE room = :room AND until > :now ORDER BY id LIMIT 100;

-- name: device_add(id int, key str, room int, now int, until int) run
INSERT INTO room_device (id, key, room, opened, until) VALUES (:id, :key, :room, :now, :until);

-- name: device_drop(id int, room int) run
DELETE FROM room_device WHERE id = :id AND room = :room;

-- name: devices_sweep(now int) run
DELETE FROM room_device WHERE until <= :now;
