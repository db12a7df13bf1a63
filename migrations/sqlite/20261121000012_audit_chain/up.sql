-- Tamper evidence of the audit trail, and the log of API calls.

-- Events that have no place in the chain yet; written with the event, taken away by the sealer.
CREATE TABLE audit_unsealed (
    event_id TEXT NOT NULL PRIMARY KEY,
    "timestamp" TIMESTAMP NOT NULL
);
CREATE INDEX audit_unsealed_time ON audit_unsealed ("timestamp", event_id);
INSERT INTO audit_unsealed (event_id, "timestamp") SELECT id, "timestamp" FROM audit_events;

CREATE TABLE audit_chain (
    seq BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
    event_id TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL
);

CREATE TABLE audit_keys (
    id TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX audit_keys_active ON audit_keys (state) WHERE state = 'active';

CREATE TABLE audit_checkpoints (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('checkpoint', 'start')),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL
);
CREATE UNIQUE INDEX audit_checkpoints_seq ON audit_checkpoints (seq, kind);

-- Holds a row only inside the transaction that prunes: up to where the trail may go.
CREATE TABLE audit_prune_permit (
    until_seq BIGINT NOT NULL PRIMARY KEY
);

CREATE TABLE api_calls (
    id TEXT NOT NULL PRIMARY KEY,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    route TEXT,
    actor TEXT NOT NULL,
    actor_type TEXT CHECK (actor_type IN ('User', 'System', 'Agent')),
    body_sha256 TEXT NOT NULL,
    status BIGINT,
    latency_ms BIGINT NOT NULL,
    request_id TEXT,
    client_address TEXT,
    lost BIGINT NOT NULL,
    "timestamp" TIMESTAMP NOT NULL
);
CREATE INDEX api_calls_time ON api_calls ("timestamp", id);
CREATE INDEX api_calls_actor ON api_calls (actor, "timestamp", id);

-- Only what the permit names may go, and nothing may change.
DROP TRIGGER audit_events_refuse_delete;
CREATE TRIGGER audit_events_refuse_delete BEFORE DELETE ON audit_events
WHEN NOT EXISTS (
    SELECT 1 FROM audit_chain AS c JOIN audit_prune_permit AS p ON c.seq <= p.until_seq WHERE c.event_id = OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
CREATE TRIGGER audit_chain_refuse_update BEFORE UPDATE ON audit_chain
BEGIN
    SELECT RAISE(ABORT, 'audit_chain is append-only');
END;
CREATE TRIGGER audit_chain_refuse_delete BEFORE DELETE ON audit_chain
WHEN NOT EXISTS (SELECT 1 FROM audit_prune_permit AS p WHERE OLD.seq <= p.until_seq)
BEGIN
    SELECT RAISE(ABORT, 'audit_chain is append-only');
END;
CREATE TRIGGER audit_chain_refuse_replace BEFORE INSERT ON audit_chain
WHEN EXISTS (SELECT 1 FROM audit_chain WHERE seq = NEW.seq OR event_id = NEW.event_id)
BEGIN
    SELECT RAISE(ABORT, 'audit_chain is append-only');
END;
CREATE TRIGGER audit_checkpoints_refuse_update BEFORE UPDATE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'audit_checkpoints is append-only');
END;
CREATE TRIGGER audit_checkpoints_refuse_delete BEFORE DELETE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'audit_checkpoints is append-only');
END;
