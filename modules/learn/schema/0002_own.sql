-- What she wrote under her own name is not overwritten by what a guest wrote who turned out to be her: on a device that others use too,
-- nobody knows whose hand it was. The guest's word stands beside it until she has chosen.
ALTER TABLE learn_answer ADD COLUMN own @INT NOT NULL DEFAULT 1;        -- 0: only a guest has said it
ALTER TABLE learn_answer ADD COLUMN beside @TEXT NOT NULL DEFAULT '';   -- the guest's; '' none, or the same
-- sealed: 1cd7e9c65693600c
