-- What is asked when a renewal policy changes or goes, and when a request is traced.

CREATE INDEX managed_certificates_policy ON managed_certificates (renewal_policy_id, status);
CREATE INDEX audit_events_request ON audit_events (request_id, "timestamp", id) WHERE request_id IS NOT NULL;
