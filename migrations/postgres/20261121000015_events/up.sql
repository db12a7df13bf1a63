-- What changed, for those who watch; and the answers of requests that may be repeated.

CREATE TABLE events (
    id BIGINT NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    occurred_at TIMESTAMP NOT NULL
);
CREATE INDEX events_occurred ON events (occurred_at, id);

-- Triggers, so that no change can forget its event and none costs a round trip.
CREATE FUNCTION events_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (kind, resource_type, resource_id, occurred_at)
    VALUES (NEW.action, NEW.resource_type, NEW.resource_id, NEW."timestamp");
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_events_tell AFTER INSERT ON audit_events
    FOR EACH ROW EXECUTE FUNCTION events_of_audit();

CREATE FUNCTION events_of_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (kind, resource_type, resource_id, occurred_at)
    VALUES (CASE TG_OP WHEN 'INSERT' THEN 'job_queued' ELSE 'job_status_changed' END, 'job', NEW.id, NEW.updated_at);
    RETURN NULL;
END
$$;
CREATE TRIGGER jobs_tell_insert AFTER INSERT ON jobs
    FOR EACH ROW EXECUTE FUNCTION events_of_jobs();
CREATE TRIGGER jobs_tell_status AFTER UPDATE OF status ON jobs
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION events_of_jobs();

CREATE TABLE idempotency_keys (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    status BIGINT,
    location TEXT,
    entity_tag TEXT,
    body TEXT,
    claimed_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
