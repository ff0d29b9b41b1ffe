-- The catalogue. An asset is a source, a table, a column, a dataset, a job, an API or an app.
CREATE TABLE assets (
    id TEXT PRIMARY KEY,
    -- `model::catalogue::AssetKind` by its key.
    kind TEXT NOT NULL,
    -- `model::catalogue::AssetPath` as text.
    path TEXT NOT NULL UNIQUE,
    -- Of a column its table, dataset or API; of a table its source; of a job its dataset.
    parent_id TEXT REFERENCES assets (id),
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    -- Of columns: their type, where they stand, and the number of their field, where they have one.
    data_type TEXT,
    position BIGINT,
    number BIGINT,
    created_at BIGINT NOT NULL,
    -- When a scan or a definition had it last. Of a column, its parent says so.
    seen_at BIGINT NOT NULL,
    -- Since when it is missing.
    gone_at BIGINT,
    -- Raised by each change of a person, so that of two editors the second is told.
    edit BIGINT NOT NULL
);
CREATE INDEX assets_by_parent ON assets (parent_id, position);
CREATE INDEX assets_by_kind ON assets (kind, domain, path);

-- What is said of an asset. Of several values of a field, that of a person holds before that of a rule before that of the source.
CREATE TABLE asset_values (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    field TEXT NOT NULL,
    -- `person`, `rule` or `source`.
    origin TEXT NOT NULL,
    value TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, field, origin)
);

CREATE TABLE asset_history (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_whom TEXT NOT NULL,
    -- A field of `asset_values`; or `name`, `type`, `gone` or `back`, of the asset itself.
    field TEXT NOT NULL,
    origin TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (asset_id, revision, field, origin)
);

-- Paths that assets had before they got another name: links to them still lead somewhere.
CREATE TABLE former_paths (
    path TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES assets (id)
);

-- Columns that vanished, and those that they may have become: a person decides.
CREATE TABLE column_renames (
    id TEXT PRIMARY KEY,
    before_id TEXT NOT NULL REFERENCES assets (id),
    after_id TEXT NOT NULL REFERENCES assets (id),
    at BIGINT NOT NULL,
    UNIQUE (before_id, after_id)
);
CREATE INDEX column_renames_by_after ON column_renames (after_id);

-- What of a source is registered, when, and what the last scan found.
CREATE TABLE source_scans (
    source_id TEXT PRIMARY KEY REFERENCES sources (id),
    -- `model::catalogue::ScanSpec` as JSON.
    spec TEXT NOT NULL,
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    due_at BIGINT,
    -- `model::catalogue::ScanState` by its key.
    state TEXT NOT NULL,
    finished_at BIGINT,
    -- `model::catalogue::ScanCounts` as JSON.
    counts TEXT NOT NULL,
    -- Why it failed or is held; empty otherwise.
    reason TEXT NOT NULL,
    -- Of a held scan: known tables that it did not find, as a JSON list.
    missing TEXT NOT NULL,
    -- So many known tables are enough, as somebody has said of a held scan.
    accepted BIGINT,
    -- Who scans, and until when nobody else does.
    worker TEXT,
    lease_until BIGINT
);

-- What is there already. A job of before may have the id of its dataset.
INSERT INTO assets (id, kind, path, domain, name, created_at, seen_at, edit)
    SELECT id, 'source', 'source:' || name, domain, name, updated_at, updated_at, 1 FROM sources;
INSERT INTO assets (id, kind, path, domain, name, created_at, seen_at, edit)
    SELECT id, 'dataset', 'dataset:' || domain || '/' || name, domain, name, created_at, created_at, 1 FROM datasets;
INSERT INTO assets (id, kind, path, parent_id, domain, name, created_at, seen_at, edit)
    SELECT 'job-' || jobs.id, 'job', 'job:' || datasets.domain || '/' || datasets.name, datasets.id, datasets.domain, datasets.name,
           datasets.created_at, datasets.created_at, 1
    FROM jobs JOIN datasets ON datasets.id = jobs.dataset_id;
INSERT INTO assets (id, kind, path, domain, name, created_at, seen_at, edit)
    SELECT id, 'api', 'api:' || domain || '/' || name, domain, name, created_at, created_at, 1 FROM apis;
INSERT INTO assets (id, kind, path, domain, name, created_at, seen_at, edit)
    SELECT id, 'app', 'app:' || domain || '/' || name, domain, name, created_at, created_at, 1 FROM apps;

INSERT INTO asset_values (asset_id, field, origin, value, by_whom, at)
    SELECT sources.id, 'owner', 'rule', users.email, 'creator', sources.updated_at
    FROM sources JOIN users ON users.email = sources.created_by;
INSERT INTO asset_values (asset_id, field, origin, value, by_whom, at)
    SELECT sources.id, 'description', 'source', sources.about, 'definition', sources.updated_at FROM sources WHERE sources.about <> '';
INSERT INTO asset_values (asset_id, field, origin, value, by_whom, at)
    SELECT made.id, 'owner', 'rule', users.email, 'creator', made.created_at
    FROM (SELECT id, owner_id, created_at FROM datasets UNION ALL SELECT id, owner_id, created_at FROM apis
          UNION ALL SELECT id, owner_id, created_at FROM apps
          UNION ALL SELECT 'job-' || jobs.id, datasets.owner_id, datasets.created_at FROM jobs JOIN datasets ON datasets.id = jobs.dataset_id
         ) AS made
    JOIN users ON users.id = made.owner_id;
