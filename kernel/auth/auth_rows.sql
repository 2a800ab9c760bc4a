-- name: session(hash bytes, oldest int, eldest int, reset int) one
-- All that a page must know of its visitor, in one look. Who was joined to somebody elsewhere, or is erased, is nobody here.
SELECT s.person, s.seen, s.until, s.idle, s.device, s.ended, s.strong, coalesce(x.works, 0) AS "reset_from:int", coalesce(p.agreed, 0) AS "agreed:int",
       coalesce(p.band, 0) AS "band:int", coalesce(p.name, '') AS "name:str", coalesce(p.lang, '') AS "lang:str",
       coalesce(p.account, 0) AS "account:bool"
  FROM auth_session s LEFT JOIN auth_person p ON p.id = s.person
  LEFT JOIN journal_person j ON j.id = s.person LEFT JOIN auth_reset x ON x.person = s.person AND x.made > :reset
 WHERE s.hash = :hash AND s.seen > :oldest AND (s.started > :eldest OR coalesce(p.account, 0) = 0) AND coalesce(j.joined, 0) = 0 AND coalesce(j.erased, 0) = 0;

-- name: session_add(hash bytes, person int, now int, agent str, until int, idle int, device int) run
INSERT INTO auth_session (hash, person, started, seen, agent, until, idle, device) VALUES (:hash, :person, :now, :now, :agent, :until, :idle, :device)
    ON CONFLICT (hash) DO UPDATE SET person = excluded.person, started = excluded.started, seen = excluded.seen, strong = 0;

-- name: session_strong(hash bytes, now int) run
UPDATE auth_session SET strong = :now WHERE hash = :hash;

-- name: session_weaken(person int) run
UPDATE auth_session SET strong = 0 WHERE person = :person;

-- name: session_touch(hash bytes, now int) run
UPDATE auth_session SET seen = :now WHERE hash = :hash;

-- name: session_end(hash bytes, now int) run
-- Also of a cookie that had no session: what is still under way with it must not make one.
INSERT INTO auth_session (hash, person, started, seen, agent, ended) VALUES (:hash, 0, :now, :now, '', :now)
    ON CONFLICT (hash) DO UPDATE SET person = 0, agent = '', device = 0, seen = excluded.seen, ended = excluded.ended;

-- name: session_end_device(device int, now int) run
UPDATE auth_session SET person = 0, agent = '', device = 0, seen = :now, ended = :now WHERE device = :device AND device <> 0;

-- name: session_end_person(device int, person int, now int) run
UPDATE auth_session SET person = 0, agent = '', device = 0, seen = :now, ended = :now WHERE device = :device AND person = :person AND device <> 0;

-- name: session_end_of(person int, hash bytes, now int) run
UPDATE auth_session SET person = 0, agent = '', device = 0, seen = :now, ended = :now WHERE person = :person AND hash = :hash AND ended = 0;

-- name: session_end_others(person int, but bytes, now int) run
UPDATE auth_session SET person = 0, agent = '', device = 0, seen = :now, ended = :now WHERE person = :person AND hash <> :but AND ended = 0;

-- name: session_move(old int, new int) run
UPDATE auth_session SET person = :new WHERE person = :old;

-- name: session_list(person int, oldest int, eldest int, now int) many
SELECT hash, agent, started, seen FROM auth_session
 WHERE person = :person AND seen > :oldest AND started > :eldest AND ended = 0 AND (until = 0 OR until > :now)
 ORDER BY seen DESC, hash LIMIT 100;

-- name: session_sweep(oldest int, eldest int, over int) run
DELETE FROM auth_session
 WHERE seen <= :oldest OR (started <= :eldest AND person IN (SELECT id FROM auth_person WHERE account = 1)) OR (ended <> 0 AND ended <= :over)
    OR (until <> 0 AND until <= :over);

-- name: person_keep(id int, name str, lang str, account int, agreed int, band int) run
INSERT INTO auth_person (id, name, lang, account, agreed, band) VALUES (:id, :name, :lang, :account, :agreed, :band)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, lang = excluded.lang, account = excluded.account, agreed = excluded.agreed,
                                   band = excluded.band;

-- name: staff() one
SELECT person FROM auth_staff ORDER BY person LIMIT 1;

-- name: staff_drop(person int) run
DELETE FROM auth_staff WHERE person = :person;

-- ---- a second step (auth_second.c) ----

-- name: totp(person int) one
SELECT sealed, began, since, step, wrong FROM auth_totp WHERE person = :person;

-- name: totp_begin(person int, sealed bytes, now int) run
-- One that is in force is not touched.
INSERT INTO auth_totp (person, sealed, began, since, step, wrong) VALUES (:person, :sealed, :now, 0, 0, 0)
    ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, began = excluded.began, step = 0, wrong = 0 WHERE auth_totp.since = 0;

-- name: totp_confirm(person int, now int, step int) run
UPDATE auth_totp SET since = :now, step = :step, wrong = 0 WHERE person = :person AND since = 0;

-- name: totp_worked(person int, step int) run
UPDATE auth_totp SET step = :step, wrong = 0 WHERE person = :person;

-- name: totp_wrong(person int) run
UPDATE auth_totp SET wrong = wrong + 1 WHERE person = :person;

-- name: totp_drop(person int) run
DELETE FROM auth_totp WHERE person = :person;

-- ---- codes on paper, and codes from who looks after the place (auth_paper.c) ----

-- name: paper_add(person int, use int, mac str, now int) run
INSERT INTO auth_paper (person, use, mac, made) VALUES (:person, :use, :mac, :now) ON CONFLICT DO NOTHING;

-- name: paper_drop(person int, use int) run
DELETE FROM auth_paper WHERE person = :person AND use = :use;

-- name: paper_take(person int, use int, mac str) run
DELETE FROM auth_paper WHERE person = :person AND use = :use AND mac = :mac;

-- name: paper_left(person int, use int) int
SELECT count(*) AS "n:int" FROM auth_paper WHERE person = :person AND use = :use;

-- name: reset_put(person int, mac str, made int, works int) run
INSERT INTO auth_reset (person, mac, made, works) VALUES (:person, :mac, :made, :works)
    ON CONFLICT (person) DO UPDATE SET mac = excluded.mac, made = excluded.made, works = excluded.works;

-- name: reset(person int) one
SELECT mac, made, works FROM auth_reset WHERE person = :person;

-- name: reset_drop(person int) run
DELETE FROM auth_reset WHERE person = :person;

-- name: reset_sweep(before int) run
DELETE FROM auth_reset WHERE made <= :before;

-- ---- guesses ----

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
