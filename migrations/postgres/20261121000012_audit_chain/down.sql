DROP TRIGGER audit_events_keep ON audit_events;
DROP FUNCTION audit_events_refuse_delete();
DROP TRIGGER audit_events_append_only ON audit_events;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse_change();
DROP TABLE api_calls;
DROP TABLE audit_prune_permit;
DROP TABLE audit_checkpoints;
DROP TABLE audit_keys;
DROP TABLE audit_chain;
DROP TABLE audit_unsealed;
DROP FUNCTION audit_chain_refuse_delete();
DROP FUNCTION audit_chain_refuse_change();
