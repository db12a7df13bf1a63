DROP TRIGGER count_changed_violations;
DROP TRIGGER count_removed_violations;
DROP TRIGGER count_added_violations;
DROP TRIGGER count_removed_calls;
DROP TRIGGER count_added_calls;
DELETE FROM rollup_deltas WHERE dimension IN ('api_call.all', 'violation.state');
DELETE FROM rollups WHERE dimension IN ('api_call.all', 'violation.state');
