-- Keys with which this installation signs for those whose keys it holds. The secret half is sealed under the key file in the data
-- folder, so a copy of the database alone signs nothing.
-- local: sign_key
CREATE TABLE sign_key (
    name        @TEXT PRIMARY KEY,      -- the public half, as multibase
    owner       @REF NOT NULL,
    purpose     @TEXT NOT NULL,
    sealed      @BLOB NOT NULL,         -- nonce and box; empty once the key is revoked
    made_at     @INT NOT NULL,
    valid_from  @INT NOT NULL,
    valid_until @INT NOT NULL,          -- 0: no end is known
    revoked_at  @INT NOT NULL,          -- 0: it is not
    stolen      @INT NOT NULL
) @KEYED;
CREATE INDEX sign_key_owner ON sign_key (owner, purpose, valid_from);
-- sealed: b14e5276c066f11d
