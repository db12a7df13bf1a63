-- Counts that are kept in the transactions of what they count. Triggers add rows to rollup_deltas, so
-- that two writers never wait for one counter; a reconciler folds these into rollups. A count is the sum
-- over both. The keys are the same in migrations/sqlite, and in recount.rs, which checks them.

CREATE TABLE rollups (
    dimension TEXT NOT NULL,
    key TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (dimension, key)
);

-- Emptied every few seconds, so it is vacuumed by the number of rows and not by a share of them.
CREATE TABLE rollup_deltas (
    dimension TEXT NOT NULL,
    key TEXT NOT NULL,
    amount BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX rollup_deltas_dimension ON rollup_deltas (dimension);
ALTER TABLE rollup_deltas REPLICA IDENTITY FULL;

CREATE FUNCTION rollup_keys_of_certificate(c managed_certificates)
RETURNS TABLE (dimension TEXT, key TEXT) LANGUAGE sql STABLE AS $$
    SELECT k.dimension, k.key FROM (VALUES
        ('certificate.status', c.status),
        ('certificate.end', CASE WHEN c.status NOT IN ('Revoked', 'Archived')
            THEN to_char(c.expires_at, 'YYYY-MM-DD HH24') END),
        ('certificate.active_end', CASE WHEN c.status = 'Active'
            THEN to_char(c.expires_at, 'YYYY-MM-DD HH24') END),
        -- When an active certificate stops being shown as such.
        ('certificate.active_turn', CASE WHEN c.status = 'Active'
            THEN to_char(LEAST(c.expiring_from, c.expires_at), 'YYYY-MM-DD HH24') END),
        ('certificate.owner', c.owner_id),
        ('certificate.team', c.team_id),
        ('certificate.issuer', c.issuer_id),
        ('certificate.profile', c.certificate_profile_id),
        ('certificate.environment', c.environment)
    ) AS k (dimension, key) WHERE k.key IS NOT NULL
$$;

CREATE FUNCTION rollup_keys_of_job(j jobs)
RETURNS TABLE (dimension TEXT, key TEXT) LANGUAGE sql STABLE AS $$
    SELECT k.dimension, k.key FROM (VALUES
        ('job.status', j.type || '/' || j.status),
        ('job.finished', to_char(j.completed_at, 'YYYY-MM-DD') || '/' || j.status)
    ) AS k (dimension, key) WHERE k.key IS NOT NULL
$$;

-- The four reserved agents stand for the server itself.
CREATE FUNCTION rollup_keys_of_agent(a agents)
RETURNS TABLE (dimension TEXT, key TEXT) LANGUAGE sql STABLE AS $$
    SELECT 'agent.status', a.status WHERE a.retired_at IS NULL
        AND a.id NOT IN ('server-scanner', 'cloud-aws-sm', 'cloud-azure-kv', 'cloud-gcp-sm')
$$;

-- The first version of a key holder is new, the others renew it.
CREATE FUNCTION rollup_keys_of_version(v certificate_versions)
RETURNS TABLE (dimension TEXT, key TEXT) LANGUAGE sql STABLE AS $$
    SELECT 'version.issued', to_char(v.created_at, 'YYYY-MM-DD') || CASE WHEN EXISTS (
        SELECT 1 FROM certificate_versions AS earlier
        WHERE earlier.certificate_id = v.certificate_id AND earlier.agent_id IS NOT DISTINCT FROM v.agent_id
            AND (earlier.created_at, earlier.id) < (v.created_at, v.id)
    ) THEN '/renewed' ELSE '/new' END
$$;

-- Bulk changes are counted by statement; updates by row, because most of them change nothing counted.
CREATE FUNCTION count_certificates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, count(*) FROM added AS r
            CROSS JOIN LATERAL rollup_keys_of_certificate(ROW(r.*)::managed_certificates) AS k
        GROUP BY k.dimension, k.key;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, -count(*) FROM removed AS r
            CROSS JOIN LATERAL rollup_keys_of_certificate(ROW(r.*)::managed_certificates) AS k
        GROUP BY k.dimension, k.key;
    ELSE
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT d.dimension, d.key, sum(d.amount) FROM (
            SELECT k.dimension, k.key, -1 AS amount FROM rollup_keys_of_certificate(OLD) AS k
            UNION ALL SELECT k.dimension, k.key, 1 FROM rollup_keys_of_certificate(NEW) AS k
        ) AS d GROUP BY d.dimension, d.key HAVING sum(d.amount) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_certificates AFTER INSERT ON managed_certificates
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_certificates();
CREATE TRIGGER count_removed_certificates AFTER DELETE ON managed_certificates
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_certificates();
CREATE TRIGGER count_changed_certificates AFTER UPDATE ON managed_certificates FOR EACH ROW
    WHEN ((OLD.status, OLD.expires_at, OLD.expiring_from, OLD.owner_id, OLD.team_id, OLD.issuer_id,
           OLD.certificate_profile_id, OLD.environment)
        IS DISTINCT FROM (NEW.status, NEW.expires_at, NEW.expiring_from, NEW.owner_id, NEW.team_id, NEW.issuer_id,
           NEW.certificate_profile_id, NEW.environment))
    EXECUTE FUNCTION count_certificates();

CREATE FUNCTION count_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, count(*) FROM added AS r
            CROSS JOIN LATERAL rollup_keys_of_job(ROW(r.*)::jobs) AS k
        GROUP BY k.dimension, k.key;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, -count(*) FROM removed AS r
            CROSS JOIN LATERAL rollup_keys_of_job(ROW(r.*)::jobs) AS k
        GROUP BY k.dimension, k.key;
    ELSE
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, -1 FROM rollup_keys_of_job(OLD) AS k
        UNION ALL SELECT k.dimension, k.key, 1 FROM rollup_keys_of_job(NEW) AS k;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_jobs AFTER INSERT ON jobs
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
CREATE TRIGGER count_removed_jobs AFTER DELETE ON jobs
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
CREATE TRIGGER count_changed_jobs AFTER UPDATE ON jobs FOR EACH ROW
    WHEN ((OLD.type, OLD.status, OLD.completed_at) IS DISTINCT FROM (NEW.type, NEW.status, NEW.completed_at))
    EXECUTE FUNCTION count_jobs();

CREATE FUNCTION count_agents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, -1 FROM rollup_keys_of_agent(OLD) AS k;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT k.dimension, k.key, 1 FROM rollup_keys_of_agent(NEW) AS k;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_agents AFTER INSERT OR DELETE ON agents FOR EACH ROW EXECUTE FUNCTION count_agents();
CREATE TRIGGER count_changed_agents AFTER UPDATE ON agents FOR EACH ROW
    WHEN ((OLD.status, OLD.retired_at) IS DISTINCT FROM (NEW.status, NEW.retired_at))
    EXECUTE FUNCTION count_agents();

CREATE FUNCTION count_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    SELECT k.dimension, k.key, count(*) FROM added AS r
        CROSS JOIN LATERAL rollup_keys_of_version(ROW(r.*)::certificate_versions) AS k
    GROUP BY k.dimension, k.key;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_versions AFTER INSERT ON certificate_versions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_versions();

INSERT INTO rollups (dimension, key, amount)
SELECT k.dimension, k.key, count(*) FROM managed_certificates AS c, rollup_keys_of_certificate(c) AS k GROUP BY 1, 2
UNION ALL
SELECT k.dimension, k.key, count(*) FROM jobs AS j, rollup_keys_of_job(j) AS k GROUP BY 1, 2
UNION ALL
SELECT k.dimension, k.key, count(*) FROM agents AS a, rollup_keys_of_agent(a) AS k GROUP BY 1, 2
UNION ALL
SELECT k.dimension, k.key, count(*) FROM certificate_versions AS v, rollup_keys_of_version(v) AS k GROUP BY 1, 2;

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

-- Search by a fragment. Where the extension may not be made, searches read the whole table.
DO $$
DECLARE home TEXT;
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE WARNING 'pg_trgm cannot be made: %; searches by fragment will be slow', SQLERRM;
    END;
    SELECT n.nspname INTO home FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm';
    IF home IS NOT NULL THEN
        EXECUTE format(
            'CREATE INDEX managed_certificates_search ON managed_certificates USING gin (search_text %I.gin_trgm_ops)',
            home
        );
    END IF;
END
$$;
