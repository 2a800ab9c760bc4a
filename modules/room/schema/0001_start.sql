-- Rooms: who may come in by a PIN, and on which devices. All of it is of this installation alone: a PIN is no password and does not travel.
-- local: room_room room_device
-- local: room_seat by person(person)
CREATE TABLE room_room (
  id            @ID,
  centre        @REF NOT NULL,          -- whose operators keep it
  name          @TEXT NOT NULL
) @STRICT;
CREATE INDEX room_room_centre ON room_room (centre, id);

CREATE TABLE room_seat (
  id            @ID,
  room          @REF NOT NULL,
  person        @PERSON NOT NULL,
  label         @TEXT NOT NULL,         -- what stands in the list of names: a first name, or what the operator chose
  pin           @TEXT NOT NULL,         -- argon2id; '' she has none yet
  slips         @INT NOT NULL           -- wrong PINs since the last right one
) @STRICT;
CREATE INDEX room_seat_person ON room_seat (person);
CREATE UNIQUE INDEX room_seat_room ON room_seat (room, person);
CREATE UNIQUE INDEX room_seat_label ON room_seat (room, label);

-- A device that an operator opened. `key`: a MAC of its cookie.
CREATE TABLE room_device (
  id            @ID,
  key           @TEXT NOT NULL,
  room          @REF NOT NULL,
  opened        @INT NOT NULL,
  until         @INT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX room_device_key ON room_device (key);
CREATE INDEX room_device_room ON room_device (room);
-- sealed: 21e2ebd42b1a75fe
