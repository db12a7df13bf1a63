-- Stays of people in the console: opened with an API key, kept by a cookie.

CREATE TABLE console_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    -- A key of the database, or what binds the session to one of the configuration.
    api_key_id TEXT REFERENCES api_keys (id) ON DELETE CASCADE,
    key_binding TEXT,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    CHECK ((api_key_id IS NULL) <> (key_binding IS NULL))
);
CREATE INDEX console_sessions_api_key ON console_sessions (api_key_id);
CREATE INDEX console_sessions_end ON console_sessions (expires_at);
