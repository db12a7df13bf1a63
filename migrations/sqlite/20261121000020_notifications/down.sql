DROP TABLE reconciler_marks;
DROP TABLE expiry_alerts;
DROP TABLE notification_attempts;
DROP TABLE notification_events;
DROP TABLE alerts;
DROP TABLE notification_settings;
DROP TABLE notification_channels;
