-- local: stored_file
-- Bytes kept by content; the bytes themselves are in the data folder.
CREATE TABLE stored_file (
    name    @TEXT PRIMARY KEY,          -- BLAKE2b-256 in hex
    type    @TEXT NOT NULL,
    size    @INT NOT NULL,
    kept_at @INT NOT NULL
) @KEYED;
-- sealed: a209c16209c42e9b
