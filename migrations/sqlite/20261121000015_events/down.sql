DROP TABLE idempotency_keys;
DROP TRIGGER jobs_tell_status;
DROP TRIGGER jobs_tell_insert;
DROP TRIGGER audit_events_tell;
DROP TABLE events;
