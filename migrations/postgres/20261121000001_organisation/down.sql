DROP TABLE certificate_profiles;
DROP TABLE renewal_policies;
DROP TABLE owners;
DROP TABLE teams;
