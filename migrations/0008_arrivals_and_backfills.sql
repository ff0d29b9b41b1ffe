-- What a job that waits for files has seen: the state of its files when a run was last asked for, and when they were last looked at.
ALTER TABLE jobs ADD COLUMN seen TEXT NOT NULL DEFAULT '';
-- Rows that somebody wants read again by whoever follows: `model::follow::Backfill` as JSON.
ALTER TABLE followings ADD COLUMN backfill TEXT;
