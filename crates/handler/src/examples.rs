//! One example for each body that clients send. They are part of the OpenAPI document; the
//! end-to-end tests send them.

use serde_json::{Value, json};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, RefOr};

/// Adds the examples to the schemas of an OpenAPI document.
pub(crate) fn add(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    for (name, example) in examples() {
        if let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(name) {
            schema.examples = vec![example];
        }
    }
}

/// Examples by the name of their schema.
fn examples() -> Vec<(&'static str, Value)> {
    let governance = governance();
    let work = work();
    inventory().into_iter().chain(governance).chain(notifications()).chain(work).collect()
}

fn inventory() -> Vec<(&'static str, Value)> {
    vec![
        (
            "CertificateRequest",
            json!({
                "name": "www", "common_name": "www.example.com",
                "sans": ["www.example.com", "example.com"], "environment": "production",
                "owner_id": "o-default", "team_id": "t-default", "issuer_id": "iss-local",
                "renewal_policy_id": "rp-default", "tags": {"service": "shop"},
            }),
        ),
        ("SessionRequest", json!({"api_key": "ck_shown-when-it-was-made"})),
        ("TargetsRequest", json!({"target_ids": ["tgt-web-1", "tgt-web-2"]})),
        ("RenewRequest", json!({"force": false})),
        ("DeployRequest", json!({"target_id": "tgt-web-1"})),
        ("PauseRequest", json!({"reason": "the DNS zone is being moved"})),
        ("RevokeRequest", json!({"reason": "superseded", "scope": "all"})),
        (
            "RevocationRequest",
            json!({"issuer_id": "iss-local", "serial": "3a7f01", "reason": "keyCompromise"}),
        ),
        (
            "BulkRevokeRequest",
            json!({"reason": "cessationOfOperation", "team_id": "t-default", "dry_run": true}),
        ),
        ("BulkRenewRequest", json!({"team_id": "t-default", "dry_run": true})),
        (
            "BulkReassignRequest",
            json!({"certificate_ids": ["mc-www", "mc-api"], "owner_id": "o-default", "team_id": "t-default"}),
        ),
        ("ImportRequest", imported(json!({"name": "www-imported", "pem": PEM}))),
        ("ImportBatchRequest", imported(json!({"certificates": [{"name": "www-imported", "pem": PEM}]}))),
        ("Pkcs12Request", json!({"password": "correct horse battery staple"})),
        (
            "IssuerRequest",
            json!({"name": "Staging CA", "type": "GenericCA", "config": {"validity": "30d"}, "enabled": true}),
        ),
        (
            "TargetRequest",
            json!({
                "name": "web", "type": "NGINX", "agent_id": "agent-web-1", "enabled": true,
                "config": {
                    "cert_path": "/etc/nginx/tls/site.crt", "key_path": "/etc/nginx/tls/site.key",
                    "validate_command": "nginx -t", "reload_command": "nginx -s reload",
                    "verify": {"endpoint": "127.0.0.1:443", "sni": "www.example.com"},
                },
            }),
        ),
    ]
}

/// Stands for a certificate; nobody keeps a valid one in a document.
const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n";

/// With the fields that every import needs.
fn imported(mut body: Value) -> Value {
    let common = json!({
        "owner_id": "o-default", "team_id": "t-default", "issuer_id": "iss-local",
        "renewal_policy_id": "rp-default",
    });
    if let (Value::Object(body), Value::Object(common)) = (&mut body, common) {
        body.extend(common);
    }
    body
}

fn governance() -> Vec<(&'static str, Value)> {
    vec![
        ("TeamRequest", json!({"name": "Platform", "description": "Load balancers and clusters"})),
        ("OwnerRequest", json!({"name": "Ada Lovelace", "email": "ada@example.com", "team_id": "t-default"})),
        (
            "ProfileRequest",
            json!({
                "name": "Public web", "max_ttl_seconds": 7_776_000, "allowed_ekus": ["serverAuth"],
                "allowed_key_algorithms": [{"algorithm": "ECDSA", "min_size": 256}],
                "required_san_patterns": [".*\\.example\\.com"], "requires_approval": false,
            }),
        ),
        (
            "RenewalPolicyRequest",
            json!({
                "name": "Two weeks ahead", "renewal_window_days": 14, "auto_renew": true, "max_retries": 5,
                "retry_interval_seconds": 600, "alert_thresholds_days": [14, 7, 1],
                "alert_channels": {"critical": ["Email", "PagerDuty"]}, "alert_severity_map": {"1": "critical"},
            }),
        ),
        (
            "PolicyRequest",
            json!({
                "name": "Own domains only", "type": "AllowedDomains", "severity": "Error", "enabled": true,
                "config": {"allowed_domains": ["example.com", "*.example.com"]},
            }),
        ),
        (
            "PolicyPreviewRequest",
            json!({"type": "CertificateLifetime", "config": {"max_days": 47}, "severity": "Warning", "limit": 20}),
        ),
        (
            "AgentGroupRequest",
            json!({"name": "Linux in the data centre", "match_os": "linux", "match_ip_cidr": "10.0.0.0/8"}),
        ),
        ("GroupMemberRequest", json!({"membership_type": "exclude"})),
        ("ApiKeyRequest", json!({"name": "inventory-sync", "role": "viewer"})),
    ]
}

fn notifications() -> Vec<(&'static str, Value)> {
    vec![
        ("RequeueRequest", json!({"status": "dead", "channel": "Slack"})),
        ("NotificationTestRequest", json!({"channel": "Email", "recipient": "ops@example.com"})),
        (
            "ChannelRequest",
            json!({
                "name": "Operations", "type": "Webhook", "enabled": true,
                "config": {"url": "https://hooks.example.com/certctl", "secret": "correct horse battery staple"},
            }),
        ),
        (
            "RoutingRequest",
            json!({
                "cells": [{"type": "RenewalFailure", "severity": "critical", "channels": ["Email", "PagerDuty"]}],
                "defaults": {"informational": [], "warning": ["Email"], "critical": ["Email"]},
                "emails": ["ops@example.com"],
                "teams": {"t-default": {"channels": ["Slack"]}},
                "quiet_hours": [
                    {"days": ["sat", "sun"], "start": "00:00", "end": "24:00", "timezone": "Europe/Paris"},
                ],
            }),
        ),
    ]
}

fn work() -> Vec<(&'static str, Value)> {
    vec![
        ("AgentRequest", json!({"name": "web-1", "hostname": "web-1.example.com", "os": "linux"})),
        ("EnrolmentTokenRequest", json!({"validity_seconds": 3600})),
        ("DecisionRequest", json!({"note": "seen with the owner"})),
        ("RejectRequest", json!({"reason": "the name is retired"})),
        ("Heartbeat", json!({"version": "0.1.0", "hostname": "web-1.example.com", "os": "linux"})),
    ]
}
