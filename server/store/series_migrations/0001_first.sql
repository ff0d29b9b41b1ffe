-- Figures over time. In SQLite, this is a file of its own; in PostgreSQL, tables beside the metadata.
CREATE TABLE series_chunks (
    series TEXT NOT NULL,
    -- How long its intervals are; see observe/tier.rs.
    tier BIGINT NOT NULL,
    start_ms BIGINT NOT NULL,
    -- The process that wrote it, in one start of it.
    writer TEXT NOT NULL,
    -- Which writing this is. An older one that arrives late changes nothing.
    tick BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (series, tier, start_ms, writer)
);
CREATE INDEX series_chunks_by_age ON series_chunks (tier, start_ms);
-- Which series there are, without reading their chunks.
CREATE TABLE series_known (
    series TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The beginning of its latest chunk.
    last_ms BIGINT NOT NULL
);
CREATE INDEX series_known_by_kind ON series_known (kind, series);
