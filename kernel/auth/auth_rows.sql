-- name: session(hash bytes, oldest int) one
-- All that a page must know of its visitor, in one look. Who was joined to somebody elsewhere, or is erased, is nobody here.
SELECT s.person, s.seen, coalesce(p.name, '') AS "name:str", coalesce(p.lang, '') AS "lang:str",
       coalesce(p.account, 0) AS "account:bool"
  FROM auth_session s LEFT JOIN auth_person p ON p.id = s.person
  LEFT JOIN journal_person j ON j.id = s.person
 WHERE s.hash = :hash AND s.seen > :oldest AND coalesce(j.joined, 0) = 0 AND coalesce(j.erased, 0) = 0;

-- name: session_add(hash bytes, person int, now int, agent str) run
INSERT INTO auth_session (hash, person, started, seen, agent) VALUES (:hash, :person, :now, :now, :agent)
    ON CONFLICT (hash) DO UPDATE SET person = excluded.person, started = excluded.started, seen = excluded.seen;

-- name: session_touch(hash bytes, now int) run
UPDATE auth_session SET seen = :now WHERE hash = :hash;

-- name: session_drop(hash bytes) run
DELETE FROM auth_session WHERE hash = :hash;

-- name: session_drop_of(person int, hash bytes) run
DELETE FROM auth_session WHERE person = :person AND hash = :hash;

-- name: session_drop_others(person int, but bytes) run
DELETE FROM auth_session WHERE person = :person AND hash <> :but;

-- name: session_move(old int, new int) run
UPDATE auth_session SET person = :new WHERE person = :old;

-- name: session_list(person int, oldest int) many
SELECT hash, agent, started, seen FROM auth_session WHERE person = :person AND seen > :oldest
 ORDER BY seen DESC, hash LIMIT 100;

-- name: session_sweep(oldest int) run
DELETE FROM auth_session WHERE seen <= :oldest;

-- name: person_keep(id int, name str, lang str, account int) run
INSERT INTO auth_person (id, name, lang, account) VALUES (:id, :name, :lang, :account)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, lang = excluded.lang, account = excluded.account;

-- name: staff() one
SELECT person FROM auth_staff ORDER BY person LIMIT 1;

-- name: staff_drop(person int) run
DELETE FROM auth_staff WHERE person = :person;

-- name: try(what bytes) one
SELECT failed, since FROM auth_try WHERE what = :what;

-- name: try_failed(what bytes, now int, window int) run
-- A window that has passed begins anew, and so does one of a clock that was set back.
INSERT INTO auth_try (what, failed, since) VALUES (:what, 1, :now)
    ON CONFLICT (what) DO UPDATE SET
      failed = CASE WHEN auth_try.since + :window <= :now OR auth_try.since > :now THEN 1 ELSE auth_try.failed + 1 END,
      since  = CASE WHEN auth_try.since + :window <= :now OR auth_try.since > :now THEN :now ELSE auth_try.since END;

-- name: try_worked(what bytes) run
DELETE FROM auth_try WHERE what = :what;

-- name: try_give_back(what bytes, slips int) run
UPDATE auth_try SET failed = CASE WHEN failed > :slips THEN failed - :slips ELSE 0 END WHERE what = :what;

-- name: try_sweep(before int) run
DELETE FROM auth_try WHERE since <= :before;
