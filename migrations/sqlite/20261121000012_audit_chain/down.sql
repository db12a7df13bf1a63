DROP TRIGGER audit_events_refuse_delete;
CREATE TRIGGER audit_events_refuse_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
DROP TABLE api_calls;
DROP TABLE audit_prune_permit;
DROP TABLE audit_checkpoints;
DROP TABLE audit_keys;
DROP TABLE audit_chain;
DROP TABLE audit_unsealed;
