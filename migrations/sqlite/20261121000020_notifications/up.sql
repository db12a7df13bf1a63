-- What people are told: facts, channels, and one notification for each recipient and channel.

CREATE TABLE notification_channels (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN ('Email', 'Webhook', 'Slack', 'Teams', 'PagerDuty', 'OpsGenie')),
    config TEXT NOT NULL,
    encrypted_config BLOB NOT NULL,
    enabled BOOLEAN NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('database', 'env')),
    consecutive_failures BIGINT NOT NULL,
    last_success_at TIMESTAMP,
    last_failure_at TIMESTAMP,
    last_error TEXT,
    failing_since TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX notification_channels_created ON notification_channels (created_at, id);

-- Documents of which there is one each: the routing matrix, the state of the digest.
CREATE TABLE notification_settings (
    name TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Facts, each written in the transaction of what it tells; routing turns them into notifications.
CREATE TABLE alerts (
    id TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('informational', 'warning', 'critical')),
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    certificate_id TEXT REFERENCES managed_certificates (id) ON DELETE SET NULL,
    incident_key TEXT,
    incident_phase TEXT CHECK (incident_phase IN ('trigger', 'resolve')),
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    facts TEXT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    routed_at TIMESTAMP,
    CHECK ((incident_key IS NULL) = (incident_phase IS NULL))
);
CREATE INDEX alerts_unrouted ON alerts (occurred_at, id) WHERE routed_at IS NULL;
CREATE INDEX alerts_routed ON alerts (routed_at, id) WHERE routed_at IS NOT NULL;
CREATE INDEX alerts_certificate ON alerts (certificate_id) WHERE certificate_id IS NOT NULL;

CREATE TABLE notification_events (
    id TEXT NOT NULL PRIMARY KEY,
    -- No references but one: a notification outlives its alert and its channel.
    alert_id TEXT,
    type TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('informational', 'warning', 'critical')),
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    certificate_id TEXT REFERENCES managed_certificates (id) ON DELETE SET NULL,
    channel TEXT NOT NULL CHECK (channel IN ('Email', 'Webhook', 'Slack', 'Teams', 'PagerDuty', 'OpsGenie')),
    channel_id TEXT,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    html TEXT,
    facts TEXT NOT NULL,
    incident_key TEXT,
    incident_phase TEXT CHECK (incident_phase IN ('trigger', 'resolve')),
    threshold_days BIGINT,
    dedup_key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'failed', 'dead', 'cancelled')),
    delivery TEXT CHECK (delivery IN ('delivered', 'no_notifier')),
    retry_count INTEGER NOT NULL DEFAULT 0,
    next_retry_at TIMESTAMP,
    not_before TIMESTAMP NOT NULL,
    last_error TEXT,
    created_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    read_at TIMESTAMP,
    claims BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMP,
    -- When delivery may take it: not_before, next_retry_at or the end of its lease; NULL at its end.
    due_at TIMESTAMP,
    CHECK ((status = 'sent') = (delivery IS NOT NULL)),
    CHECK ((status = 'failed') = (next_retry_at IS NOT NULL)),
    CHECK ((status IN ('pending', 'failed')) = (due_at IS NOT NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK ((incident_key IS NULL) = (incident_phase IS NULL))
);
CREATE INDEX idx_notification_events_retry_sweep ON notification_events (next_retry_at)
    WHERE status = 'failed' AND next_retry_at IS NOT NULL;
-- Live rows only, so that neither claims nor counts grow with what is done.
CREATE INDEX notification_events_due ON notification_events (due_at, channel_id) WHERE due_at IS NOT NULL;
CREATE INDEX notification_events_lane ON notification_events (channel_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notification_events_waiting ON notification_events (status, created_at) WHERE due_at IS NOT NULL;
CREATE INDEX notification_events_dead ON notification_events (created_at, id) WHERE status = 'dead';
CREATE INDEX notification_events_no_notifier ON notification_events (created_at, id)
    WHERE delivery = 'no_notifier';
CREATE INDEX notification_events_incident ON notification_events (incident_key, created_at)
    WHERE incident_key IS NOT NULL;
CREATE INDEX notification_events_created ON notification_events (created_at, id);
CREATE INDEX notification_events_status ON notification_events (status, created_at, id);
CREATE INDEX notification_events_type ON notification_events (type, created_at, id);
CREATE INDEX notification_events_channel ON notification_events (channel, created_at, id);
CREATE INDEX notification_events_certificate ON notification_events (certificate_id, created_at, id);

CREATE TABLE notification_attempts (
    notification_id TEXT NOT NULL REFERENCES notification_events (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    duration_ms BIGINT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('delivered', 'failed', 'dead', 'no_notifier')),
    detail TEXT NOT NULL,
    PRIMARY KEY (notification_id, number)
);

-- Which thresholds of a leaf were told where; written with the notification, so that none is told twice.
CREATE TABLE expiry_alerts (
    certificate_id TEXT NOT NULL REFERENCES managed_certificates (id) ON DELETE CASCADE,
    version_id TEXT NOT NULL,
    threshold_days BIGINT NOT NULL,
    channel TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (certificate_id, version_id, threshold_days, channel)
);

-- How each loop fared, whichever replica ran it: a loop that is silent can be seen from outside.
CREATE TABLE reconciler_marks (
    name TEXT NOT NULL PRIMARY KEY,
    period_seconds BIGINT NOT NULL,
    last_started_at TIMESTAMP NOT NULL,
    last_success_at TIMESTAMP,
    last_failure_at TIMESTAMP,
    last_error TEXT,
    consecutive_failures BIGINT NOT NULL,
    oldest_work_at TIMESTAMP
);
