-- Whether certificates of the profile say that their revocation is not announced (RFC 9608).
ALTER TABLE certificate_profiles ADD COLUMN no_rev_avail BOOLEAN NOT NULL DEFAULT FALSE;
