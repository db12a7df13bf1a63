-- Totals of two more lists that grow: kept like the counts of rollups, by the same keys as in
-- migrations/postgres and in recount.rs. The trail of audit events needs none: its chain is numbered.

CREATE TRIGGER count_added_calls AFTER INSERT ON api_calls
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount) VALUES ('api_call.all', 'all', 1);
END;
CREATE TRIGGER count_removed_calls AFTER DELETE ON api_calls
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount) VALUES ('api_call.all', 'all', -1);
END;

CREATE TRIGGER count_added_violations AFTER INSERT ON policy_violations
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    VALUES ('violation.state', NEW.rule_id || '/' || NEW.severity || iif(NEW.resolved_at IS NULL, '/open', '/resolved'), 1);
END;
CREATE TRIGGER count_removed_violations AFTER DELETE ON policy_violations
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    VALUES ('violation.state', OLD.rule_id || '/' || OLD.severity || iif(OLD.resolved_at IS NULL, '/open', '/resolved'), -1);
END;
CREATE TRIGGER count_changed_violations AFTER UPDATE ON policy_violations
WHEN (OLD.rule_id, OLD.severity, OLD.resolved_at IS NULL) IS NOT (NEW.rule_id, NEW.severity, NEW.resolved_at IS NULL)
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount)
    VALUES ('violation.state', OLD.rule_id || '/' || OLD.severity || iif(OLD.resolved_at IS NULL, '/open', '/resolved'), -1),
        ('violation.state', NEW.rule_id || '/' || NEW.severity || iif(NEW.resolved_at IS NULL, '/open', '/resolved'), 1);
END;

INSERT INTO rollups (dimension, key, amount)
SELECT 'api_call.all', 'all', count(*) FROM api_calls
UNION ALL
SELECT 'violation.state', v.rule_id || '/' || v.severity || iif(v.resolved_at IS NULL, '/open', '/resolved'), count(*)
    FROM policy_violations AS v GROUP BY 2;
