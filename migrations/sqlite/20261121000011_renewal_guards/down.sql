DROP INDEX issuance_ledger_names;
ALTER TABLE issuance_ledger DROP COLUMN names_hash;
ALTER TABLE managed_certificates DROP COLUMN pause_reason;
ALTER TABLE managed_certificates DROP COLUMN paused_at;
ALTER TABLE managed_certificates DROP COLUMN retry_at;
ALTER TABLE renewal_policies DROP COLUMN override_before_expiry;
ALTER TABLE renewal_policies DROP COLUMN freeze_periods;
ALTER TABLE renewal_policies DROP COLUMN maintenance_windows;
ALTER TABLE renewal_policies DROP COLUMN renewal_window_fraction;
