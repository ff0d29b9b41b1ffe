-- Rows that could not be taken into a data version, as they came.
CREATE TABLE dirty_rows (
    version_id TEXT NOT NULL REFERENCES data_versions (id),
    -- Where it stands in its source: the same each time that it is read.
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The key of a message, where it has one of its own.
    message_key BYTEA,
    -- As it came; nothing where it deletes what its key names.
    bytes BYTEA,
    at BIGINT NOT NULL,
    -- 1 once somebody wants it tried again.
    again BIGINT NOT NULL,
    PRIMARY KEY (version_id, place)
);
