DROP TABLE issuance_ledger;
DROP TABLE certificate_target_mappings;
DROP TABLE certificate_versions;
DROP TABLE certificate_tags;
DROP TABLE certificate_sans;
DROP TABLE managed_certificates;
