-- name: place(node int, lease str, person str, subject str) one
-- Where the next record goes, asked just before it is appended. The number follows the last one that is there, so a piece
-- of work that is rolled back leaves no gap. No row once another process holds the node. What an erased person does
-- afterwards keeps its place and loses its words. (One statement could ask and append, but SQLite would build three tables
-- in memory for it.)
SELECT coalesce((SELECT max(j.seq) FROM journal j WHERE j.node = n.node), 0) + 1 AS "seq:int",
       CASE WHEN EXISTS (SELECT 1 FROM journal e WHERE e.kind = 'person.erased' AND e.subject = :person)
              OR EXISTS (SELECT 1 FROM journal e WHERE e.kind = 'person.erased' AND e.subject = :subject)
            THEN 1 ELSE 0 END AS "erased:bool"
  FROM journal_node n WHERE n.node = :node AND n.lease = :lease;

-- name: append(id int, node int, seq int, at int, actor int, kind str, subject str, body str) run
INSERT INTO journal (id, node, seq, at, actor, kind, subject, body)
VALUES (:id, :node, :seq, :at, :actor, :kind, :subject, :body);

-- name: take_in(id int, node int, seq int, at int, actor int, person str, kind str, subject str, body str) one
-- A record of another node, with the place it has there.
INSERT INTO journal (id, node, seq, at, actor, kind, subject, body)
VALUES (:id, :node, :seq, :at, :actor, :kind, :subject,
        CASE WHEN :kind <> 'person.erased' AND EXISTS
                  (SELECT 1 FROM journal e WHERE e.kind = 'person.erased' AND e.subject IN (:person, :subject))
             THEN '' ELSE :body END)
RETURNING CASE WHEN body = '' THEN 1 ELSE 0 END AS "erased:bool";

-- name: forget_actor(actor int) run
UPDATE journal SET body = '' WHERE actor = :actor AND kind <> 'person.erased' AND body <> '';

-- name: forget_subject(subject str) run
UPDATE journal SET body = '' WHERE subject = :subject AND subject <> '' AND kind <> 'person.erased' AND body <> '';

-- name: subjects_of(actor int) many
SELECT DISTINCT kind, subject FROM journal WHERE actor = :actor AND subject <> '' AND kind <> '' ORDER BY kind, subject;

-- name: about(kind str, subject str) many
SELECT id, node, seq, at, actor, kind, subject, body FROM journal
 WHERE subject = :subject AND subject <> '' AND kind = :kind AND body <> '' ORDER BY id;

-- name: after_id(id int, most int) many
SELECT id, node, seq, at, actor, kind, subject, body FROM journal WHERE id > :id ORDER BY id LIMIT :most;

-- name: after_seq(node int, seq int, most int) many
SELECT id, node, seq, at, actor, kind, subject, body FROM journal
 WHERE node = :node AND seq > :seq ORDER BY seq LIMIT :most;

-- name: by_actor(actor int, id int, most int) many
SELECT id, node, seq, at, actor, kind, subject, body FROM journal
 WHERE actor = :actor AND id > :id AND kind <> '' ORDER BY id LIMIT :most;

-- name: nodes() many
-- What we hold of each node; a node of ours that has said nothing yet has seq 0.
SELECT n.node, n.key, coalesce((SELECT max(j.seq) FROM journal j WHERE j.node = n.node), 0) AS "seq:int",
       coalesce((SELECT j.id FROM journal j WHERE j.node = n.node ORDER BY j.seq DESC LIMIT 1), 0) AS "id:int"
  FROM journal_node n ORDER BY n.node;

-- name: node(node int) one
SELECT n.key, coalesce((SELECT max(j.seq) FROM journal j WHERE j.node = n.node), 0) AS "seq:int",
       coalesce((SELECT j.id FROM journal j WHERE j.node = n.node ORDER BY j.seq DESC LIMIT 1), 0) AS "id:int"
  FROM journal_node n WHERE n.node = :node;

-- name: id_at(node int, seq int) int
SELECT id FROM journal WHERE node = :node AND seq = :seq;

-- name: learn_node(node int, key str) run
INSERT INTO journal_node (node, key, own, lease, until, mark) VALUES (:node, :key, 0, '', 0, 0);

-- ---- this installation's own numbers (journal_node.c) ----

-- name: key() one
SELECT key FROM journal_key WHERE one = 1;

-- name: key_add(key str) run
INSERT INTO journal_key (one, key) VALUES (1, :key) ON CONFLICT (one) DO NOTHING;

-- name: claim(lease str, until int, now int) one
-- The lowest number whose holder is gone. Two who ask at once: the second finds it held, and asks again.
UPDATE journal_node SET lease = :lease, until = :until
 WHERE until <= :now AND node = (SELECT min(f.node) FROM journal_node f WHERE f.own = 1 AND f.until <= :now)
RETURNING node, mark;

-- name: claim_new(node int, key str, lease str, until int) run
INSERT INTO journal_node (node, key, own, lease, until, mark) VALUES (:node, :key, 1, :lease, :until, 0)
    ON CONFLICT (node) DO NOTHING;

-- name: last_id() int
SELECT coalesce(max(id), 0) AS "id:int" FROM journal;

-- name: renew(node int, lease str, until int, mark int) run
UPDATE journal_node SET until = :until, mark = CASE WHEN mark < :mark THEN :mark ELSE mark END
 WHERE node = :node AND lease = :lease;

-- name: raise_mark(node int, mark int) run
UPDATE journal_node SET mark = :mark WHERE node = :node AND mark < :mark;

-- name: give_back(node int, lease str, mark int) run
UPDATE journal_node SET lease = '', until = 0, mark = :mark WHERE node = :node AND lease = :lease;
