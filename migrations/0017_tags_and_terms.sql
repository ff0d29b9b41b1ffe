-- Governed vocabularies of tags.
CREATE TABLE vocabularies (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    meaning TEXT NOT NULL,
    -- The role that sets its tags, in the domain of the asset.
    set_by TEXT NOT NULL,
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE tags (
    id TEXT PRIMARY KEY,
    -- Absent for a free tag.
    vocabulary TEXT REFERENCES vocabularies (name),
    name TEXT NOT NULL,
    -- The name in lower case: no two tags have the same.
    name_key TEXT NOT NULL UNIQUE,
    -- `model::catalogue::TagColour` by its key.
    colour TEXT NOT NULL,
    meaning TEXT NOT NULL,
    -- Whether it holds for what is made of a column with it, and whether values of such columns are masked.
    flows BIGINT NOT NULL,
    masks BIGINT NOT NULL,
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX tags_by_vocabulary ON tags (vocabulary);

CREATE TABLE asset_tags (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    tag_id TEXT NOT NULL REFERENCES tags (id),
    -- `person`, `rule` or `source`.
    origin TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, tag_id)
);
CREATE INDEX asset_tags_by_tag ON asset_tags (tag_id);

-- Changes of tags on assets that can be undone in one step, for a while.
CREATE TABLE tag_changes (
    id TEXT PRIMARY KEY,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE TABLE tag_change_steps (
    change_id TEXT NOT NULL REFERENCES tag_changes (id),
    asset_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    adds BIGINT NOT NULL,
    -- How the tag stood on the asset behind the change that added it, or before the change that removed it.
    origin TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (change_id, asset_id, tag_id)
);

-- Who has approved a request that two must approve.
CREATE TABLE request_approvals (
    request_id TEXT NOT NULL REFERENCES requests (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (request_id, user_id)
);

CREATE TABLE terms (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    -- The name in lower case.
    name_key TEXT NOT NULL,
    definition TEXT NOT NULL,
    -- A JSON list.
    synonyms TEXT NOT NULL,
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain, name_key)
);
CREATE TABLE term_columns (
    term_id TEXT NOT NULL REFERENCES terms (id),
    asset_id TEXT NOT NULL REFERENCES assets (id),
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (term_id, asset_id)
);
CREATE INDEX term_columns_by_asset ON term_columns (asset_id);

CREATE TABLE entities (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    -- `model::catalogue::BusinessEntity` as JSON.
    definition TEXT NOT NULL,
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain, name)
);
