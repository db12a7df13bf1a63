ALTER TABLE operations DROP COLUMN paused_at;
