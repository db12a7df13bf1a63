-- What must not be trusted any more, and what relying parties are told of it.

-- The key behind every issuance, so that everything with a compromised key is found. Unknown of
-- what was issued before this column.
ALTER TABLE issuance_ledger ADD COLUMN spki_sha256 TEXT;
-- The partition of the CRL that the certificate names; 0 is the undivided one.
ALTER TABLE issuance_ledger ADD COLUMN crl_shard BIGINT NOT NULL DEFAULT 0;
CREATE INDEX issuance_ledger_key ON issuance_ledger (spki_sha256) WHERE spki_sha256 IS NOT NULL;

CREATE TABLE certificate_revocations (
    id TEXT NOT NULL PRIMARY KEY,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE RESTRICT,
    serial_number TEXT NOT NULL,
    certificate_id TEXT REFERENCES managed_certificates (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL CHECK (reason IN (
        'unspecified', 'keyCompromise', 'caCompromise', 'affiliationChanged', 'superseded',
        'cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'
    )),
    invalidity_date TIMESTAMP,
    revoked_by TEXT NOT NULL,
    revoked_at TIMESTAMP NOT NULL,
    not_after TIMESTAMP NOT NULL,
    released_at TIMESTAMP,
    crl_shard BIGINT NOT NULL,
    -- The issuer's change that wrote the row last: whoever knows the state of change n asks for more.
    generation BIGINT NOT NULL,
    issuer_notified BOOLEAN NOT NULL,
    notify_attempts BIGINT NOT NULL,
    next_notify_at TIMESTAMP,
    last_notify_error TEXT,
    created_at TIMESTAMP NOT NULL,
    CHECK (released_at IS NULL OR reason = 'certificateHold')
);
CREATE UNIQUE INDEX certificate_revocations_serial ON certificate_revocations (issuer_id, serial_number);
CREATE INDEX certificate_revocations_generation ON certificate_revocations (issuer_id, generation);
CREATE INDEX certificate_revocations_certificate ON certificate_revocations (certificate_id, created_at, id);
CREATE INDEX certificate_revocations_created ON certificate_revocations (created_at, id);
CREATE INDEX certificate_revocations_to_notify ON certificate_revocations (next_notify_at, id)
    WHERE next_notify_at IS NOT NULL;

-- One row per issuer that ever revoked or published: its changes and CRL numbers are counted here.
CREATE TABLE revocation_counters (
    issuer_id TEXT NOT NULL PRIMARY KEY REFERENCES issuers (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    crl_number BIGINT NOT NULL
);

-- Keys that no certificate may be issued for.
CREATE TABLE blocked_keys (
    spki_sha256 TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    blocked_by TEXT NOT NULL,
    blocked_at TIMESTAMP NOT NULL
);

-- The newest CRLs, for every replica to serve. `authority` is the CA that signed: an issuer whose CA
-- gets a new key serves both until the leaves of the old one have ended.
CREATE TABLE crl_cache (
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE CASCADE,
    authority TEXT NOT NULL,
    shard BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('base', 'delta')),
    crl_der BLOB NOT NULL,
    crl_number BIGINT NOT NULL,
    base_number BIGINT,
    base_generation BIGINT,
    -- The state of the revocations that it tells of.
    generation BIGINT NOT NULL,
    revoked_count BIGINT NOT NULL,
    this_update TIMESTAMP NOT NULL,
    next_update TIMESTAMP NOT NULL,
    generated_at TIMESTAMP NOT NULL,
    generation_duration_ms BIGINT NOT NULL,
    PRIMARY KEY (issuer_id, authority, shard, kind),
    CHECK ((kind = 'delta') = (base_number IS NOT NULL AND base_generation IS NOT NULL))
);
CREATE INDEX crl_cache_next_update ON crl_cache (next_update);

CREATE TABLE crl_generation_events (
    id TEXT NOT NULL PRIMARY KEY,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE CASCADE,
    shard BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('base', 'delta')),
    crl_number BIGINT NOT NULL,
    revoked_count BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    succeeded BOOLEAN NOT NULL,
    error TEXT
);
CREATE INDEX crl_generation_events_issuer ON crl_generation_events (issuer_id, started_at, id);
CREATE INDEX crl_generation_events_started ON crl_generation_events (started_at, id);

-- Delegated OCSP responders (RFC 6960 §4.2.2.2). Superseded ones stay until what they signed has ended.
CREATE TABLE ocsp_responders (
    id TEXT NOT NULL PRIMARY KEY,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE CASCADE,
    authority TEXT NOT NULL,
    cert_pem TEXT NOT NULL,
    cert_serial TEXT NOT NULL,
    key_alg TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    not_before TIMESTAMP NOT NULL,
    not_after TIMESTAMP NOT NULL,
    rotated_from TEXT,
    superseded_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ocsp_responders_current ON ocsp_responders (issuer_id, authority)
    WHERE superseded_at IS NULL;
CREATE INDEX ocsp_responders_not_after ON ocsp_responders (not_after);

-- Answers signed ahead of the question. One that contradicts `certificate_revocations` is void: readers
-- compare, so no order of commits can bring back a "good".
CREATE TABLE ocsp_response_cache (
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE CASCADE,
    serial_hex TEXT NOT NULL,
    authority TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (hash IN ('sha1', 'sha256', 'sha384', 'sha512')),
    responder_id TEXT NOT NULL REFERENCES ocsp_responders (id) ON DELETE CASCADE,
    response_der BLOB NOT NULL,
    cert_status TEXT NOT NULL CHECK (cert_status IN ('good', 'revoked')),
    -- The `generation` of the revocation that it tells of; 0 for good ones.
    revocation_generation BIGINT NOT NULL,
    this_update TIMESTAMP NOT NULL,
    next_update TIMESTAMP NOT NULL,
    refresh_at TIMESTAMP NOT NULL,
    generated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (issuer_id, serial_hex, authority, hash)
);
CREATE INDEX ocsp_response_cache_refresh ON ocsp_response_cache (refresh_at);
CREATE INDEX ocsp_response_cache_next_update ON ocsp_response_cache (next_update);
CREATE INDEX ocsp_response_cache_responder ON ocsp_response_cache (responder_id);
