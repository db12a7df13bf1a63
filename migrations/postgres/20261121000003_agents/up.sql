-- Agents, the tokens they enrol with and the targets they deploy to.

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hostname TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Online', 'Offline', 'Degraded')),
    last_heartbeat_at TIMESTAMP,
    registered_at TIMESTAMP NOT NULL,
    -- NULL until the agent has a credential, so that many may wait for theirs.
    api_key_hash TEXT UNIQUE,
    os TEXT NOT NULL,
    architecture TEXT NOT NULL,
    ip_address TEXT NOT NULL,
    version TEXT NOT NULL,
    retired_at TIMESTAMP,
    retired_reason TEXT
);
-- A host may enrol again under the name of its retired agent.
CREATE UNIQUE INDEX agents_name_in_service ON agents (name) WHERE retired_at IS NULL;
CREATE INDEX agents_registered ON agents (registered_at, id);

CREATE TABLE agent_enrolment_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    agent_id TEXT REFERENCES agents (id) ON DELETE RESTRICT,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    used_by TEXT REFERENCES agents (id) ON DELETE RESTRICT,
    CHECK ((used_at IS NULL) = (used_by IS NULL))
);

CREATE TABLE deployment_targets (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    config TEXT NOT NULL,
    encrypted_config BYTEA,
    enabled BOOLEAN NOT NULL,
    last_tested_at TIMESTAMP,
    test_status TEXT NOT NULL CHECK (test_status IN ('untested', 'success', 'failed')),
    source TEXT NOT NULL CHECK (source IN ('database', 'env')),
    retired_at TIMESTAMP,
    retired_reason TEXT,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX deployment_targets_name ON deployment_targets (agent_id, name);
CREATE INDEX deployment_targets_created ON deployment_targets (created_at, id);
