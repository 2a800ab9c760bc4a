-- A session may be for today only, on a machine that others use too. And one that was ended keeps its row for a while, without the person:
-- a cookie that was hers never becomes somebody else's.
ALTER TABLE auth_session ADD COLUMN until @INT NOT NULL DEFAULT 0;      -- ms, then it ends; 0: SESSION_DAYS after the last saving
ALTER TABLE auth_session ADD COLUMN idle @INT NOT NULL DEFAULT 0;       -- ms without use after which it ends; 0: none
ALTER TABLE auth_session ADD COLUMN device @REF NOT NULL DEFAULT 0;     -- ends with that; 0: none
ALTER TABLE auth_session ADD COLUMN ended @INT NOT NULL DEFAULT 0;      -- ms; 0: it lives
CREATE INDEX auth_session_device ON auth_session (device);
-- sealed: 806a62e5aae51ad3
