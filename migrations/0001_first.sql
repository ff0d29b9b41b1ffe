-- Portable SQL for SQLite and PostgreSQL: TEXT, BIGINT and BYTEA alone. Ids are UUIDv7 text, times epoch milliseconds,
-- yes/no is 1/0, nested definitions are JSON text.

-- One row. Every writing transaction begins by raising it, which orders changes, audit and feed.
CREATE TABLE revision (
    id BIGINT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO revision (id, value) VALUES (1, 0);

CREATE TABLE domains (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    is_admin BIGINT NOT NULL,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    user_id TEXT NOT NULL REFERENCES users (id),
    domain TEXT NOT NULL REFERENCES domains (name),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, domain, role)
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Links that are used once: the first admin's, and a new person's.
CREATE TABLE invitations (
    hash TEXT PRIMARY KEY,
    user_id TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE sign_in_failures (
    email TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_email ON sign_in_failures (email, at);

CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    domain TEXT NOT NULL REFERENCES domains (name),
    driver TEXT NOT NULL,
    about TEXT NOT NULL,
    edit BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE bindings (
    source_id TEXT NOT NULL REFERENCES sources (id),
    environment TEXT NOT NULL,
    config TEXT NOT NULL,
    secret BYTEA NOT NULL,
    PRIMARY KEY (source_id, environment)
);

CREATE TABLE apis (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    grpc_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    UNIQUE (domain, name),
    UNIQUE (domain, grpc_name)
);

CREATE TABLE drafts (
    api_id TEXT PRIMARY KEY REFERENCES apis (id),
    spec TEXT NOT NULL,
    edit BIGINT NOT NULL,
    step TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    api_id TEXT NOT NULL REFERENCES apis (id),
    number BIGINT NOT NULL,
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    evidence TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    UNIQUE (api_id, number)
);

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    api_id TEXT NOT NULL REFERENCES apis (id),
    version_id TEXT NOT NULL REFERENCES versions (id),
    environment TEXT NOT NULL,
    state TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_by TEXT,
    decision TEXT,
    decided_at BIGINT
);
CREATE INDEX requests_by_state ON requests (state, created_at);

CREATE TABLE releases (
    api_id TEXT NOT NULL REFERENCES apis (id),
    environment TEXT NOT NULL,
    version_id TEXT NOT NULL REFERENCES versions (id),
    released_by TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    PRIMARY KEY (api_id, environment)
);

CREATE TABLE apps (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    UNIQUE (domain, name)
);

CREATE TABLE app_keys (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    environment TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE grants (
    app_id TEXT NOT NULL REFERENCES apps (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    granted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (app_id, api_id)
);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    domain TEXT NOT NULL,
    subject TEXT NOT NULL,
    before TEXT,
    after TEXT,
    request_id TEXT NOT NULL
);
CREATE INDEX audit_by_revision ON audit (revision);
CREATE INDEX audit_by_subject ON audit (subject, revision);

-- What each gateway serves, as it reports it.
CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    broken TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
