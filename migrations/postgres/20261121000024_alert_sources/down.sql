ALTER TABLE approval_requests DROP COLUMN expiry_told_at;
DROP TABLE issuer_health;
DROP TRIGGER expiry_looks_policy ON renewal_policies;
DROP FUNCTION expiry_look_again_by_policy();
DROP TRIGGER expiry_looks_update ON managed_certificates;
DROP TRIGGER expiry_looks_insert ON managed_certificates;
DROP FUNCTION expiry_look_again();
DROP TABLE expiry_looks;
