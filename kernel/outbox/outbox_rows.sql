-- ---- asking ----

-- name: add(name str, kind int, person int, receiver str, key str, body bytes, once bool, told str, now int) run
INSERT INTO outbox (name, kind, state, person, receiver, key, body, once, told, made, due, tried, ended, tries, doubts, holder, why)
VALUES (:name, :kind, 1, :person, :receiver, :key, :body, :once, :told, :now, :now, 0, 0, 0, 0, '', '');

-- name: cancel(name str, now int, none bytes) run
-- What is being handed over has left.
UPDATE outbox SET state = 7, ended = :now, body = :none WHERE name = :name AND state IN (1, 4, 5);

-- ---- sending ----

-- name: row(name str) one
SELECT name, kind, state, person, receiver, key, body, once AS "once:bool", told, made, due, tries, doubts, holder FROM outbox WHERE name = :name;

-- name: hand(name str, holder str, now int) run
-- The row says so before the helper goes on. Nobody else has it in hand, and nobody cancelled it.
UPDATE outbox SET state = 2, holder = :holder, tried = :now WHERE name = :name AND state = 1;

-- name: settle(name str, holder str, waits bool, state int, now int, due int, tried int, doubts int, why str) run
-- The end of a try, by whom made it: a row in his hand, or one that still waits, when he did not hand it over.
UPDATE outbox SET state = :state, due = :due, tries = tries + :tried, doubts = doubts + :doubts, holder = '', why = :why,
       ended = CASE WHEN :state = 1 THEN 0 ELSE CAST(:now AS BIGINT) END
 WHERE name = :name AND ((state = 2 AND holder = :holder) OR (state = 1 AND :waits = 1));

-- name: forget_words(name str, none bytes) run
UPDATE outbox SET body = :none WHERE name = :name;

-- ---- what became of it ----

-- name: look(name str) one
SELECT name, kind, state, receiver, made, due, ended, tries, doubts, why, key FROM outbox WHERE name = :name;

-- name: bounce(name str, now int, why str, none bytes) run
UPDATE outbox SET state = 6, ended = :now, why = :why, body = :none WHERE name = :name AND state IN (2, 3, 4, 6);

-- ---- for the operator ----

-- name: listed(state int, most int) many
SELECT name, kind, state, receiver, made, due, ended, tries, doubts, why, once AS "once:bool"
  FROM outbox WHERE state = :state ORDER BY made DESC LIMIT :most;

-- name: retry(name str, now int) run
UPDATE outbox SET state = 1, ended = 0, made = :now, due = :now, tries = 0 WHERE name = :name AND state IN (4, 5) AND length(body) > 0;

-- name: count_of(state int, after int) int
SELECT count(*) AS "n:int" FROM outbox WHERE state = :state AND made >= :after;

-- name: sweep(before int, most int) run
DELETE FROM outbox WHERE name IN (SELECT name FROM outbox WHERE ended <> 0 AND ended < :before ORDER BY ended LIMIT :most);

-- name: late(before int, most int) many
-- Whose job is gone: it was given up, or its row came from a copy.
SELECT name, kind FROM outbox WHERE (state = 1 AND due < :before) OR (state = 2 AND tried < :before) ORDER BY made LIMIT :most;
