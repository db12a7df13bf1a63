-- Who is responsible, and the rules certificates follow.

CREATE TABLE teams (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE owners (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX owners_team ON owners (team_id);

CREATE TABLE renewal_policies (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    renewal_window_days BIGINT NOT NULL CHECK (renewal_window_days BETWEEN 1 AND 365),
    auto_renew BOOLEAN NOT NULL,
    max_retries BIGINT NOT NULL CHECK (max_retries >= 0),
    retry_interval_seconds BIGINT NOT NULL CHECK (retry_interval_seconds >= 0),
    alert_thresholds_days TEXT NOT NULL,
    alert_channels TEXT NOT NULL,
    alert_severity_map TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE certificate_profiles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    allowed_key_algorithms TEXT NOT NULL,
    max_ttl_seconds BIGINT NOT NULL CHECK (max_ttl_seconds >= 0),
    allowed_ekus TEXT NOT NULL,
    required_san_patterns TEXT NOT NULL,
    spiffe_uri_pattern TEXT NOT NULL,
    allow_short_lived BOOLEAN NOT NULL,
    must_staple BOOLEAN NOT NULL,
    required_csr_attributes TEXT NOT NULL,
    acme_auth_mode TEXT NOT NULL CHECK (acme_auth_mode IN ('trust_authenticated', 'challenge')),
    requires_approval BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
