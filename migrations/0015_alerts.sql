-- Alert rules, objectives and maintenance windows of domains. Each has a name and a definition.
CREATE TABLE alert_definitions (
    id TEXT PRIMARY KEY,
    -- `rule`, `objective` or `window`.
    kind TEXT NOT NULL,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    -- `model::alert::AlertRule`, `Objective` or `MaintenanceWindow` as JSON.
    definition TEXT NOT NULL,
    -- Raised by each change, so that of two editors the second is told.
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (kind, domain, name)
);

CREATE TABLE silences (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    -- `model::alert::Silence` as JSON.
    silence TEXT NOT NULL,
    to_ms BIGINT NOT NULL
);

CREATE TABLE receivers (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL REFERENCES domains (name),
    name TEXT NOT NULL,
    -- `model::alert::ReceiverChannel` as JSON.
    channel TEXT NOT NULL,
    -- Of a webhook: what its requests are signed with, sealed. Empty for the others.
    secret BYTEA NOT NULL,
    edit BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain, name)
);

-- How receivers respond. Not a change of the metadata, so it is beside their rows: no revision, no audit.
CREATE TABLE receiver_health (
    receiver_id TEXT PRIMARY KEY,
    -- One after another.
    failures BIGINT NOT NULL,
    -- Nothing is sent before this time.
    open_until BIGINT NOT NULL
);

-- The series of rules and objectives that are not ok, so that any node goes on with them.
CREATE TABLE alert_states (
    definition_id TEXT NOT NULL,
    -- `api:prod:travel/plane`; of an objective with its burn rate.
    series TEXT NOT NULL,
    -- Of this alert, from pending to resolved.
    alert_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    -- `model::alert::AlertState` as JSON.
    state TEXT NOT NULL,
    ack_by TEXT,
    ack_at BIGINT,
    ack_note TEXT,
    PRIMARY KEY (definition_id, series)
);
CREATE UNIQUE INDEX alert_states_by_alert ON alert_states (alert_id);

CREATE TABLE alert_events (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    name TEXT NOT NULL,
    series TEXT NOT NULL,
    -- `fired`, `resolved` or `acknowledged`.
    kind TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- A number as text; nothing where none was known.
    value TEXT,
    -- Who acknowledged it.
    by_whom TEXT
);
CREATE INDEX alert_events_by_domain ON alert_events (domain, id);

-- The outbox: one row for each receiver of a notice. Ids are in the order of time.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    receiver_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    -- `model::alert::Notice` as JSON.
    notice TEXT NOT NULL,
    -- `waiting`, `sent` or `dead`.
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Not sent before. Whoever sends it moves this on first, so that nobody else does meanwhile.
    next_at BIGINT NOT NULL,
    -- Why the last attempt failed; empty otherwise.
    reason TEXT NOT NULL,
    done_at BIGINT
);
CREATE INDEX notices_waiting ON notices (state, receiver_id, id);
CREATE INDEX notices_by_domain ON notices (domain, created_at);

-- Who evaluates, one node at a time.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    -- Raised by each who takes it from another: the fencing token.
    token BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);
