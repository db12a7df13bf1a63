-- A policy may renew for the agents of one group only. NULL: for all.

ALTER TABLE renewal_policies ADD COLUMN agent_group_id TEXT REFERENCES agent_groups (id) ON DELETE RESTRICT;

-- What a certificate's removal asks: what was issued for it, and where its versions are deployed.
CREATE INDEX issuance_ledger_certificate ON issuance_ledger (certificate_id, not_after);
CREATE INDEX certificate_target_mappings_version ON certificate_target_mappings (deployed_version_id);
