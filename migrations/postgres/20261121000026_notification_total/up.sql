-- The total of the list of notifications: kept like the counts of rollups, by the same key as in
-- migrations/sqlite and in recount.rs. Not by status: a delivery must not cost two counts.

CREATE FUNCTION count_notifications() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'notification.all', 'all', count(*) FROM added HAVING count(*) > 0;
    ELSE
        INSERT INTO rollup_deltas (dimension, key, amount)
        SELECT 'notification.all', 'all', -count(*) FROM removed HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added_notifications AFTER INSERT ON notification_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_notifications();
CREATE TRIGGER count_removed_notifications AFTER DELETE ON notification_events
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_notifications();

INSERT INTO rollups (dimension, key, amount) SELECT 'notification.all', 'all', count(*) FROM notification_events;
