-- Records belong to streams, nodes have keys, people have cards. What was there before is taken over: every record so far is
-- about one person, and stands in her stream or on her card.
-- records: journal journal_head journal_seal journal_node journal_node_centre journal_self journal_standing journal_stream
-- records: journal_about journal_file journal_wait journal_refused journal_stale journal_made journal_made_first journal_damage
-- records: journal_kept journal_fork journal_gone journal_erasing
-- derived: journal_person by card(id)
-- derived: journal_joined by card(guest)
-- derived: journal_home by subject(economy)
-- derived: journal_judged by record(id)
ALTER TABLE journal RENAME TO journal_before;
DROP INDEX journal_node_seq;
DROP INDEX journal_actor;
DROP INDEX journal_subject;
DROP INDEX journal_erased;

CREATE TABLE journal (
    id       @ID,
    node     @INT NOT NULL,
    seq      @INT NOT NULL,              -- 1, 2, 3, … without gaps for each node and stream; ids grow with it
    at       @INT NOT NULL,
    actor    @PERSON NOT NULL,
    audience @INT NOT NULL,              -- enum Audience
    stream   @REF NOT NULL,              -- whose it is: an id; 1 is the public, an economy its letters, a card minus the person
    own      @INT NOT NULL,              -- 1: by the person whose stream or card it is
    kind     @TEXT NOT NULL,
    subject  @TEXT NOT NULL,
    body     @TEXT NOT NULL,             -- '': erased
    salt     @INT NOT NULL,
    mark     @BLOB NOT NULL              -- the commitment, once the body is erased
) @STRICT;
INSERT INTO journal (id, node, seq, at, actor, audience, stream, own, kind, subject, body, salt, mark)
SELECT r.id, r.node, row_number() OVER (PARTITION BY r.node, r.stream ORDER BY r.id), r.at, r.actor,
       CASE WHEN r.stream < 0 THEN 8 ELSE 7 END, r.stream, CASE WHEN r.actor IN (r.stream, -r.stream) THEN 1 ELSE 0 END,
-- @sqlite
       r.kind, r.subject, r.body, 0, X''
-- @postgres
       r.kind, r.subject, r.body, 0, ''
-- @both
  FROM (SELECT b.*, CASE WHEN b.kind IN ('person.joined', 'person.erased') THEN -CAST(b.subject AS @INT)
                         WHEN b.kind = 'person.enrolled' THEN -b.actor ELSE b.actor END AS stream
          FROM journal_before b WHERE b.kind <> '' AND b.actor >= 0) r
 WHERE r.stream <> 0;
DROP TABLE journal_before;
CREATE UNIQUE INDEX journal_place ON journal (stream, node, seq);
-- Pages of what she wrote elsewhere, in order of ids. On SQLite every index ends with the id.
-- @sqlite
CREATE INDEX journal_by_others ON journal (actor) WHERE own = 0;
-- @postgres
CREATE INDEX journal_by_others ON journal (actor, id) WHERE own = 0;
-- @both
CREATE INDEX journal_topic ON journal (stream, subject) WHERE audience < 7 AND subject <> '';

-- How far each node has written in each stream we hold: what two nodes tell each other.
CREATE TABLE journal_head (
    stream   @REF NOT NULL,
    node     @INT NOT NULL,
    seq      @INT NOT NULL,
    id       @INT NOT NULL,              -- of that record
    sealed   @INT NOT NULL,              -- the last seq that a seal covers
    PRIMARY KEY (stream, node)
) @KEYED;
CREATE INDEX journal_head_node ON journal_head (node, id);
INSERT INTO journal_head (stream, node, seq, id, sealed) SELECT stream, node, max(seq), max(id), 0 FROM journal GROUP BY stream, node;

-- A node's word for a stretch of its records: everything up to seq.
CREATE TABLE journal_seal (
    stream    @REF NOT NULL,
    node      @INT NOT NULL,
    seq       @INT NOT NULL,
    hash      @BLOB NOT NULL,
    signature @BLOB NOT NULL,
    PRIMARY KEY (stream, node, seq)
) @KEYED;

-- Every number whose records we hold, and those of this installation.
CREATE TABLE journal_number (
    node     @ID,
    key      @TEXT NOT NULL,             -- the Ed25519 key it belongs to, in hex; '' until this installation has one
    own      @INT NOT NULL,
    lease    @TEXT NOT NULL,             -- the process that writes under it, while `until` has not come
    until    @INT NOT NULL,
    mark     @INT NOT NULL,              -- ms since 2026; no id of a later time was ever given out
    sealed   @INT NOT NULL,              -- of our own: every record up to this id is sealed
    certificate @TEXT NOT NULL,          -- '': an installation that belongs to no network
    name     @TEXT NOT NULL,
    economy  @TEXT NOT NULL,
    hub      @INT NOT NULL,
    since    @INT NOT NULL,              -- of the certificate: the newest holds
    revoked  @INT NOT NULL               -- the last id that counts; 0: all do
) @STRICT;
INSERT INTO journal_number (node, key, own, lease, until, mark, sealed, certificate, name, economy, hub, since, revoked)
SELECT node, '', own, '', 0, mark, 0, '', '', '', 0, 0, 0 FROM journal_node WHERE own = 1;
DROP TABLE journal_node;
DROP TABLE journal_key;
ALTER TABLE journal_number RENAME TO journal_node;
CREATE INDEX journal_node_key ON journal_node (key);

CREATE TABLE journal_node_centre (
    centre   @REF NOT NULL,
    node     @INT NOT NULL,
    PRIMARY KEY (centre, node)
) @KEYED;
CREATE INDEX journal_node_centre_node ON journal_node_centre (node, centre);

-- Who this installation is.
CREATE TABLE journal_self (
    one      @ID CHECK (one = 1),
    seed     @TEXT NOT NULL,             -- of its Ed25519 key, in hex: whoever has this has the installation
    key      @TEXT NOT NULL,
    root     @TEXT NOT NULL,             -- the key that its network trusts; its own when it belongs to none
    copied   @INT NOT NULL               -- not 0: it comes from an old copy; what has a later id was written since that was found out
) @STRICT;

-- Who is who: made from the cards, for all people whose card we hold.
CREATE TABLE journal_person (
    id       @PERSON NOT NULL PRIMARY KEY,
    account  @INT NOT NULL,
    joined   @PERSON NOT NULL,           -- whom this guest turned out to be; 0
    erased   @INT NOT NULL               -- the id of the record that erases her; 0
) @STRICT;
CREATE INDEX journal_guests ON journal_person (joined) WHERE joined <> 0;
INSERT INTO journal_person (id, account, joined, erased)
SELECT p.id, max(CASE WHEN r.kind = 'person.enrolled' THEN 1 ELSE 0 END), 0,
       max(CASE WHEN r.kind = 'person.erased' THEN r.id ELSE 0 END)
  FROM (SELECT DISTINCT CASE WHEN stream < 0 THEN -stream ELSE stream END AS id FROM journal) p
  LEFT JOIN journal r ON r.stream = -p.id GROUP BY p.id;
UPDATE journal_person SET joined = coalesce((SELECT r.actor FROM journal r WHERE r.stream = -journal_person.id AND r.kind = 'person.joined'
                                                AND EXISTS (SELECT 1 FROM journal e WHERE e.stream = -r.actor AND e.kind = 'person.enrolled')
                                                ORDER BY r.id LIMIT 1), 0) WHERE account = 0;

-- Everybody who ever said that this guest was her. The first has her; if any of them is erased, so is she.
CREATE TABLE journal_joined (
    guest    @PERSON NOT NULL,
    person   @PERSON NOT NULL,
    PRIMARY KEY (guest, person)
) @KEYED;
CREATE INDEX journal_joined_person ON journal_joined (person);
INSERT INTO journal_joined (guest, person)
SELECT DISTINCT p.id, r.actor FROM journal_person p JOIN journal r ON r.stream = -p.id AND r.kind = 'person.joined' WHERE p.account = 0;

-- Erased people whose words are gone, all of them.
CREATE TABLE journal_gone (
    person   @PERSON NOT NULL PRIMARY KEY,
    at       @INT NOT NULL
) @STRICT;
INSERT INTO journal_gone (person, at) SELECT id, 0 FROM journal_person WHERE erased <> 0;

-- What hubs said of records; the latest holds.
CREATE TABLE journal_judged (
    id       @REF NOT NULL PRIMARY KEY,
    record   @REF NOT NULL,
    counts   @INT NOT NULL
) @STRICT;
CREATE INDEX journal_judged_record ON journal_judged (record);

-- How far the erasing of a person is: enum Part in journal_erase.c, and the last record looked at.
CREATE TABLE journal_erasing (
    person   @PERSON NOT NULL,
    stream   @REF NOT NULL,              -- what she said there; 0: all of it
    part     @INT NOT NULL,
    at       @INT NOT NULL,
    PRIMARY KEY (person, stream)
) @KEYED;

-- Economies whose personal streams stay on their own nodes.
CREATE TABLE journal_home (
    economy  @TEXT NOT NULL PRIMARY KEY
) @STRICT;

-- Who is a member of a stream or has a role in it, and from which record until which. The last three: the unit that says so.
CREATE TABLE journal_standing (
    stream   @REF NOT NULL,
    person   @PERSON NOT NULL,           -- or a firm, in a matter
    role     @INT NOT NULL,              -- one bit of journal.h
    since    @INT NOT NULL,
    ends     @INT NOT NULL,              -- 0: not ended
    until    @INT NOT NULL,              -- ms; 0: without end
    module   @TEXT NOT NULL,
    unit     @REF NOT NULL,
    topic    @TEXT NOT NULL,
    PRIMARY KEY (stream, person, role, since)
) @KEYED;
CREATE INDEX journal_standing_of ON journal_standing (person);
CREATE INDEX journal_standing_unit ON journal_standing (unit, topic);

-- What a stream lies in: a centre in its economy.
CREATE TABLE journal_stream (
    stream   @REF NOT NULL PRIMARY KEY,
    audience @INT NOT NULL,
    inside   @REF NOT NULL,              -- 0: nothing
    module   @TEXT NOT NULL,
    unit     @REF NOT NULL,
    topic    @TEXT NOT NULL
) @STRICT;
CREATE INDEX journal_stream_unit ON journal_stream (unit, topic);

-- Records of others that speak of a person, in a field or by their subject.
CREATE TABLE journal_about (
    person   @PERSON NOT NULL,
    record   @REF NOT NULL,
    PRIMARY KEY (person, record)
) @KEYED;

-- Files that records name.
CREATE TABLE journal_file (
    file     @TEXT NOT NULL,
    record   @REF NOT NULL,
    PRIMARY KEY (file, record)
) @KEYED;
CREATE INDEX journal_file_record ON journal_file (record);

-- Records that cannot be applied yet: "kind facts.stated", "file 9f86…".
CREATE TABLE journal_wait (
    record   @REF NOT NULL PRIMARY KEY,
    what     @TEXT NOT NULL
) @STRICT;
CREATE INDEX journal_wait_what ON journal_wait (what);

-- Records that change nothing, and why.
CREATE TABLE journal_refused (
    record   @REF NOT NULL PRIMARY KEY,
    why      @TEXT NOT NULL
) @STRICT;

-- Words of an erased person that a law keeps for a while.
CREATE TABLE journal_kept (
    record   @REF NOT NULL PRIMARY KEY,
    person   @PERSON NOT NULL,
    until    @INT NOT NULL               -- ms
) @STRICT;
CREATE INDEX journal_kept_person ON journal_kept (person);

-- Units that must be made again and were too long for the transaction that found it out.
CREATE TABLE journal_stale (
    first    @INT NOT NULL,              -- 0: who is who, on which the others lean; 1: the rest
    module   @TEXT NOT NULL,
    meet     @INT NOT NULL,              -- enum Meet
    audience @INT NOT NULL,
    stream   @REF NOT NULL,
    topic    @TEXT NOT NULL,             -- the subject, or the id of the record
    PRIMARY KEY (first, module, meet, stream, topic)
) @KEYED;

-- The shape of each module's derived tables as they are, and how far they are made.
CREATE TABLE journal_made (
    module   @TEXT NOT NULL PRIMARY KEY,
    shape    @TEXT NOT NULL,
    stage    @INT NOT NULL,              -- 0: streams that are nobody's own, 1: people's, 2: all is made
    reached  @INT NOT NULL               -- of the stage, streams up to this one are made
) @STRICT;

-- Whose rows were made before their turn, because she came.
CREATE TABLE journal_made_first (
    person   @PERSON NOT NULL,
    module   @TEXT NOT NULL,
    PRIMARY KEY (person, module)
) @KEYED;

-- What the scheduled look at seals found.
CREATE TABLE journal_damage (
    stream   @REF NOT NULL,
    node     @INT NOT NULL,
    seq      @INT NOT NULL,
    found_at @INT NOT NULL,
    PRIMARY KEY (stream, node, seq)
) @KEYED;

-- Where another node knows less, or something else, of our own records than we do: the same up to seq.
CREATE TABLE journal_fork (
    stream   @REF NOT NULL,
    node     @INT NOT NULL,
    seq      @INT NOT NULL,
    parted   @INT NOT NULL,              -- enum Parted
    PRIMARY KEY (stream, node)
) @KEYED;
-- sealed: f7db1b41ecad37d1
