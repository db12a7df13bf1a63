-- Totals of two more lists that grow: kept like the counts of rollups, by the same keys as in
-- migrations/sqlite and in recount.rs. The trail of audit events needs none: its chain is numbered.

CREATE FUNCTION count_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'api_call.all', 'all', count(*) FROM added HAVING count(*) > 0;
    ELSE
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'api_call.all', 'all', -count(*) FROM removed HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_calls AFTER INSERT ON api_calls
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_calls();
CREATE TRIGGER count_removed_calls AFTER DELETE ON api_calls
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_calls();

CREATE FUNCTION count_violations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'violation.state', r.rule_id || '/' || r.severity
            || CASE WHEN r.resolved_at IS NULL THEN '/open' ELSE '/resolved' END, count(*)
        FROM added AS r GROUP BY 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'violation.state', r.rule_id || '/' || r.severity
            || CASE WHEN r.resolved_at IS NULL THEN '/open' ELSE '/resolved' END, -count(*)
        FROM removed AS r GROUP BY 2;
    ELSE
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'violation.state', r.rule_id || '/' || r.severity
            || CASE WHEN r.resolved_at IS NULL THEN '/open' ELSE '/resolved' END, sum(r.amount)
        FROM (
            SELECT rule_id, severity, resolved_at, -1 AS amount FROM removed
            UNION ALL SELECT rule_id, severity, resolved_at, 1 FROM added
        ) AS r GROUP BY 2 HAVING sum(r.amount) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_violations AFTER INSERT ON policy_violations
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_violations();
CREATE TRIGGER count_removed_violations AFTER DELETE ON policy_violations
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_violations();
CREATE TRIGGER count_changed_violations AFTER UPDATE ON policy_violations
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_violations();

INSERT INTO rollups (dimension, key, amount)
SELECT 'api_call.all', 'all', count(*) FROM api_calls
UNION ALL
SELECT 'violation.state', v.rule_id || '/' || v.severity
    || CASE WHEN v.resolved_at IS NULL THEN '/open' ELSE '/resolved' END, count(*)
FROM policy_violations AS v GROUP BY 2;
