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
    sealed_key BYTEA NOT NULL,
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
DROP TRIGGER audit_events_append_only ON audit_events;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse_change();
CREATE FUNCTION audit_events_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_chain c JOIN audit_prune_permit p ON c.seq <= p.until_seq WHERE c.event_id = OLD.id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER audit_events_keep BEFORE DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse_delete();

CREATE FUNCTION audit_chain_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION audit_chain_refuse_change();
CREATE FUNCTION audit_chain_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_prune_permit p WHERE OLD.seq <= p.until_seq) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_chain is append-only' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER audit_chain_keep BEFORE DELETE ON audit_chain
    FOR EACH ROW EXECUTE FUNCTION audit_chain_refuse_delete();
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION audit_chain_refuse_change();
