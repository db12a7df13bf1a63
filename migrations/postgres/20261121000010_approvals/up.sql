-- Requests for a second person's decision, and the history of jobs.

CREATE TABLE approval_requests (
    id TEXT NOT NULL PRIMARY KEY,
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE RESTRICT,
    -- No references: a decision outlives its job and its profile.
    job_id TEXT NOT NULL,
    profile_id TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    -- Who is behind the requester's credential; NULL for an agent and for certctl itself.
    requested_by_principal TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired')),
    decided_by TEXT,
    decided_at TIMESTAMP,
    decision_note TEXT,
    metadata TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((state = 'pending') = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX approval_requests_job ON approval_requests (job_id);
CREATE INDEX approval_requests_created ON approval_requests (created_at, id);
CREATE INDEX approval_requests_state ON approval_requests (state, created_at, id);
CREATE INDEX approval_requests_certificate ON approval_requests (certificate_id, created_at, id);
CREATE INDEX approval_requests_requester ON approval_requests (requested_by, created_at, id);

-- What a job was after each of its changes: its timeline and its attempts.
CREATE TABLE job_events (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL,
    executor TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_token BIGINT NOT NULL,
    lease_owner TEXT,
    error TEXT,
    PRIMARY KEY (job_id, revision)
);

-- What retention looks for.
CREATE INDEX jobs_ended ON jobs (completed_at, id) WHERE completed_at IS NOT NULL;
