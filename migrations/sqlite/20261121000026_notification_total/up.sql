-- The total of the list of notifications: kept like the counts of rollups, by the same key as in
-- migrations/postgres and in recount.rs. Not by status: a delivery must not cost two counts.

CREATE TRIGGER count_added_notifications AFTER INSERT ON notification_events
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount) VALUES ('notification.all', 'all', 1);
END;
CREATE TRIGGER count_removed_notifications AFTER DELETE ON notification_events
BEGIN
    INSERT INTO rollup_deltas (dimension, key, amount) VALUES ('notification.all', 'all', -1);
END;

INSERT INTO rollups (dimension, key, amount) SELECT 'notification.all', 'all', count(*) FROM notification_events;
