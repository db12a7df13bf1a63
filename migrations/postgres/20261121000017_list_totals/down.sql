DROP TRIGGER count_changed_violations ON policy_violations;
DROP TRIGGER count_removed_violations ON policy_violations;
DROP TRIGGER count_added_violations ON policy_violations;
DROP FUNCTION count_violations();
DROP TRIGGER count_removed_calls ON api_calls;
DROP TRIGGER count_added_calls ON api_calls;
DROP FUNCTION count_calls();
DELETE FROM rollup_deltas WHERE dimension IN ('api_call.all', 'violation.state');
DELETE FROM rollups WHERE dimension IN ('api_call.all', 'violation.state');
