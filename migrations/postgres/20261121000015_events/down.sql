DROP TABLE idempotency_keys;
DROP TRIGGER jobs_tell_status ON jobs;
DROP TRIGGER jobs_tell_insert ON jobs;
DROP FUNCTION events_of_jobs();
DROP TRIGGER audit_events_tell ON audit_events;
DROP FUNCTION events_of_audit();
DROP TABLE events;
