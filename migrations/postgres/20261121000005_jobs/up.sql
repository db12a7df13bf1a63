-- Work with its leases, and the leases of singletons.

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL CHECK (type IN ('Issuance', 'Renewal', 'Deployment', 'Validation')),
    certificate_id TEXT REFERENCES managed_certificates (id) ON DELETE RESTRICT,
    -- No references: a job's history outlives its target, and versions point back at jobs.
    target_id TEXT,
    agent_id TEXT REFERENCES agents (id) ON DELETE RESTRICT,
    version_id TEXT,
    status TEXT NOT NULL CHECK (status IN
        ('Pending', 'AwaitingCSR', 'AwaitingApproval', 'Running', 'Completed', 'Failed', 'Cancelled')),
    executor TEXT NOT NULL CHECK (executor IN ('server', 'agent')),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    max_attempts BIGINT NOT NULL CHECK (max_attempts >= 0),
    last_error TEXT,
    run_after TIMESTAMP NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMP,
    lease_token BIGINT NOT NULL,
    -- When the job becomes claimable: `run_after`, or the end of its lease. NULL when it cannot be claimed.
    due_at TIMESTAMP,
    dedup_key TEXT,
    payload TEXT NOT NULL,
    deployment_result TEXT,
    requested_by TEXT NOT NULL,
    started_at TIMESTAMP,
    completed_at TIMESTAMP,
    verification_status TEXT NOT NULL CHECK (verification_status IN ('pending', 'success', 'failed', 'skipped')),
    verified_at TIMESTAMP,
    verification_fingerprint TEXT,
    verification_error TEXT,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    -- Live jobs are found by `completed_at IS NULL`.
    CHECK ((status IN ('Completed', 'Failed', 'Cancelled')) = (completed_at IS NOT NULL))
);
CREATE UNIQUE INDEX jobs_live_dedup_key ON jobs (dedup_key) WHERE completed_at IS NULL;
CREATE UNIQUE INDEX jobs_live_issuance ON jobs (certificate_id, coalesce(agent_id, ''))
    WHERE completed_at IS NULL AND type IN ('Issuance', 'Renewal');
CREATE INDEX jobs_due ON jobs (executor, due_at, id) WHERE due_at IS NOT NULL;
-- `completed_at` is in the key as well, or SQLite would prefer the index of the whole history.
CREATE INDEX jobs_live_agent ON jobs (agent_id, completed_at, due_at) WHERE completed_at IS NULL;
CREATE INDEX jobs_live_certificate ON jobs (certificate_id, completed_at, target_id) WHERE completed_at IS NULL;
CREATE INDEX jobs_waiting ON jobs (status, run_after, id) WHERE completed_at IS NULL;
CREATE INDEX jobs_created ON jobs (created_at, id);
CREATE INDEX jobs_status ON jobs (status, created_at, id);
CREATE INDEX jobs_certificate ON jobs (certificate_id, created_at, id);
CREATE INDEX jobs_agent ON jobs (agent_id, created_at, id);
CREATE INDEX jobs_target ON jobs (target_id, created_at, id) WHERE target_id IS NOT NULL;

CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until TIMESTAMP NOT NULL
);
