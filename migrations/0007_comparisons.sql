-- Live data versions beside their tables. One that was begun and never finished lost its worker; the next one comes in time.
CREATE TABLE comparisons (
    version_id TEXT NOT NULL REFERENCES data_versions (id),
    -- When it was due: by that, one worker alone begins it.
    due_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    finished_at BIGINT,
    -- `model::compare::Compared` as JSON.
    figures TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (version_id, due_at)
);
