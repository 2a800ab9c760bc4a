-- ---- appending (journal.c) ----

-- name: place(stream int, node int, lease str, owner int) one
-- Where the next record goes, and what must be known of whose it is, asked just before it is appended. The number follows the
-- last one that is there, so a piece of work that is rolled back leaves no gap. No row once another process holds the number.
-- top: the latest id of other nodes in her stream and card. who: -1 erased, 0 herself, else whom this guest turned out to be; who is
-- erased may have called her a guest of hers, too.
-- (One statement could ask and append, and say "IN" for two streams; for each SQLite would build a table in memory, which
-- costs three times as much as all the rest.)
SELECT coalesce((SELECT m.seq FROM journal_head m WHERE m.stream = :stream AND m.node = n.node), 0) + 1 AS "seq:int",
       coalesce((SELECT max(h.id) FROM journal_head h WHERE h.stream = :stream AND h.node <> n.node), 0) AS "top:int",
       coalesce((SELECT max(o.id) FROM journal_head o WHERE o.stream = -:stream AND o.node <> n.node), 0) AS "top_beside:int",
       coalesce((SELECT CASE WHEN p.erased <> 0 THEN -1 ELSE p.joined END FROM journal_person p WHERE p.id = :owner), 0) AS "who:int",
       (SELECT count(*) FROM journal_joined j JOIN journal_person e ON e.id = j.person WHERE j.guest = :owner AND e.erased <> 0) AS "erased_through:int",
       (SELECT count(*) FROM journal_person g WHERE g.joined = :owner AND g.joined <> 0) AS "guests:int",
       CASE WHEN EXISTS (SELECT 1 FROM journal_stale) THEN 1 ELSE 0 END AS "stale:bool", n.revoked
  FROM journal_node n WHERE n.node = :node AND n.lease = :lease;

-- name: place_take(stream int, node int, seq int, id int) run
INSERT INTO journal_head (stream, node, seq, id, sealed) VALUES (:stream, :node, :seq, :id, 0)
    ON CONFLICT (stream, node) DO UPDATE SET seq = excluded.seq, id = excluded.id;

-- name: append(id int, node int, seq int, at int, actor int, audience int, stream int, own int, kind str, subject str, body str, salt int, mark bytes) run
INSERT INTO journal (id, node, seq, at, actor, audience, stream, own, kind, subject, body, salt, mark)
VALUES (:id, :node, :seq, :at, :actor, :audience, :stream, :own, :kind, :subject, :body, :salt, :mark);

-- name: about_add(person int, record int) run
INSERT INTO journal_about (person, record) VALUES (:person, :record) ON CONFLICT DO NOTHING;

-- name: file_add(file str, record int) run
INSERT INTO journal_file (file, record) VALUES (:file, :record) ON CONFLICT DO NOTHING;

-- ---- records ----

-- name: record(id int) one
SELECT id, node, seq, at, actor, audience, stream, own AS "own:bool", kind, subject, body, salt, mark FROM journal WHERE id = :id;

-- name: ids_of_stream(stream int) many
SELECT id FROM journal WHERE stream = :stream;

-- name: ids_of_subject(stream int, subject str) many
SELECT id, kind FROM journal WHERE subject = :subject AND stream = :stream AND audience < 7 AND subject <> '' ORDER BY id;

-- name: top_of_subject(stream int, subject str, id int) int
-- The latest of one subject but the one just put there.
SELECT coalesce(max(id), 0) AS "id:int" FROM journal WHERE subject = :subject AND stream = :stream AND audience < 7 AND subject <> '' AND id <> :id;

-- name: later_by_others(stream int, node int, id int) int
-- By other nodes than this one.
SELECT count(*) AS "n:int" FROM journal_head WHERE stream = :stream AND node <> :node AND id > :id;

-- name: later_by_node(stream int, node int, seq int) int
SELECT count(*) AS "n:int" FROM (SELECT 1 FROM journal WHERE stream = :stream AND node = :node AND seq > :seq LIMIT 1) j;

-- name: audience_of(stream int) int
SELECT audience FROM journal WHERE stream = :stream LIMIT 1;

-- name: after_seq(stream int, node int, seq int, last int, most int) many
SELECT id, node, seq, at, actor, audience, stream, own AS "own:bool", kind, subject, body, salt, mark FROM journal
 WHERE stream = :stream AND node = :node AND seq > :seq AND seq <= :last ORDER BY seq LIMIT :most;

-- name: by_others(actor int, id int, most int) many
-- Of one actor, in streams that are not her own.
SELECT id FROM journal WHERE actor = :actor AND own = 0 AND id > :id ORDER BY id LIMIT :most;

-- name: speaks_of(person int, id int, most int) many
SELECT record FROM journal_about WHERE person = :person AND record > :id ORDER BY record LIMIT :most;

-- name: kept_due(now int) many
SELECT DISTINCT person FROM journal_kept WHERE until <= :now ORDER BY person LIMIT 1000;

-- name: kept_add(record int, person int, until int) run
INSERT INTO journal_kept (record, person, until) VALUES (:record, :person, :until) ON CONFLICT DO NOTHING;

-- name: kept_drop(record int) run
DELETE FROM journal_kept WHERE record = :record;

-- name: erasing_add(person int, stream int, part int) run
INSERT INTO journal_erasing (person, stream, part, at) VALUES (:person, :stream, :part, 0) ON CONFLICT DO NOTHING;

-- name: erasing_next() one
-- What waits for the log comes last.
SELECT person, stream, part, at FROM journal_erasing ORDER BY part, person, stream LIMIT 1;

-- name: erasing_go_on(person int, stream int, part int, at int) run
UPDATE journal_erasing SET part = :part, at = :at WHERE person = :person AND stream = :stream;

-- name: erasing_done(person int, stream int) run
DELETE FROM journal_erasing WHERE person = :person AND stream = :stream;

-- name: erasing_empty() run
DELETE FROM journal_erasing;

-- name: in_stream_after(stream int, id int, most int) many
-- In order of their places, after that of a record of this stream: the index has them so, and no page looks at those before.
SELECT id FROM journal
 WHERE stream = :stream AND (node, seq) > (coalesce((SELECT f.node FROM journal f WHERE f.id = :id AND f.stream = :stream), 0),
                                           coalesce((SELECT g.seq FROM journal g WHERE g.id = :id AND g.stream = :stream), 0))
 ORDER BY node, seq LIMIT :most;

-- name: after_id(id int, most int) many
SELECT id, node, seq, at, actor, audience, stream, own AS "own:bool", kind, subject, body, salt, mark FROM journal
 WHERE id > :id ORDER BY id LIMIT :most;

-- ---- rows (journal_fold.c) ----

-- name: refuse(record int, why str) run
INSERT INTO journal_refused (record, why) VALUES (:record, :why) ON CONFLICT (record) DO UPDATE SET why = excluded.why;

-- name: refuse_not(record int) run
DELETE FROM journal_refused WHERE record = :record;

-- name: wait(record int, what str) run
INSERT INTO journal_wait (record, what) VALUES (:record, :what) ON CONFLICT (record) DO UPDATE SET what = excluded.what;

-- name: wait_not(record int) run
DELETE FROM journal_wait WHERE record = :record;

-- name: waiting_for(what str, most int) many
SELECT record FROM journal_wait WHERE what = :what ORDER BY record LIMIT :most;

-- name: waits() many
SELECT what, count(*) AS "n:int" FROM journal_wait GROUP BY what ORDER BY what LIMIT 1000;

-- name: stale_add(first int, module str, meet int, audience int, stream int, topic str) run
INSERT INTO journal_stale (first, module, meet, audience, stream, topic) VALUES (:first, :module, :meet, :audience, :stream, :topic)
    ON CONFLICT DO NOTHING;

-- name: stale_next() one
SELECT first, module, meet, audience, stream, topic FROM journal_stale ORDER BY first, module, meet, stream, topic LIMIT 1;

-- name: is_stale(first int, module str, meet int, stream int, topic str) int
SELECT count(*) AS "n:int" FROM journal_stale WHERE first = :first AND module = :module AND meet = :meet AND stream = :stream AND topic = :topic;

-- name: stale_done(first int, module str, meet int, stream int, topic str) run
DELETE FROM journal_stale WHERE first = :first AND module = :module AND meet = :meet AND stream = :stream AND topic = :topic;

-- ---- who is who (journal_card.c) ----

-- name: person(id int) one
SELECT p.id, p.account AS "account:bool", p.joined, p.erased, CASE WHEN g.person IS NULL THEN 0 ELSE 1 END AS "gone:bool"
  FROM journal_person p LEFT JOIN journal_gone g ON g.person = p.id WHERE p.id = :id;

-- name: traces(person int) one
SELECT count(*) AS "records:int", coalesce(min(r.at), 0) AS "first:int", coalesce(max(r.at), 0) AS "last:int",
       coalesce(sum(CASE WHEN n.own = 1 THEN 0 ELSE 1 END), 0) AS "foreign_n:int"
  FROM journal r LEFT JOIN journal_node n ON n.node = r.node WHERE r.stream = :person;

-- name: traces_elsewhere(person int) int
-- At most one of each is looked for.
SELECT (SELECT count(*) FROM (SELECT 1 FROM journal WHERE stream = -:person LIMIT 1) card)
     + (SELECT count(*) FROM (SELECT 1 FROM journal WHERE actor = :person AND own = 0 LIMIT 1) other)
     + (SELECT count(*) FROM (SELECT 1 FROM journal_about WHERE person = :person LIMIT 1) about)
     + (SELECT count(*) FROM (SELECT 1 FROM journal_standing WHERE person = :person LIMIT 1) stands) AS "n:int";

-- name: guests(person int) many
SELECT id FROM journal_person WHERE joined = :person AND joined <> 0 ORDER BY id;

-- name: was_said_by(person int) many
-- Guests of whom she said that they were her, whoever has them now.
SELECT guest FROM journal_joined WHERE person = :person ORDER BY guest;

-- name: said_of(guest int) many
SELECT person FROM journal_joined WHERE guest = :guest ORDER BY person;

-- name: erased_through(guest int) int
SELECT coalesce(max(p.erased), 0) AS "erased:int" FROM journal_joined j JOIN journal_person p ON p.id = j.person WHERE j.guest = :guest;

-- name: joined_add(guest int, person int) run
INSERT INTO journal_joined (guest, person) VALUES (:guest, :person) ON CONFLICT DO NOTHING;

-- name: person_account(id int) run
INSERT INTO journal_person (id, account, joined, erased) VALUES (:id, 1, 0, 0)
    ON CONFLICT (id) DO UPDATE SET account = 1;

-- name: person_joined(id int, person int) run
INSERT INTO journal_person (id, account, joined, erased) VALUES (:id, 0, :person, 0)
    ON CONFLICT (id) DO UPDATE SET joined = excluded.joined WHERE journal_person.joined = 0;

-- name: person_erased(id int, record int) run
INSERT INTO journal_person (id, account, joined, erased) VALUES (:id, 0, 0, :record)
    ON CONFLICT (id) DO UPDATE SET erased = excluded.erased WHERE journal_person.erased = 0;

-- name: gone_add(person int, now int) run
INSERT INTO journal_gone (person, at) VALUES (:person, :now) ON CONFLICT DO NOTHING;

-- ---- standing (journal_standing.c) ----

-- name: standing_add(stream int, person int, role int, since int, until int, module str, unit int, topic str) run
INSERT INTO journal_standing (stream, person, role, since, ends, until, module, unit, topic)
VALUES (:stream, :person, :role, :since, 0, :until, :module, :unit, :topic) ON CONFLICT DO NOTHING;

-- name: standing_end(stream int, person int, role int, ends int, module str, unit int, topic str) run
-- What another unit gave stands.
UPDATE journal_standing SET ends = :ends
 WHERE stream = :stream AND person = :person AND role = :role AND since < :ends AND (ends = 0 OR ends > :ends)
   AND unit = :unit AND topic = :topic AND module = :module;

-- name: standing_now(stream int, person int, roles int, id int, now int) int
SELECT count(*) AS "n:int" FROM journal_standing
 WHERE stream = :stream AND person = :person AND (role & :roles) <> 0 AND since < :id AND (ends = 0 OR ends > :id) AND (until = 0 OR until > :now);

-- name: standing_anywhere(person int, roles int, now int) int
SELECT count(*) AS "n:int" FROM journal_standing
 WHERE person = :person AND (role & :roles) <> 0 AND ends = 0 AND (until = 0 OR until > :now);

-- name: standing_ever(stream int, person int, roles int, id int) int
SELECT count(*) AS "n:int" FROM journal_standing WHERE stream = :stream AND person = :person AND (role & :roles) <> 0 AND since < :id;

-- name: standing_of_unit(module str, unit int, topic str) many
SELECT stream, person, role, since, ends, until FROM journal_standing
 WHERE unit = :unit AND topic = :topic AND module = :module ORDER BY stream, person, role, since;

-- name: standing_drop(module str, unit int, topic str) run
DELETE FROM journal_standing WHERE unit = :unit AND topic = :topic AND module = :module;

-- name: standing_of_person(person int) many
SELECT stream, role, since, ends, until FROM journal_standing WHERE person = :person ORDER BY stream, role, since LIMIT 10000;

-- name: judged_add(id int, record int, counts bool) run
INSERT INTO journal_judged (id, record, counts) VALUES (:id, :record, :counts);

-- name: judgement(record int) one
SELECT counts AS "counts:bool" FROM journal_judged WHERE record = :record ORDER BY id DESC LIMIT 1;

-- name: to_deny() many
-- Refused here for want of standing, and not said so.
SELECT f.record FROM journal_refused f
 WHERE f.why = 'its actor had not the standing for it'
   AND coalesce((SELECT g.counts FROM journal_judged g WHERE g.record = f.record ORDER BY g.id DESC LIMIT 1), 1) = 1
 ORDER BY f.record LIMIT 1000;

-- name: to_admit() many
-- Denied once, and counted now.
SELECT DISTINCT g.record FROM journal_judged g
 WHERE g.counts = 0 AND NOT EXISTS (SELECT 1 FROM journal_refused f WHERE f.record = g.record)
   AND (SELECT h.counts FROM journal_judged h WHERE h.record = g.record ORDER BY h.id DESC LIMIT 1) = 0
 ORDER BY g.record LIMIT 1000;

-- name: members(stream int) many
SELECT person, since, ends, until FROM journal_standing WHERE stream = :stream AND role = 2 ORDER BY person, since LIMIT 100000;

-- name: stream_add(stream int, inside int, since int, module str, unit int, topic str) run
INSERT INTO journal_stream (stream, inside, since, ends, module, unit, topic) VALUES (:stream, :inside, :since, 0, :module, :unit, :topic)
    ON CONFLICT DO NOTHING;

-- name: stream_end(stream int, inside int, ends int) run
UPDATE journal_stream SET ends = :ends
 WHERE stream = :stream AND (:inside = 0 OR inside = :inside) AND since < :ends AND (ends = 0 OR ends > :ends);

-- name: streams_of_unit(module str, unit int, topic str) many
SELECT stream, inside, since, ends FROM journal_stream WHERE unit = :unit AND topic = :topic AND module = :module ORDER BY stream, inside, since;

-- name: stream_drop(module str, unit int, topic str) run
DELETE FROM journal_stream WHERE unit = :unit AND topic = :topic AND module = :module;

-- name: lies_in(stream int, id int) many
-- As of a record.
SELECT inside FROM journal_stream WHERE stream = :stream AND since < :id AND (ends = 0 OR ends > :id) ORDER BY inside LIMIT 100;

-- name: ever_in(stream int) many
SELECT DISTINCT inside FROM journal_stream WHERE stream = :stream ORDER BY inside LIMIT 100;

-- name: with_roles_in(stream int) many
SELECT DISTINCT person FROM journal_standing WHERE stream = :stream AND role <> 2 ORDER BY person LIMIT 100000;

-- ---- this installation's own numbers (journal_node.c) ----

-- name: self() one
SELECT seed, key, root, copied FROM journal_self WHERE one = 1;

-- name: self_add(seed str, key str) run
INSERT INTO journal_self (one, seed, key, root, copied) VALUES (1, :seed, :key, :key, 0) ON CONFLICT (one) DO NOTHING;

-- name: self_root(root str) run
UPDATE journal_self SET root = :root WHERE one = 1;

-- name: self_copied(id int) run
UPDATE journal_self SET copied = :id WHERE one = 1 AND copied = 0;

-- name: self_copied_not() run
UPDATE journal_self SET copied = 0 WHERE one = 1 AND copied <> 0;

-- name: claim(lease str, until int, now int) one
-- The newest number whose holder is gone. Two who ask at once: the second finds it held, and asks again.
UPDATE journal_node SET lease = :lease, until = :until
 WHERE until <= :now AND node = (SELECT f.node FROM journal_node f WHERE f.own = 1 AND f.until <= :now ORDER BY f.since DESC, f.node LIMIT 1)
RETURNING node, mark;

-- name: claim_new(node int, key str, lease str, until int) run
INSERT INTO journal_node (node, key, own, lease, until, mark, sealed, certificate, name, economy, hub, since, revoked)
VALUES (:node, :key, 1, :lease, :until, 0, 0, '', '', '', 0, 0, 0) ON CONFLICT (node) DO NOTHING;

-- name: claim_this(node int, lease str, until int) run
UPDATE journal_node SET lease = :lease, until = :until WHERE node = :node AND own = 1;

-- name: own_key(key str) run
UPDATE journal_node SET key = :key WHERE own = 1 AND key <> :key;

-- name: last_id() int
SELECT coalesce(max(id), 0) AS "id:int" FROM journal;

-- name: renew(node int, lease str, until int, mark int) run
UPDATE journal_node SET until = :until, mark = CASE WHEN mark < :mark THEN :mark ELSE mark END
 WHERE node = :node AND lease = :lease;

-- name: raise_mark(node int, mark int) run
UPDATE journal_node SET mark = :mark WHERE node = :node AND mark < :mark;

-- name: set_mark(node int, mark int) run
UPDATE journal_node SET mark = :mark WHERE node = :node;

-- name: give_back(node int, lease str, mark int) run
UPDATE journal_node SET lease = '', until = 0, mark = :mark WHERE node = :node AND lease = :lease;

-- ---- the roll (journal_roll.c) ----

-- name: node(node int) one
SELECT node, key, own, certificate, name, economy, hub AS "hub:bool", since, revoked FROM journal_node WHERE node = :node;

-- name: nodes() many
SELECT node, key, own, certificate, name, economy, hub AS "hub:bool", since, revoked FROM journal_node ORDER BY node LIMIT 100000;

-- name: numbers_of(key str) many
SELECT node FROM journal_node WHERE key = :key AND key <> '' ORDER BY node LIMIT 1000;

-- name: numbers_own() many
-- own: 2 is spent, and nothing is written under it any more.
SELECT node, own, sealed, CASE WHEN certificate = '' THEN 0 ELSE 1 END AS "certified:bool" FROM journal_node WHERE own > 0 ORDER BY node LIMIT 1000;

-- name: node_put(node int, key str, own int, certificate str, name str, economy str, hub int, since int) run
INSERT INTO journal_node (node, key, own, lease, until, mark, sealed, certificate, name, economy, hub, since, revoked)
VALUES (:node, :key, :own, '', 0, 0, 0, :certificate, :name, :economy, :hub, :since, 0)
    ON CONFLICT (node) DO UPDATE SET key = excluded.key, certificate = excluded.certificate, name = excluded.name,
       economy = excluded.economy, hub = excluded.hub, since = excluded.since WHERE excluded.since > journal_node.since;

-- name: node_revoke(node int, key str, after int) run
UPDATE journal_node SET revoked = :after WHERE node = :node AND key = :key AND revoked <> :after;

-- name: revocation_of(stream int, node int) int
SELECT coalesce(max(id), 0) AS "id:int" FROM journal WHERE stream = :stream AND audience < 7 AND subject = CAST(:node AS TEXT) AND subject <> '' AND kind = 'node.revoked';

-- name: last_of_node(node int) int
SELECT coalesce(max(id), 0) AS "id:int" FROM journal_head WHERE node = :node;

-- name: heads_after(node int, id int, most int) many
-- Streams in which this number has written after an id, by the last one there. What others wrote since, which at a hub is nearly
-- everything, is not looked at.
SELECT id, stream FROM journal_head WHERE node = :node AND id > :id ORDER BY id LIMIT :most;

-- name: of_node_in(stream int, node int, id int) many
SELECT id FROM journal WHERE stream = :stream AND node = :node AND id > :id;

-- name: node_drop(node int) run
DELETE FROM journal_node WHERE node = :node;

-- name: centres_of(node int) many
SELECT centre FROM journal_node_centre WHERE node = :node ORDER BY centre LIMIT 1000;

-- name: is_of_centre(node int, centre int) int
SELECT count(*) AS "n:int" FROM journal_node_centre WHERE centre = :centre AND node = :node;

-- name: nodes_of_centre(centre int) many
SELECT node FROM journal_node_centre WHERE centre = :centre ORDER BY node LIMIT 1000;

-- name: centre_put(centre int, node int) run
INSERT INTO journal_node_centre (centre, node) VALUES (:centre, :node) ON CONFLICT DO NOTHING;

-- name: centres_drop(node int) run
DELETE FROM journal_node_centre WHERE node = :node;

-- name: home_add(economy str) run
INSERT INTO journal_home (economy) VALUES (:economy) ON CONFLICT DO NOTHING;

-- name: is_home(economy str) int
SELECT count(*) AS "n:int" FROM journal_home WHERE economy = :economy;

-- name: streams_all() many
SELECT DISTINCT stream FROM journal_head ORDER BY stream;

-- name: streams_of_node(node int) many
SELECT DISTINCT stream FROM journal_head WHERE node = :node ORDER BY stream;

-- name: is_held(stream int) int
SELECT count(*) AS "n:int" FROM journal_head WHERE stream = :stream;

-- ---- seals and the exchange ----

-- name: heads(stream int) many
SELECT h.node, h.seq, h.id, h.sealed, coalesce(n.own, 0) AS "own:bool" FROM journal_head h LEFT JOIN journal_node n ON n.node = h.node
 WHERE h.stream = :stream ORDER BY h.node LIMIT 100000;

-- name: heads_of_key(key str) many
-- All that an installation wrote, under whatever number.
SELECT h.stream, h.node, h.sealed FROM journal_node n JOIN journal_head h ON h.node = n.node
 WHERE n.key = :key AND n.key <> '' ORDER BY h.stream, h.node LIMIT 1000000;

-- name: head(stream int, node int) one
SELECT seq, id, sealed FROM journal_head WHERE stream = :stream AND node = :node;

-- name: head_put(stream int, node int, seq int, id int, sealed int) run
INSERT INTO journal_head (stream, node, seq, id, sealed) VALUES (:stream, :node, :seq, :id, :sealed)
    ON CONFLICT (stream, node) DO UPDATE SET seq = excluded.seq, id = excluded.id, sealed = excluded.sealed;

-- name: head_drop(stream int, node int) run
DELETE FROM journal_head WHERE stream = :stream AND node = :node;

-- name: heads_beyond(id int) many
SELECT h.stream, h.node FROM journal_head h JOIN journal_node n ON n.node = h.node WHERE h.id > :id AND n.own = 0 LIMIT 1000;

-- name: seq_before(stream int, node int, id int) int
SELECT coalesce(max(seq), 0) AS "seq:int" FROM journal WHERE stream = :stream AND node = :node AND id <= :id;

-- name: beyond(stream int, node int, seq int) many
SELECT id FROM journal WHERE stream = :stream AND node = :node AND seq > :seq;

-- name: drop(id int) run
DELETE FROM journal WHERE id = :id;

-- name: head_sealed(stream int, node int, sealed int) run
UPDATE journal_head SET sealed = :sealed WHERE stream = :stream AND node = :node;

-- name: node_sealed(node int, id int) run
UPDATE journal_node SET sealed = :id WHERE node = :node;

-- name: node_unseal(node int, id int) run
-- Something later is to be sealed anew.
UPDATE journal_node SET sealed = :id WHERE node = :node AND sealed > :id;

-- name: seal(stream int, node int, seq int) one
SELECT hash, signature FROM journal_seal WHERE stream = :stream AND node = :node AND seq = :seq;

-- name: seal_after(stream int, node int, seq int) one
SELECT seq, hash, signature FROM journal_seal WHERE stream = :stream AND node = :node AND seq > :seq ORDER BY seq LIMIT 1;

-- name: seals(stream int, node int, most int) many
SELECT seq, hash FROM journal_seal WHERE stream = :stream AND node = :node ORDER BY seq DESC LIMIT :most;

-- name: id_at(stream int, node int, seq int) int
SELECT id FROM journal WHERE stream = :stream AND node = :node AND seq = :seq;

-- name: ends_standing(stream int, id int) int
SELECT count(*) AS "n:int" FROM journal_standing WHERE stream = :stream AND ends = :id;

-- name: seal_add(stream int, node int, seq int, hash bytes, signature bytes) run
INSERT INTO journal_seal (stream, node, seq, hash, signature) VALUES (:stream, :node, :seq, :hash, :signature);

-- name: salt(id int, salt int) run
UPDATE journal SET salt = :salt WHERE id = :id;

-- name: is_id(id int) int
SELECT count(*) AS "n:int" FROM journal WHERE id = :id;

-- name: seal_before(stream int, node int, seq int) int
SELECT coalesce(max(seq), 0) AS "seq:int" FROM journal_seal WHERE stream = :stream AND node = :node AND seq < :seq;

-- name: seals_from(stream int, node int, seq int, most int) many
-- For the scheduled look: seals in order of their key, from a place on.
SELECT stream, node, seq FROM journal_seal
 WHERE (stream, node, seq) > (CAST(:stream AS BIGINT), CAST(:node AS BIGINT), CAST(:seq AS BIGINT)) ORDER BY stream, node, seq LIMIT :most;

-- name: damage_add(stream int, node int, seq int, now int) run
INSERT INTO journal_damage (stream, node, seq, found_at) VALUES (:stream, :node, :seq, :now) ON CONFLICT DO NOTHING;

-- name: damage_drop() run
DELETE FROM journal_damage;

-- name: damage() many
SELECT stream, node, seq, found_at FROM journal_damage ORDER BY found_at, stream, node, seq LIMIT 20;

-- ---- words that go (journal_erase.c) ----

-- name: blank(id int, mark bytes) run
UPDATE journal SET body = '', salt = 0, mark = :mark WHERE id = :id;

-- name: files_of(record int) many
SELECT file FROM journal_file WHERE record = :record;

-- name: file_forget(record int) run
DELETE FROM journal_file WHERE record = :record;

-- name: file_named(file str) int
SELECT count(*) AS "n:int" FROM journal_file WHERE file = :file;

-- name: files_lacking() many
-- Small ones are rare; what is not here is in no row of the files.
SELECT DISTINCT f.file FROM journal_file f WHERE NOT EXISTS (SELECT 1 FROM stored_file k WHERE k.name = f.file) ORDER BY f.file LIMIT 200;

-- name: file_of_person(file str, person int) int
SELECT count(*) AS "n:int" FROM journal_file f JOIN journal r ON r.id = f.record
 WHERE f.file = :file AND (r.stream = :person OR r.actor = :person OR EXISTS (SELECT 1 FROM journal_about a WHERE a.person = :person AND a.record = r.id));

-- name: file_records(file str) many
SELECT r.audience, r.stream FROM journal_file f JOIN journal r ON r.id = f.record WHERE f.file = :file LIMIT 1000;

-- name: forgotten(person int, stream int) many
-- Where it was said in this stream that she is erased.
SELECT j.id FROM journal j WHERE j.subject = CAST(:person AS TEXT) AND j.stream = :stream AND j.audience < 7 AND j.subject <> '' AND j.kind = 'person.forgotten' LIMIT 100;

-- name: kinds_of(stream int) many
SELECT kind, count(*) AS "n:int", max(at) AS "latest:int", max(id) AS "last:int" FROM journal WHERE stream = :stream AND body <> '' GROUP BY kind ORDER BY kind;

-- name: kinds_by(actor int) many
SELECT kind, count(*) AS "n:int", max(at) AS "latest:int", max(id) AS "last:int" FROM journal WHERE actor = :actor AND own = 0 AND body <> '' GROUP BY kind ORDER BY kind;

-- name: held_own(person int) many
-- In her stream, on her card, and what she wrote elsewhere.
SELECT kind, count(*) AS "n:int", min(at) AS "first:int", max(at) AS "latest:int" FROM (
  SELECT kind, at FROM journal WHERE stream = :person AND actor = :person
  UNION ALL SELECT kind, at FROM journal WHERE stream = -:person AND actor = :person
  UNION ALL SELECT kind, at FROM journal WHERE actor = :person AND own = 0 AND stream <> -:person) hers GROUP BY kind ORDER BY kind;

-- name: held_others(person int) many
-- What others wrote into her stream or on her card, and what speaks of her elsewhere.
SELECT kind, count(*) AS "n:int", min(at) AS "first:int", max(at) AS "latest:int" FROM (
  SELECT kind, at FROM journal WHERE stream = :person AND actor <> :person
  UNION ALL SELECT kind, at FROM journal WHERE stream = -:person AND actor <> :person
  UNION ALL SELECT r.kind, r.at FROM journal_about a JOIN journal r ON r.id = a.record
             WHERE a.person = :person AND r.actor <> :person AND r.stream <> :person AND r.stream <> -:person) others GROUP BY kind ORDER BY kind;

-- ---- tables made again (journal_make.c) ----

-- name: made(module str) one
SELECT shape, stage, reached FROM journal_made WHERE module = :module;

-- name: made_put(module str, shape str, stage int, reached int) run
INSERT INTO journal_made (module, shape, stage, reached) VALUES (:module, :shape, :stage, :reached)
    ON CONFLICT (module) DO UPDATE SET shape = excluded.shape, stage = excluded.stage, reached = excluded.reached;

-- name: made_first_add(person int, module str) run
INSERT INTO journal_made_first (person, module) VALUES (:person, :module) ON CONFLICT DO NOTHING;

-- name: made_first(person int, module str) int
SELECT count(*) AS "n:int" FROM journal_made_first WHERE person = :person AND module = :module;

-- name: made_first_drop(module str) run
DELETE FROM journal_made_first WHERE module = :module;

-- name: streams_from(stream int, most int) many
SELECT DISTINCT stream FROM journal_head WHERE stream > :stream ORDER BY stream LIMIT :most;

-- name: standing_empty() run
DELETE FROM journal_standing;

-- name: stream_empty() run
DELETE FROM journal_stream;

-- name: refused_empty() run
DELETE FROM journal_refused;

-- name: refused(most int) many
SELECT f.record, f.why, r.node, r.kind, r.at FROM journal_refused f JOIN journal r ON r.id = f.record ORDER BY f.record DESC LIMIT :most;

-- name: refused_n() int
SELECT count(*) AS "n:int" FROM journal_refused;

-- ---- new ids (journal_anew.c) ----

-- name: fork_put(stream int, node int, seq int, parted int) run
-- Of two that say where it parted the earlier place counts; of two that lack something, who lacks less. 3 is a guess (see below) that
-- the same letter may still put right.
INSERT INTO journal_fork (stream, node, seq, parted) VALUES (:stream, :node, :seq, :parted)
    ON CONFLICT (stream, node) DO UPDATE SET
       parted = CASE WHEN excluded.parted = 3 AND journal_fork.parted = 2 THEN 2
                     WHEN journal_fork.parted = 3 AND excluded.parted < 2 THEN 3
                     ELSE excluded.parted END,
       seq = CASE WHEN journal_fork.parted = 3 AND excluded.parted = 1 THEN journal_fork.seq
                  WHEN journal_fork.parted < 2 AND excluded.parted > journal_fork.parted THEN excluded.seq
                  WHEN journal_fork.parted = 0 THEN CASE WHEN excluded.seq > journal_fork.seq THEN excluded.seq ELSE journal_fork.seq END
                  ELSE CASE WHEN excluded.seq < journal_fork.seq THEN excluded.seq ELSE journal_fork.seq END END
     WHERE excluded.parted >= journal_fork.parted OR journal_fork.parted = 3;

-- name: fork_believe() run
UPDATE journal_fork SET parted = 2 WHERE parted = 3;

-- name: fork_drop(stream int, node int, parted int) run
DELETE FROM journal_fork WHERE stream = :stream AND node = :node AND parted = :parted;

-- name: fork_drop_all(parted int) run
DELETE FROM journal_fork WHERE parted = :parted;

-- name: fork_soften() run
UPDATE journal_fork SET parted = 1, seq = 0 WHERE parted = 2;

-- name: fork_empty() run
DELETE FROM journal_fork;

-- name: forks() many
SELECT stream, node, seq, parted FROM journal_fork ORDER BY stream, node LIMIT 1000000;

-- name: fork(stream int, node int) one
SELECT seq, parted FROM journal_fork WHERE stream = :stream AND node = :node;

-- name: forks_of(node int) int
SELECT count(*) AS "n:int" FROM journal_fork WHERE node = :node AND parted > 0;

-- name: forks_with(parted int) int
SELECT count(*) AS "n:int" FROM journal_fork WHERE parted = :parted;

-- name: forks_parted() int
SELECT count(*) AS "n:int" FROM journal_fork WHERE parted > 0;

-- name: unforked_after(id int) many
-- Of our own, where nobody said what he lacks.
SELECT j.stream, j.node, min(j.seq) AS "seq:int" FROM journal j JOIN journal_node n ON n.node = j.node AND n.own > 0
  LEFT JOIN journal_fork f ON f.stream = j.stream AND f.node = j.node
 WHERE j.id > :id AND f.stream IS NULL GROUP BY j.stream, j.node ORDER BY j.stream, j.node LIMIT 1000000;

-- name: beyond_fork() many
-- What only we have, in order of ids.
SELECT j.id, j.stream, j.node, j.seq FROM journal_fork f JOIN journal j ON j.stream = f.stream AND j.node = f.node AND j.seq > f.seq
 WHERE f.parted <> 1 ORDER BY j.id LIMIT 1000000;

-- name: of_own_nodes(id int, most int) many
SELECT j.id, j.node, j.seq, j.at, j.actor, j.audience, j.stream, j.own AS "own:bool", j.kind, j.subject, j.body, j.salt, j.mark
  FROM journal j JOIN journal_node n ON n.node = j.node AND n.own > 0 WHERE j.id > :id ORDER BY j.id LIMIT :most;

-- name: rewrite(old int, id int, node int, seq int, actor int, stream int, subject str, body str) run
UPDATE journal SET id = :id, node = :node, seq = :seq, actor = :actor, stream = :stream, subject = :subject, body = :body WHERE id = :old;

-- name: seals_drop(stream int, node int, seq int) run
DELETE FROM journal_seal WHERE stream = :stream AND node = :node AND seq >= :seq;

-- name: heads_own_drop() run
DELETE FROM journal_head WHERE node IN (SELECT n.node FROM journal_node n WHERE n.own > 0);

-- name: heads_own_make() run
INSERT INTO journal_head (stream, node, seq, id, sealed)
SELECT j.stream, j.node, max(j.seq), max(j.id), coalesce((SELECT max(s.seq) FROM journal_seal s WHERE s.stream = j.stream AND s.node = j.node), 0)
  FROM journal j JOIN journal_node n ON n.node = j.node AND n.own > 0 GROUP BY j.stream, j.node;

-- name: node_own_put(node int, key str) run
INSERT INTO journal_node (node, key, own, lease, until, mark, sealed, certificate, name, economy, hub, since, revoked)
VALUES (:node, :key, 1, '', 0, 0, 0, '', '', '', 0, 0, 0) ON CONFLICT (node) DO UPDATE SET own = 1;

-- name: node_spent(node int) run
-- Ours, but nothing is written under it any more.
UPDATE journal_node SET own = 2, lease = '' WHERE node = :node;

-- name: numbers_unsealed() run
UPDATE journal_node SET sealed = 0 WHERE own > 0;

-- name: about_empty() run
DELETE FROM journal_about;

-- name: file_empty() run
DELETE FROM journal_file;

-- name: wait_empty() run
DELETE FROM journal_wait;

-- name: stale_empty() run
DELETE FROM journal_stale;

-- name: subjects_of(stream int, subject str, most int) many
SELECT DISTINCT subject FROM journal WHERE stream = :stream AND audience < 7 AND subject <> '' AND subject > :subject ORDER BY subject LIMIT :most;

-- name: broken() one
-- A node's records in a stream that are not 1, 2, 3, …
SELECT j.stream, j.node, count(*) AS "n:int", max(j.seq) AS "seq:int" FROM journal j
 GROUP BY j.stream, j.node HAVING count(*) <> max(j.seq) OR min(j.seq) <> 1 ORDER BY j.stream, j.node LIMIT 1;

-- name: last_before(id int) int
SELECT coalesce(max(id), 0) AS "id:int" FROM journal WHERE id < :id;
