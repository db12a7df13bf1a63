-- Where alerts come from: when the end of a certificate is looked at, how issuers fare, and which
-- approval requests were told to come to their end.

-- One row for each certificate whose leaf may have something to tell; what is not due costs nothing.
CREATE TABLE expiry_looks (
    certificate_id TEXT NOT NULL PRIMARY KEY REFERENCES managed_certificates (id) ON DELETE CASCADE,
    due_at TIMESTAMP NOT NULL
);
CREATE INDEX expiry_looks_due ON expiry_looks (due_at, certificate_id);

-- Whatever moves the end of a certificate, or who hears of it, has it looked at again: any past time will do.
CREATE TRIGGER expiry_looks_insert AFTER INSERT ON managed_certificates
WHEN NEW.expires_at IS NOT NULL
BEGIN
    INSERT INTO expiry_looks (certificate_id, due_at) VALUES (NEW.id, NEW.created_at);
END;
CREATE TRIGGER expiry_looks_update AFTER UPDATE ON managed_certificates
WHEN NEW.expires_at IS NOT NULL
    AND (OLD.expires_at, OLD.renewal_policy_id, OLD.status IN ('Revoked', 'Archived'))
    IS NOT (NEW.expires_at, NEW.renewal_policy_id, NEW.status IN ('Revoked', 'Archived'))
BEGIN
    INSERT INTO expiry_looks (certificate_id, due_at) VALUES (NEW.id, NEW.created_at)
    ON CONFLICT (certificate_id) DO UPDATE SET due_at = excluded.due_at;
END;
CREATE TRIGGER expiry_looks_policy AFTER UPDATE ON renewal_policies
WHEN (OLD.alert_thresholds_days, OLD.alert_channels, OLD.alert_severity_map)
    IS NOT (NEW.alert_thresholds_days, NEW.alert_channels, NEW.alert_severity_map)
BEGIN
    INSERT INTO expiry_looks (certificate_id, due_at)
    SELECT c.id, c.created_at FROM managed_certificates AS c
    WHERE c.renewal_policy_id = NEW.id AND c.expires_at IS NOT NULL
    ON CONFLICT (certificate_id) DO UPDATE SET due_at = excluded.due_at;
END;
INSERT INTO expiry_looks (certificate_id, due_at)
SELECT id, created_at FROM managed_certificates WHERE expires_at IS NOT NULL;

CREATE TABLE issuer_health (
    issuer_id TEXT NOT NULL PRIMARY KEY REFERENCES issuers (id) ON DELETE CASCADE,
    consecutive_failures BIGINT NOT NULL,
    failing_since TIMESTAMP,
    last_error TEXT
);

ALTER TABLE approval_requests ADD COLUMN expiry_told_at TIMESTAMP;
