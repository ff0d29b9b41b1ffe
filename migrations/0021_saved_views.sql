-- Searches of the catalogue that somebody has saved under a name of their own.
CREATE TABLE saved_views (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- `model::view::AssetQuery` as JSON.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (user_id, name)
);

-- The last revision at which something changed that the search shows of an asset: each node reads what its index does not have yet.
-- A column counts as the asset that it is part of. What was there before this table is read when an index is built.
CREATE TABLE asset_changes (
    asset_id TEXT PRIMARY KEY,
    revision BIGINT NOT NULL
);
CREATE INDEX asset_changes_by_revision ON asset_changes (revision, asset_id);
