ALTER TABLE certificate_profiles DROP COLUMN no_rev_avail;
