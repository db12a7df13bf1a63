DROP TABLE ca_revocations;
DROP TABLE crl_names;
DROP TABLE watched_crls;
