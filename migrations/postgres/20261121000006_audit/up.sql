-- Who may call, and what was done.

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'approver', 'admin', 'metrics')),
    token_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE UNIQUE INDEX api_keys_name_in_use ON api_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    actor TEXT NOT NULL,
    actor_type TEXT NOT NULL CHECK (actor_type IN ('User', 'System', 'Agent')),
    action TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    details TEXT NOT NULL,
    request_id TEXT,
    client_address TEXT,
    "timestamp" TIMESTAMP NOT NULL
);
CREATE INDEX audit_events_time ON audit_events ("timestamp", id);
CREATE INDEX audit_events_resource ON audit_events (resource_type, resource_id, "timestamp", id);
CREATE INDEX audit_events_actor ON audit_events (actor, "timestamp", id);
CREATE INDEX audit_events_action ON audit_events (action, "timestamp", id);

-- Append-only, also for the owner of the table.
CREATE FUNCTION audit_events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse_change();
