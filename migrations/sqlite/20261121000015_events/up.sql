-- What changed, for those who watch; and the answers of requests that may be repeated.

-- INTEGER, not BIGINT: only that makes SQLite number the rows. A number is not used twice because
-- the newest row is always kept.
CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    occurred_at TIMESTAMP NOT NULL
);
CREATE INDEX events_occurred ON events (occurred_at, id);

-- Triggers, so that no change can forget its event and none costs a round trip.
CREATE TRIGGER audit_events_tell AFTER INSERT ON audit_events
BEGIN
    INSERT INTO events (kind, resource_type, resource_id, occurred_at)
    VALUES (NEW.action, NEW.resource_type, NEW.resource_id, NEW."timestamp");
END;
CREATE TRIGGER jobs_tell_insert AFTER INSERT ON jobs
BEGIN
    INSERT INTO events (kind, resource_type, resource_id, occurred_at)
    VALUES ('job_queued', 'job', NEW.id, NEW.updated_at);
END;
CREATE TRIGGER jobs_tell_status AFTER UPDATE OF status ON jobs WHEN OLD.status IS NOT NEW.status
BEGIN
    INSERT INTO events (kind, resource_type, resource_id, occurred_at)
    VALUES ('job_status_changed', 'job', NEW.id, NEW.updated_at);
END;

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
