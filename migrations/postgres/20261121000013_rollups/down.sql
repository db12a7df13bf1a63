DROP INDEX IF EXISTS managed_certificates_search;
-- Others may use the extension, or own it.
DO $$
BEGIN
    DROP EXTENSION IF EXISTS pg_trgm;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'pg_trgm stays: %', SQLERRM;
END
$$;
DROP INDEX jobs_live_kind;
DROP INDEX jobs_kind;
DROP INDEX managed_certificates_expires_down;
DROP INDEX managed_certificates_by_common_name;
DROP INDEX managed_certificates_by_status;
DROP INDEX managed_certificates_by_environment;
DROP INDEX managed_certificates_environment;
DROP INDEX managed_certificates_turn;
DROP INDEX managed_certificates_end;
DROP TRIGGER count_added_versions ON certificate_versions;
DROP TRIGGER count_changed_agents ON agents;
DROP TRIGGER count_added_agents ON agents;
DROP TRIGGER count_changed_jobs ON jobs;
DROP TRIGGER count_removed_jobs ON jobs;
DROP TRIGGER count_added_jobs ON jobs;
DROP TRIGGER count_changed_certificates ON managed_certificates;
DROP TRIGGER count_removed_certificates ON managed_certificates;
DROP TRIGGER count_added_certificates ON managed_certificates;
DROP FUNCTION count_versions();
DROP FUNCTION count_agents();
DROP FUNCTION count_jobs();
DROP FUNCTION count_certificates();
DROP FUNCTION rollup_keys_of_version(certificate_versions);
DROP FUNCTION rollup_keys_of_agent(agents);
DROP FUNCTION rollup_keys_of_job(jobs);
DROP FUNCTION rollup_keys_of_certificate(managed_certificates);
DROP TABLE rollup_deltas;
DROP TABLE rollups;
