-- Counts that are kept in the transactions of what they count. Triggers add rows to rollup_deltas, so
-- that two writers never wait for one counter; a reconciler folds these into rollups. A count is the sum
-- over both. The keys are the same in migrations/postgres, and in recount.rs, which checks them.

CREATE TABLE rollups (
    dimension TEXT NOT NULL,
    key TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (dimension, key)
) WITHOUT ROWID;

CREATE TABLE rollup_deltas (
    dimension TEXT NOT NULL,
    key TEXT NOT NULL,
    amount BIGINT NOT NULL
);
CREATE INDEX rollup_deltas_dimension ON rollup_deltas (dimension);

CREATE TRIGGER count_added_certificates AFTER INSERT ON managed_certificates
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT dimension, key, 1 FROM (
        SELECT 'certificate.status' AS dimension, NEW.status AS key
        UNION ALL SELECT 'certificate.end', CASE WHEN NEW.status NOT IN ('Revoked', 'Archived') THEN substr(NEW.expires_at, 1, 13) END
        UNION ALL SELECT 'certificate.active_end', CASE WHEN NEW.status = 'Active' THEN substr(NEW.expires_at, 1, 13) END
        UNION ALL SELECT 'certificate.active_turn', CASE WHEN NEW.status = 'Active' THEN substr(CASE WHEN NEW.expires_at IS NULL OR NEW.expiring_from < NEW.expires_at THEN NEW.expiring_from ELSE NEW.expires_at END, 1, 13) END
        UNION ALL SELECT 'certificate.owner', NEW.owner_id
        UNION ALL SELECT 'certificate.team', NEW.team_id
        UNION ALL SELECT 'certificate.issuer', NEW.issuer_id
        UNION ALL SELECT 'certificate.profile', NEW.certificate_profile_id
        UNION ALL SELECT 'certificate.environment', NEW.environment
    ) WHERE key IS NOT NULL;
END;
CREATE TRIGGER count_removed_certificates AFTER DELETE ON managed_certificates
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT dimension, key, -1 FROM (
        SELECT 'certificate.status' AS dimension, OLD.status AS key
        UNION ALL SELECT 'certificate.end', CASE WHEN OLD.status NOT IN ('Revoked', 'Archived') THEN substr(OLD.expires_at, 1, 13) END
        UNION ALL SELECT 'certificate.active_end', CASE WHEN OLD.status = 'Active' THEN substr(OLD.expires_at, 1, 13) END
        UNION ALL SELECT 'certificate.active_turn', CASE WHEN OLD.status = 'Active' THEN substr(CASE WHEN OLD.expires_at IS NULL OR OLD.expiring_from < OLD.expires_at THEN OLD.expiring_from ELSE OLD.expires_at END, 1, 13) END
        UNION ALL SELECT 'certificate.owner', OLD.owner_id
        UNION ALL SELECT 'certificate.team', OLD.team_id
        UNION ALL SELECT 'certificate.issuer', OLD.issuer_id
        UNION ALL SELECT 'certificate.profile', OLD.certificate_profile_id
        UNION ALL SELECT 'certificate.environment', OLD.environment
    ) WHERE key IS NOT NULL;
END;
CREATE TRIGGER count_changed_certificates AFTER UPDATE ON managed_certificates
WHEN (OLD.status, OLD.expires_at, OLD.expiring_from, OLD.owner_id, OLD.team_id, OLD.issuer_id, OLD.certificate_profile_id, OLD.environment)
    IS NOT (NEW.status, NEW.expires_at, NEW.expiring_from, NEW.owner_id, NEW.team_id, NEW.issuer_id, NEW.certificate_profile_id, NEW.environment)
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT k.dimension, iif(s.sign > 0, k.new, k.old), s.sign FROM (
        SELECT 'certificate.status' AS dimension, OLD.status AS old,
            NEW.status AS new
        UNION ALL SELECT 'certificate.end', CASE WHEN OLD.status NOT IN ('Revoked', 'Archived') THEN substr(OLD.expires_at, 1, 13) END,
            CASE WHEN NEW.status NOT IN ('Revoked', 'Archived') THEN substr(NEW.expires_at, 1, 13) END
        UNION ALL SELECT 'certificate.active_end', CASE WHEN OLD.status = 'Active' THEN substr(OLD.expires_at, 1, 13) END,
            CASE WHEN NEW.status = 'Active' THEN substr(NEW.expires_at, 1, 13) END
        UNION ALL SELECT 'certificate.active_turn', CASE WHEN OLD.status = 'Active' THEN substr(CASE WHEN OLD.expires_at IS NULL OR OLD.expiring_from < OLD.expires_at THEN OLD.expiring_from ELSE OLD.expires_at END, 1, 13) END,
            CASE WHEN NEW.status = 'Active' THEN substr(CASE WHEN NEW.expires_at IS NULL OR NEW.expiring_from < NEW.expires_at THEN NEW.expiring_from ELSE NEW.expires_at END, 1, 13) END
        UNION ALL SELECT 'certificate.owner', OLD.owner_id,
            NEW.owner_id
        UNION ALL SELECT 'certificate.team', OLD.team_id,
            NEW.team_id
        UNION ALL SELECT 'certificate.issuer', OLD.issuer_id,
            NEW.issuer_id
        UNION ALL SELECT 'certificate.profile', OLD.certificate_profile_id,
            NEW.certificate_profile_id
        UNION ALL SELECT 'certificate.environment', OLD.environment,
            NEW.environment
    ) AS k, (SELECT -1 AS sign UNION ALL SELECT 1) AS s
    WHERE k.old IS NOT k.new AND iif(s.sign > 0, k.new, k.old) IS NOT NULL;
END;

CREATE TRIGGER count_added_jobs AFTER INSERT ON jobs
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT dimension, key, 1 FROM (
        SELECT 'job.status' AS dimension, NEW.type || '/' || NEW.status AS key
        UNION ALL SELECT 'job.finished', substr(NEW.completed_at, 1, 10) || '/' || NEW.status
    ) WHERE key IS NOT NULL;
END;
CREATE TRIGGER count_removed_jobs AFTER DELETE ON jobs
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT dimension, key, -1 FROM (
        SELECT 'job.status' AS dimension, OLD.type || '/' || OLD.status AS key
        UNION ALL SELECT 'job.finished', substr(OLD.completed_at, 1, 10) || '/' || OLD.status
    ) WHERE key IS NOT NULL;
END;
CREATE TRIGGER count_changed_jobs AFTER UPDATE ON jobs
WHEN (OLD.type, OLD.status, OLD.completed_at)
    IS NOT (NEW.type, NEW.status, NEW.completed_at)
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT k.dimension, iif(s.sign > 0, k.new, k.old), s.sign FROM (
        SELECT 'job.status' AS dimension, OLD.type || '/' || OLD.status AS old,
            NEW.type || '/' || NEW.status AS new
        UNION ALL SELECT 'job.finished', substr(OLD.completed_at, 1, 10) || '/' || OLD.status,
            substr(NEW.completed_at, 1, 10) || '/' || NEW.status
    ) AS k, (SELECT -1 AS sign UNION ALL SELECT 1) AS s
    WHERE k.old IS NOT k.new AND iif(s.sign > 0, k.new, k.old) IS NOT NULL;
END;

-- The four reserved agents stand for the server itself.
CREATE TRIGGER count_added_agents AFTER INSERT ON agents
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT dimension, key, 1 FROM (
        SELECT 'agent.status' AS dimension, CASE WHEN NEW.retired_at IS NULL AND NEW.id NOT IN ('server-scanner', 'cloud-aws-sm', 'cloud-azure-kv', 'cloud-gcp-sm') THEN NEW.status END AS key
    ) WHERE key IS NOT NULL;
END;
CREATE TRIGGER count_removed_agents AFTER DELETE ON agents
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT dimension, key, -1 FROM (
        SELECT 'agent.status' AS dimension, CASE WHEN OLD.retired_at IS NULL AND OLD.id NOT IN ('server-scanner', 'cloud-aws-sm', 'cloud-azure-kv', 'cloud-gcp-sm') THEN OLD.status END AS key
    ) WHERE key IS NOT NULL;
END;
CREATE TRIGGER count_changed_agents AFTER UPDATE ON agents
WHEN (OLD.status, OLD.retired_at)
    IS NOT (NEW.status, NEW.retired_at)
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT k.dimension, iif(s.sign > 0, k.new, k.old), s.sign FROM (
        SELECT 'agent.status' AS dimension, CASE WHEN OLD.retired_at IS NULL AND OLD.id NOT IN ('server-scanner', 'cloud-aws-sm', 'cloud-azure-kv', 'cloud-gcp-sm') THEN OLD.status END AS old,
            CASE WHEN NEW.retired_at IS NULL AND NEW.id NOT IN ('server-scanner', 'cloud-aws-sm', 'cloud-azure-kv', 'cloud-gcp-sm') THEN NEW.status END AS new
    ) AS k, (SELECT -1 AS sign UNION ALL SELECT 1) AS s
    WHERE k.old IS NOT k.new AND iif(s.sign > 0, k.new, k.old) IS NOT NULL;
END;

-- The first version of a key holder is new, the others renew it.
CREATE TRIGGER count_added_versions AFTER INSERT ON certificate_versions
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT 'version.issued', substr(NEW.created_at, 1, 10) || iif(EXISTS (
        SELECT 1 FROM certificate_versions AS earlier
        WHERE earlier.certificate_id = NEW.certificate_id AND earlier.agent_id IS NEW.agent_id
            AND (earlier.created_at, earlier.id) < (NEW.created_at, NEW.id)
    ), '/renewed', '/new'), 1;
END;

INSERT INTO rollups (dimension, key, amount)
SELECT 'certificate.status', c.status AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.end', CASE WHEN c.status NOT IN ('Revoked', 'Archived') THEN substr(c.expires_at, 1, 13) END AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.active_end', CASE WHEN c.status = 'Active' THEN substr(c.expires_at, 1, 13) END AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.active_turn', CASE WHEN c.status = 'Active' THEN substr(CASE WHEN c.expires_at IS NULL OR c.expiring_from < c.expires_at THEN c.expiring_from ELSE c.expires_at END, 1, 13) END AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.owner', c.owner_id AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.team', c.team_id AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.issuer', c.issuer_id AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.profile', c.certificate_profile_id AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'certificate.environment', c.environment AS key, count(*) FROM managed_certificates AS c GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'job.status', j.type || '/' || j.status AS key, count(*) FROM jobs AS j GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'job.finished', substr(j.completed_at, 1, 10) || '/' || j.status AS key, count(*) FROM jobs AS j GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'agent.status', CASE WHEN a.retired_at IS NULL AND a.id NOT IN ('server-scanner', 'cloud-aws-sm', 'cloud-azure-kv', 'cloud-gcp-sm') THEN a.status END AS key, count(*) FROM agents AS a GROUP BY 2 HAVING key IS NOT NULL
UNION ALL
SELECT 'version.issued', substr(v.created_at, 1, 10) || iif(EXISTS (
        SELECT 1 FROM certificate_versions AS earlier
        WHERE earlier.certificate_id = v.certificate_id AND earlier.agent_id IS v.agent_id
            AND (earlier.created_at, earlier.id) < (v.created_at, v.id)
    ), '/renewed', '/new'), count(*) FROM certificate_versions AS v GROUP BY 2;

-- What the counts cannot tell: the part of the current hour that is over, and who has waited longest.
CREATE INDEX managed_certificates_end ON managed_certificates (expires_at, status);
CREATE INDEX managed_certificates_turn ON managed_certificates
    (status, (CASE WHEN expires_at IS NULL OR expiring_from < expires_at THEN expiring_from ELSE expires_at END));
-- Orders and filters of lists that had none.
CREATE INDEX managed_certificates_environment ON managed_certificates (environment, created_at, id);
CREATE INDEX managed_certificates_by_environment ON managed_certificates (environment, id);
CREATE INDEX managed_certificates_by_status ON managed_certificates (status, id);
CREATE INDEX managed_certificates_by_common_name ON managed_certificates (common_name, id);
CREATE INDEX managed_certificates_expires_down ON managed_certificates
    ((expires_at IS NULL), expires_at DESC, id DESC);
CREATE INDEX jobs_kind ON jobs (type, created_at, id);
CREATE INDEX jobs_live_kind ON jobs (type, completed_at, created_at) WHERE completed_at IS NULL;

-- Search by a fragment. The numbers are kept in a table of their own, because VACUUM may change the
-- hidden ones of managed_certificates.
CREATE TABLE search_numbers (
    number INTEGER PRIMARY KEY,
    certificate_id TEXT NOT NULL UNIQUE
);
CREATE VIRTUAL TABLE search_fragments USING fts5 (
    text, content = '', tokenize = 'trigram case_sensitive 1'
);
INSERT INTO search_numbers (certificate_id) SELECT id FROM managed_certificates;
INSERT INTO search_fragments (rowid, text)
    SELECT n.number, c.search_text FROM search_numbers AS n JOIN managed_certificates AS c ON c.id = n.certificate_id;
CREATE TRIGGER search_added AFTER INSERT ON managed_certificates
BEGIN
    INSERT INTO search_numbers (certificate_id) VALUES (NEW.id);
    INSERT INTO search_fragments (rowid, text)
        SELECT number, NEW.search_text FROM search_numbers WHERE certificate_id = NEW.id;
END;
CREATE TRIGGER search_changed AFTER UPDATE ON managed_certificates WHEN OLD.search_text <> NEW.search_text
BEGIN
    INSERT INTO search_fragments (search_fragments, rowid, text)
        SELECT 'delete', number, OLD.search_text FROM search_numbers WHERE certificate_id = NEW.id;
    INSERT INTO search_fragments (rowid, text)
        SELECT number, NEW.search_text FROM search_numbers WHERE certificate_id = NEW.id;
END;
CREATE TRIGGER search_removed AFTER DELETE ON managed_certificates
BEGIN
    INSERT INTO search_fragments (search_fragments, rowid, text)
        SELECT 'delete', number, OLD.search_text FROM search_numbers WHERE certificate_id = OLD.id;
    DELETE FROM search_numbers WHERE certificate_id = OLD.id;
END;
