-- Who has written something of the draft of an API that no version holds yet.
CREATE TABLE draft_editors (
    api_id TEXT NOT NULL REFERENCES apis (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (api_id, user_id)
);

-- Everybody who has written something of a version since the release before it: nobody of them decides on it.
CREATE TABLE version_authors (
    version_id TEXT NOT NULL REFERENCES versions (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (version_id, user_id)
);

-- What stands already: the senders of versions, and for what is still open the editors that the audit log names.
INSERT INTO version_authors (version_id, user_id) SELECT id, author_id FROM versions;
INSERT INTO version_authors (version_id, user_id)
    SELECT DISTINCT versions.id, users.id FROM versions
    JOIN apis ON apis.id = versions.api_id
    JOIN audit ON audit.subject = apis.domain || '/' || apis.name
    JOIN users ON users.email = audit.actor
    WHERE versions.state = 'in-review' AND users.id <> versions.author_id
      AND audit.action IN ('draft.saved', 'api.made', 'api.accelerated') AND audit.at <= versions.created_at
      AND audit.at >= COALESCE((SELECT MAX(earlier.created_at) FROM versions earlier
          WHERE earlier.api_id = versions.api_id AND earlier.number < versions.number), 0);
INSERT INTO draft_editors (api_id, user_id)
    SELECT DISTINCT drafts.api_id, users.id FROM drafts
    JOIN apis ON apis.id = drafts.api_id
    JOIN audit ON audit.subject = apis.domain || '/' || apis.name
    JOIN users ON users.email = audit.actor
    WHERE audit.action IN ('draft.saved', 'api.made', 'api.accelerated')
      AND audit.at >= COALESCE((SELECT MAX(versions.created_at) FROM versions WHERE versions.api_id = drafts.api_id), 0);

-- Changes of production bindings that live APIs or datasets use: asked for by one person, decided by another. The secrets are
-- sealed for the place of the binding, and taken out of the row once it is decided.
CREATE TABLE binding_requests (
    id TEXT PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES sources (id),
    environment TEXT NOT NULL,
    before_config TEXT NOT NULL,
    before_secret BYTEA NOT NULL,
    config TEXT NOT NULL,
    secret BYTEA NOT NULL,
    state TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    decided_by TEXT,
    decision TEXT,
    decided_at BIGINT
);
CREATE UNIQUE INDEX binding_requests_open ON binding_requests (source_id, environment) WHERE state = 'open';
