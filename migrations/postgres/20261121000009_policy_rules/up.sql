-- Compliance rules, and where the inventory breaks them.

CREATE TABLE policy_rules (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN (
        'AllowedIssuers', 'AllowedDomains', 'RequiredMetadata', 'AllowedEnvironments',
        'RenewalLeadTime', 'CertificateLifetime'
    )),
    config TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('Warning', 'Error', 'Critical')),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX policy_rules_created ON policy_rules (created_at, id);

CREATE TABLE policy_violations (
    id TEXT NOT NULL PRIMARY KEY,
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE CASCADE,
    rule_id TEXT NOT NULL REFERENCES policy_rules (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('Warning', 'Error', 'Critical')),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    resolved_at TIMESTAMP
);
-- One open violation for each rule and certificate, whoever finds it first.
CREATE UNIQUE INDEX policy_violations_open ON policy_violations (certificate_id, rule_id)
    WHERE resolved_at IS NULL;
CREATE INDEX policy_violations_open_by_age ON policy_violations (created_at, id) WHERE resolved_at IS NULL;
CREATE INDEX policy_violations_created ON policy_violations (created_at, id);
CREATE INDEX policy_violations_certificate ON policy_violations (certificate_id, created_at, id);
CREATE INDEX policy_violations_rule ON policy_violations (rule_id, created_at, id);
CREATE INDEX policy_violations_severity ON policy_violations (severity, created_at, id);
