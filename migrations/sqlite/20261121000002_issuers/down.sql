DROP TABLE ca_keys;
DROP TABLE issuers;
