DROP TRIGGER count_removed_notifications;
DROP TRIGGER count_added_notifications;
DELETE FROM rollup_deltas WHERE dimension = 'notification.all';
DELETE FROM rollups WHERE dimension = 'notification.all';
