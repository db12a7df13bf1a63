-- When automatic work may start, and what stops it from going in circles.

ALTER TABLE renewal_policies ADD COLUMN renewal_window_fraction BIGINT
    CHECK (renewal_window_fraction BETWEEN 1 AND 900000);
ALTER TABLE renewal_policies ADD COLUMN maintenance_windows TEXT NOT NULL DEFAULT '[]';
ALTER TABLE renewal_policies ADD COLUMN freeze_periods TEXT NOT NULL DEFAULT '[]';
ALTER TABLE renewal_policies ADD COLUMN override_before_expiry BOOLEAN NOT NULL DEFAULT TRUE;

-- The end of the pause after an issuance that failed or was cancelled.
ALTER TABLE managed_certificates ADD COLUMN retry_at TIMESTAMP;
ALTER TABLE managed_certificates ADD COLUMN paused_at TIMESTAMP;
ALTER TABLE managed_certificates ADD COLUMN pause_reason TEXT;

-- What the limit of issuances per set of names counts. Rows of earlier versions have no hash.
ALTER TABLE issuance_ledger ADD COLUMN names_hash TEXT;
CREATE INDEX issuance_ledger_names ON issuance_ledger (names_hash, recorded_at) WHERE names_hash IS NOT NULL;
