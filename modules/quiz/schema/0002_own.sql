-- An answer given under her own name stands, whatever a guest answered who turned out to be her; the guest's is a try like the others.
ALTER TABLE quiz_answer ADD COLUMN own @INT NOT NULL DEFAULT 1;         -- 0: only a guest has given it
-- sealed: dc17180291e2e17a
