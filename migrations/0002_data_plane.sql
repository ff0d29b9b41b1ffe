-- Datasets and their data versions, the switches beside an API, limits, and issuers of signed tokens.

CREATE TABLE datasets (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    UNIQUE (domain, name)
);

-- One build of a dataset in one environment. The definition is kept as it was when it was built.
CREATE TABLE data_versions (
    id TEXT PRIMARY KEY,
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    environment TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    spec TEXT NOT NULL,
    figures TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    finished_at BIGINT,
    -- Who builds it, and when that was last heard of.
    worker TEXT,
    beat_at BIGINT,
    -- The revision at which its state last changed: rows are dropped once every node is past it.
    revision BIGINT NOT NULL,
    UNIQUE (dataset_id, number)
);
CREATE INDEX data_versions_by_state ON data_versions (state);

CREATE TABLE api_switches (
    api_id TEXT PRIMARY KEY REFERENCES apis (id),
    priority TEXT NOT NULL,
    per_second BIGINT,
    burst BIGINT,
    cache_epoch BIGINT NOT NULL
);

CREATE TABLE compartments (
    domain TEXT NOT NULL REFERENCES domains (name),
    priority TEXT NOT NULL,
    per_second BIGINT NOT NULL,
    burst BIGINT NOT NULL,
    PRIMARY KEY (domain, priority)
);

ALTER TABLE grants ADD COLUMN per_second BIGINT;
ALTER TABLE grants ADD COLUMN burst BIGINT;
-- A JSON list of the fields that the app does not get.
ALTER TABLE grants ADD COLUMN hidden TEXT NOT NULL DEFAULT '[]';

-- Somebody whose signed tokens stand for an app: a shared secret, or a set of public keys, given or fetched.
CREATE TABLE issuers (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    environment TEXT NOT NULL,
    issuer TEXT NOT NULL,
    audience TEXT NOT NULL,
    secret BYTEA NOT NULL,
    jwks TEXT NOT NULL,
    jwks_url TEXT NOT NULL,
    fixed TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
