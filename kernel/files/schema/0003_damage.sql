-- local: stored_file_damage
-- Files whose bytes were not what their name says when somebody looked. The row in stored_file may be gone: then others are asked for the
-- bytes, and what lies on the disk stays until they come.
CREATE TABLE stored_file_damage (
    name     @TEXT PRIMARY KEY,
    lost     @INT NOT NULL,             -- 1: not there, or not to be read; 0: other bytes
    found_at @INT NOT NULL
) @KEYED;
-- sealed: 5c3e5a62bc98a863
