-- Slow work, and calendar times.
--
-- token: of the work that goes on for this row; '': none does. It names the life of the process that does it, and there is no time in
-- it. That process counts `beat` up; who sees the same beat for a minute of his own steady clock knows that it has ended.
ALTER TABLE job ADD COLUMN token     @TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN beat      @INT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN began     @INT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN percent   @INT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN state     @TEXT NOT NULL DEFAULT '';       -- what it says of how far it is
ALTER TABLE job ADD COLUMN cancelled @INT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN times     @TEXT NOT NULL DEFAULT '';       -- "daily 06:00 Asia/Jakarta": when it comes again
-- What is asked for while the same is worked on waits beside it: it may have come too late to be seen.
DROP INDEX job_waiting;
CREATE UNIQUE INDEX job_waiting ON job (kind, mark) WHERE failed_at = 0 AND token = '';
-- From the first that is due of one kind to that of the next, however many wait. The index by time alone goes: PostgreSQL would walk along
-- it past all that wait of other kinds. Only the operator's list asks in that order.
DROP INDEX job_due;
CREATE INDEX job_next ON job (kind, due, id) WHERE failed_at = 0 AND token = '';
CREATE INDEX job_working ON job (kind) WHERE token <> '';
CREATE INDEX job_failed ON job (failed_at) WHERE failed_at <> 0;
CREATE INDEX job_times ON job (due) WHERE times <> '' AND failed_at = 0 AND token = '';
-- sealed: 485d02088dc3d5e5
