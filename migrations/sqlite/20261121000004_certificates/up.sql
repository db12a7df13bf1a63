-- The inventory, what was issued for it, and where it is deployed.

CREATE TABLE managed_certificates (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    common_name TEXT NOT NULL,
    environment TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE RESTRICT,
    team_id TEXT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE RESTRICT,
    renewal_policy_id TEXT NOT NULL REFERENCES renewal_policies (id) ON DELETE RESTRICT,
    certificate_profile_id TEXT REFERENCES certificate_profiles (id) ON DELETE RESTRICT,
    -- `Expiring` and `Expired` follow from the clock and are never stored.
    status TEXT NOT NULL
        CHECK (status IN ('Pending', 'Active', 'RenewalInProgress', 'Failed', 'Revoked', 'Archived')),
    valid_from TIMESTAMP,
    expires_at TIMESTAMP,
    expiring_from TIMESTAMP,
    next_action_at TIMESTAMP,
    failed_issuances BIGINT NOT NULL CHECK (failed_issuances >= 0),
    last_renewal_at TIMESTAMP,
    last_deployment_at TIMESTAMP,
    revoked_at TIMESTAMP,
    revocation_reason TEXT,
    source TEXT CHECK (source IN ('API', 'Agent', 'ACME', 'EST', 'SCEP')),
    -- Name and common name in lower case, for the search box.
    search_text TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
-- The renewal sweep reads only what is due.
CREATE INDEX managed_certificates_next_action ON managed_certificates (next_action_at, id)
    WHERE next_action_at IS NOT NULL;
CREATE INDEX managed_certificates_created ON managed_certificates (created_at, id);
CREATE INDEX managed_certificates_updated ON managed_certificates (updated_at, id);
-- Rows without an end of validity come last.
CREATE INDEX managed_certificates_expires ON managed_certificates ((expires_at IS NULL), expires_at, id);
CREATE INDEX managed_certificates_status ON managed_certificates (status, created_at, id);
CREATE INDEX managed_certificates_owner ON managed_certificates (owner_id, created_at, id);
CREATE INDEX managed_certificates_team ON managed_certificates (team_id, created_at, id);
CREATE INDEX managed_certificates_issuer ON managed_certificates (issuer_id, created_at, id);
CREATE INDEX managed_certificates_profile ON managed_certificates (certificate_profile_id, created_at, id)
    WHERE certificate_profile_id IS NOT NULL;

CREATE TABLE certificate_sans (
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('dns', 'ip', 'email', 'uri')),
    value TEXT NOT NULL,
    PRIMARY KEY (certificate_id, kind, value)
);
CREATE INDEX certificate_sans_value ON certificate_sans (value, kind);

CREATE TABLE certificate_tags (
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (certificate_id, key)
);
CREATE INDEX certificate_tags_value ON certificate_tags (key, value);

-- `job_id` here and in the ledger is a record of origin, not a reference: jobs may be cleaned up.
CREATE TABLE certificate_versions (
    id TEXT NOT NULL PRIMARY KEY,
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE RESTRICT,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE RESTRICT,
    job_id TEXT,
    agent_id TEXT REFERENCES agents (id) ON DELETE RESTRICT,
    serial_number TEXT NOT NULL,
    not_before TIMESTAMP NOT NULL,
    not_after TIMESTAMP NOT NULL,
    fingerprint_sha256 TEXT NOT NULL UNIQUE,
    pem_chain TEXT NOT NULL,
    csr_pem TEXT NOT NULL,
    key_algorithm TEXT NOT NULL,
    key_size BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX certificate_versions_serial ON certificate_versions (issuer_id, serial_number);
CREATE INDEX certificate_versions_certificate ON certificate_versions (certificate_id, created_at, id);
CREATE INDEX certificate_versions_holder ON certificate_versions (certificate_id, agent_id, created_at, id);

CREATE TABLE certificate_target_mappings (
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE RESTRICT,
    target_id TEXT NOT NULL REFERENCES deployment_targets (id) ON DELETE RESTRICT,
    status TEXT NOT NULL
        CHECK (status IN ('pending', 'in_progress', 'served', 'deployed', 'failed', 'rollback_failed')),
    deployed_version_id TEXT REFERENCES certificate_versions (id) ON DELETE RESTRICT,
    deployed_at TIMESTAMP,
    last_job_id TEXT,
    last_error TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (certificate_id, target_id)
);
CREATE INDEX certificate_target_mappings_target ON certificate_target_mappings (target_id);
CREATE INDEX certificate_target_mappings_status ON certificate_target_mappings (status, updated_at);

CREATE TABLE issuance_ledger (
    id TEXT NOT NULL PRIMARY KEY,
    issuer_id TEXT NOT NULL REFERENCES issuers (id) ON DELETE RESTRICT,
    serial_number TEXT,
    state TEXT NOT NULL CHECK (state IN ('intent', 'issued', 'abandoned')),
    certificate_id TEXT REFERENCES managed_certificates (id) ON DELETE RESTRICT,
    job_id TEXT,
    source TEXT NOT NULL CHECK (source IN ('API', 'Agent', 'ACME', 'EST', 'SCEP')),
    tbs_sha256 TEXT,
    fingerprint_sha256 TEXT,
    not_before TIMESTAMP,
    not_after TIMESTAMP,
    recorded_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    CHECK ((state = 'intent') = (finished_at IS NULL))
);
CREATE UNIQUE INDEX issuance_ledger_serial ON issuance_ledger (issuer_id, serial_number);
CREATE INDEX issuance_ledger_recorded ON issuance_ledger (recorded_at, id);
CREATE INDEX issuance_ledger_open_intents ON issuance_ledger (job_id) WHERE finished_at IS NULL;
