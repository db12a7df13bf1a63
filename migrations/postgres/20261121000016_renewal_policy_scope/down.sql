DROP INDEX certificate_target_mappings_version;
DROP INDEX issuance_ledger_certificate;
ALTER TABLE renewal_policies DROP COLUMN agent_group_id;
