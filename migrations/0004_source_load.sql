-- What a source bears of all runs together: `model::load::SourceLoad` as JSON.
CREATE TABLE source_loads (
    source_id TEXT PRIMARY KEY REFERENCES sources (id),
    spec TEXT NOT NULL
);
-- What a run reads from, and how much it matters beside others.
ALTER TABLE runs ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN tier TEXT NOT NULL DEFAULT 'P2';
