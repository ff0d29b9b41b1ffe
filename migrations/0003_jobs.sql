-- How a dataset is made: one job for each, and its runs.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    dataset_id TEXT NOT NULL UNIQUE REFERENCES datasets (id),
    spec TEXT NOT NULL,
    -- 1 while its schedule is left alone.
    paused BIGINT NOT NULL,
    -- When its schedule wants it next.
    due_at BIGINT
);
CREATE INDEX jobs_by_due ON jobs (due_at);

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    -- The data version that it makes.
    version_id TEXT NOT NULL UNIQUE REFERENCES data_versions (id),
    state TEXT NOT NULL,
    -- Why there is a run: somebody asked, its schedule, or another dataset that was made.
    cause TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- Not begun before: a later try waits.
    due_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    figures TEXT NOT NULL,
    -- Why its last try failed.
    reason TEXT NOT NULL,
    -- Who works on it, and when that was last heard of.
    worker TEXT,
    beat_at BIGINT
);
CREATE INDEX runs_by_state ON runs (state);
CREATE INDEX runs_by_job ON runs (job_id, asked_at);

INSERT INTO jobs (id, dataset_id, spec, paused) SELECT id, id, '{}', 0 FROM datasets;
INSERT INTO runs (id, job_id, version_id, state, cause, attempt, asked_at, due_at, finished_at, figures, reason)
    SELECT id, dataset_id, id, CASE state WHEN 'building' THEN 'waiting' WHEN 'failed' THEN 'failed' ELSE 'done' END,
           'asked', 1, asked_at, asked_at, finished_at, figures, reason
    FROM data_versions;

-- 1 once the rows of a dropped version are gone from their store.
ALTER TABLE data_versions ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;
UPDATE data_versions SET removed = 1 WHERE worker = 'gone';
ALTER TABLE data_versions DROP COLUMN worker;
ALTER TABLE data_versions DROP COLUMN beat_at;
