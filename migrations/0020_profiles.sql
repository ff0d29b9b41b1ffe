-- Profiles of tables and datasets. The newest one of an asset is kept as a whole, of older ones the numbers alone.
CREATE TABLE profiles (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    at BIGINT NOT NULL,
    -- `model::catalogue::TableProfile` as JSON; empty where there is a newer one.
    profile TEXT NOT NULL,
    -- `model::catalogue::ProfileFigures` as JSON: no value of a row is in it.
    figures TEXT NOT NULL,
    PRIMARY KEY (asset_id, at)
);

-- What is to be profiled, one row for each asset; of those that are over, how they ended.
CREATE TABLE profile_requests (
    asset_id TEXT PRIMARY KEY REFERENCES assets (id),
    -- The source that is read, by name; empty for a dataset, which is read from its store.
    source TEXT NOT NULL,
    -- The e-mail of who asked; empty for a scan or a build.
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- Not begun before.
    due_at BIGINT NOT NULL,
    -- Raised by each worker that takes it: the fencing token.
    attempt BIGINT NOT NULL,
    -- Who reads, and until when nobody else does.
    worker TEXT,
    lease_until BIGINT,
    finished_at BIGINT,
    -- Why it failed or waits; empty otherwise.
    reason TEXT NOT NULL
);
CREATE INDEX profile_requests_by_time ON profile_requests (due_at);
CREATE INDEX profile_requests_by_source ON profile_requests (source);
