-- CRLs of CAs outside certctl, read to learn what they revoked while it is in use.

CREATE TABLE watched_crls (
    url TEXT NOT NULL PRIMARY KEY,
    -- Certificate of the CA whose signature is expected.
    ca_der BLOB NOT NULL,
    next_check_at TIMESTAMP NOT NULL,
    checked_at TIMESTAMP,
    failures BIGINT NOT NULL,
    last_error TEXT
);
CREATE INDEX watched_crls_due ON watched_crls (next_check_at, url);

-- Which leaf names which CRL.
CREATE TABLE crl_names (
    version_id TEXT NOT NULL PRIMARY KEY REFERENCES certificate_versions (id) ON DELETE CASCADE,
    url TEXT NOT NULL REFERENCES watched_crls (url) ON DELETE CASCADE
);
CREATE INDEX crl_names_url ON crl_names (url, version_id);

CREATE TABLE ca_revocations (
    version_id TEXT NOT NULL PRIMARY KEY REFERENCES certificate_versions (id) ON DELETE CASCADE,
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    revoked_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL
);
CREATE INDEX ca_revocations_certificate ON ca_revocations (certificate_id, seen_at);
