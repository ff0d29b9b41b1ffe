-- What each definition uses: written by the same change that puts the definition in force. Paths are those of assets.
CREATE TABLE lineage_edges (
    from_path TEXT NOT NULL,
    to_path TEXT NOT NULL,
    -- `direct`, `filter`, `join`, `group`, `sort`, `read` or `call`.
    how TEXT NOT NULL,
    -- The asset whose definition says so.
    by_path TEXT NOT NULL,
    -- The assets that the two ends are, or are columns of.
    from_asset TEXT NOT NULL,
    to_asset TEXT NOT NULL,
    PRIMARY KEY (from_path, to_path, how, by_path)
);
CREATE INDEX lineage_edges_down ON lineage_edges (from_asset, to_asset, how);
CREATE INDEX lineage_edges_up ON lineage_edges (to_asset, from_asset, how);
CREATE INDEX lineage_edges_by ON lineage_edges (by_path);

-- Columns and assets of which it cannot be told what they are made of.
CREATE TABLE lineage_unknown (
    by_path TEXT NOT NULL,
    -- The column or the asset.
    place TEXT NOT NULL,
    -- A sentence for people.
    reason TEXT NOT NULL,
    PRIMARY KEY (by_path, place)
);

-- The definitions whose edges are written, so that what is missing or was made of an older definition is made again.
CREATE TABLE lineage_definitions (
    by_path TEXT PRIMARY KEY,
    -- A hash of all that the edges were made of.
    made_of TEXT NOT NULL
);
