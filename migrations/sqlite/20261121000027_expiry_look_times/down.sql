DROP TRIGGER expiry_looks_policy;
DROP TRIGGER expiry_looks_update;
DROP TRIGGER expiry_looks_insert;

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
