-- Who is behind an API key, who made it and when it was last used.

ALTER TABLE api_keys ADD COLUMN identity TEXT NOT NULL DEFAULT '';
UPDATE api_keys SET identity = name;
-- Until now keys could only be made by the server itself and its command line.
ALTER TABLE api_keys ADD COLUMN created_by TEXT NOT NULL DEFAULT 'system';
ALTER TABLE api_keys ADD COLUMN last_used_at TIMESTAMP;
