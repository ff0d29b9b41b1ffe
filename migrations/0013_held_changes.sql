-- One list of requests, whatever they are about: a version of an API, the binding of a source, a dataset.
CREATE TABLE all_requests (
    id TEXT PRIMARY KEY,
    -- `version`, `binding` or `dataset`.
    kind TEXT NOT NULL,
    -- The id of the API, the source or the dataset.
    object_id TEXT NOT NULL,
    -- Of a version of an API alone.
    version_id TEXT REFERENCES versions (id),
    environment TEXT NOT NULL,
    state TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_by TEXT,
    decision TEXT,
    decided_at BIGINT
);
INSERT INTO all_requests (id, kind, object_id, version_id, environment, state, author_id, reason, created_at, decided_by, decision, decided_at)
    SELECT id, 'version', api_id, version_id, environment, state, author_id, reason, created_at, decided_by, decision, decided_at
    FROM requests;
INSERT INTO all_requests (id, kind, object_id, environment, state, author_id, reason, created_at, decided_by, decision, decided_at)
    SELECT id, 'binding', source_id, environment, state, author_id, '', created_at, decided_by, decision, decided_at
    FROM binding_requests;
DROP TABLE requests;
ALTER TABLE all_requests RENAME TO requests;
CREATE INDEX requests_by_state ON requests (state, created_at);
-- Of one object, one change waits at a time.
CREATE UNIQUE INDEX requests_open_change ON requests (kind, object_id, environment) WHERE state = 'open' AND kind <> 'version';

-- What a request holds back: the definition that it was asked for over, and the one that is to take its place. The secrets of a
-- binding are sealed for its place, and taken out of the row once the request is decided.
CREATE TABLE held_changes (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    before_definition TEXT NOT NULL,
    before_secret BYTEA NOT NULL,
    definition TEXT NOT NULL,
    secret BYTEA NOT NULL
);
INSERT INTO held_changes (request_id, before_definition, before_secret, definition, secret)
    SELECT id, before_config, before_secret, config, secret FROM binding_requests;
DROP TABLE binding_requests;
