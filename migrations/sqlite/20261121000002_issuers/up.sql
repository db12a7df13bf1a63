-- Certificate authorities. `type` has no CHECK: a new connector must not need a migration.

CREATE TABLE issuers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    config TEXT NOT NULL,
    encrypted_config BLOB,
    enabled BOOLEAN NOT NULL,
    last_tested_at TIMESTAMP,
    test_status TEXT NOT NULL CHECK (test_status IN ('untested', 'success', 'failed')),
    source TEXT NOT NULL CHECK (source IN ('database', 'env')),
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE ca_keys (
    id TEXT NOT NULL PRIMARY KEY,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE RESTRICT,
    state TEXT NOT NULL CHECK (state IN ('active', 'retiring', 'retired')),
    certificate_pem TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    not_before TIMESTAMP NOT NULL,
    not_after TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CHECK (not_after > not_before)
);
CREATE UNIQUE INDEX ca_keys_active ON ca_keys (issuer_id) WHERE state = 'active';
CREATE INDEX ca_keys_issuer ON ca_keys (issuer_id, created_at, id);
