-- local: outbox by person(person)
-- What is to leave the house, and what became of it. Its name is drawn by lot and not an id: it stands in mails that have left, and must
-- not change when the node gets another number.
CREATE TABLE outbox (
    name      @TEXT NOT NULL PRIMARY KEY,
    kind      @INT NOT NULL,            -- OutKind
    state     @INT NOT NULL,            -- OutState
    person    @PERSON NOT NULL,
    receiver  @TEXT NOT NULL,           -- an address, a URL, a number
    key       @TEXT NOT NULL,           -- of a hook: what its key is made of; of a mail: the domain of its Message-ID
    body      @BLOB NOT NULL,           -- as it travels; '' when it has arrived
    once      @INT NOT NULL,
    told      @TEXT NOT NULL,           -- a kind of job
    made      @INT NOT NULL,
    due       @INT NOT NULL,
    tried     @INT NOT NULL,            -- when the last try was handed over; 0: none was
    ended     @INT NOT NULL,
    tries     @INT NOT NULL,
    doubts    @INT NOT NULL,
    holder    @TEXT NOT NULL,           -- of HANDING: which try
    why       @TEXT NOT NULL
) @STRICT;
CREATE INDEX outbox_person ON outbox (person);
CREATE INDEX outbox_state ON outbox (state, made);
CREATE INDEX outbox_ended ON outbox (ended) WHERE ended <> 0;
-- sealed: c0ec7e0f0dc54e06
