-- Who is behind an API key, who made it and when it was last used.

ALTER TABLE api_keys ADD COLUMN identity TEXT NOT NULL DEFAULT '';
UPDATE api_keys SET identity = name;
-- Until now keys could only be made by the server itself and its command line.
ALTER TABLE api_keys ADD COLUMN created_by TEXT NOT NULL DEFAULT 'system';
ALTER TABLE api_keys ADD COLUMN last_used_at TIMESTAMP;

-- Agents by what they are; a row of a member puts one in or keeps it out by hand.

CREATE TABLE agent_groups (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    match_os TEXT NOT NULL,
    match_architecture TEXT NOT NULL,
    match_ip_cidr TEXT NOT NULL,
    match_version TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE agent_group_members (
    agent_group_id TEXT NOT NULL REFERENCES agent_groups (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    membership_type TEXT NOT NULL CHECK (membership_type IN ('include', 'exclude')),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (agent_group_id, agent_id)
);
CREATE INDEX agent_group_members_agent ON agent_group_members (agent_id);
