DROP INDEX audit_events_request;
DROP INDEX managed_certificates_policy;
