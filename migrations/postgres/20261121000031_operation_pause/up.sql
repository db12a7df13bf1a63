-- When somebody halted the operation; the state beside it is the one that it goes on in.

ALTER TABLE operations ADD COLUMN paused_at TIMESTAMP;
