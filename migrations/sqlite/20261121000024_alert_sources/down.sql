ALTER TABLE approval_requests DROP COLUMN expiry_told_at;
DROP TABLE issuer_health;
DROP TRIGGER expiry_looks_policy;
DROP TRIGGER expiry_looks_update;
DROP TRIGGER expiry_looks_insert;
DROP TABLE expiry_looks;
