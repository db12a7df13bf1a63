DROP TRIGGER count_removed_notifications ON notification_events;
DROP TRIGGER count_added_notifications ON notification_events;
DROP FUNCTION count_notifications();
DELETE FROM rollup_deltas WHERE dimension = 'notification.all';
DELETE FROM rollups WHERE dimension = 'notification.all';
