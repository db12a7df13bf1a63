//! Every field that the API takes survives: create, read, replace, read, patch, read. Each resource
//! with PUT needs an entry below, and each field of its request a value in both states of the entry.

use crate::access::plain;
use anyhow::{Context, Result, ensure};
use certctl_e2e::harness::{Scenario, ScenarioSettings};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A resource in two states that differ in every field, so that any mixture of them is sound too.
/// `$name` stands for the id of something made before.
struct Entry {
    path: &'static str,
    id: &'static str,
    first: Value,
    second: Value,
    /// Fields that are the same in both states because they can never, or cannot yet, differ.
    fixed: &'static [&'static str],
}

/// Every resource, each after those it refers to.
#[expect(clippy::too_many_lines, reason = "one entry for each resource")]
fn entries() -> Vec<Entry> {
    vec![
        Entry {
            path: "/teams",
            id: "t-walk",
            first: json!({ "name": "Walk", "description": "one\ntwo" }),
            second: json!({ "name": "Walk, changed", "description": "" }),
            fixed: &[],
        },
        Entry {
            path: "/owners",
            id: "o-walk",
            first: json!({ "name": "Walk", "email": "walk@example.com", "team_id": "t-walk" }),
            second: json!({ "name": "Walk, changed", "email": "changed@example.com", "team_id": "t-default" }),
            fixed: &[],
        },
        Entry {
            path: "/agent-groups",
            id: "ag-walk",
            first: json!({
                "name": "Walk", "description": "all of them", "match_os": "linux",
                "match_architecture": "amd64", "match_ip_cidr": "192.0.2.0/24", "match_version": "1.2.3",
                "enabled": false,
            }),
            second: json!({
                "name": "Walk, changed", "description": "", "match_os": "", "match_architecture": "",
                "match_ip_cidr": "", "match_version": "", "enabled": true,
            }),
            fixed: &[],
        },
        Entry {
            path: "/renewal-policies",
            id: "rp-walk",
            first: json!({
                "name": "Walk", "renewal_window_days": 21, "auto_renew": false, "max_retries": 2,
                "retry_interval_seconds": 600, "alert_thresholds_days": [30, 7],
                "alert_channels": { "warning": ["Slack"], "critical": [] },
                "alert_severity_map": { "7": "critical" }, "renewal_window_fraction": 0.25,
                "maintenance_windows": [
                    { "days": ["sat", "sun"], "start": "22:00", "end": "04:00", "timezone": "Europe/Paris" },
                ],
                "freeze_periods": [
                    { "from": "2026-12-20T00:00:00Z", "until": "2027-01-02T00:00:00Z", "reason": "holidays" },
                ],
                "override_before_expiry": false, "agent_group_id": "ag-walk",
            }),
            second: json!({
                "name": "Walk, changed", "renewal_window_days": 40, "auto_renew": true, "max_retries": 0,
                "retry_interval_seconds": 60, "alert_thresholds_days": [30, 7, 1],
                "alert_channels": { "informational": ["Email"] },
                "alert_severity_map": { "30": "informational" }, "renewal_window_fraction": null,
                "maintenance_windows": [], "freeze_periods": [], "override_before_expiry": true,
                "agent_group_id": null,
            }),
            fixed: &[],
        },
        Entry {
            path: "/profiles",
            id: "prof-walk",
            first: json!({
                "name": "Walk", "description": "servers",
                "allowed_key_algorithms": [{ "algorithm": "RSA", "min_size": 3072 }],
                "max_ttl_seconds": 1800, "allowed_ekus": ["clientAuth"],
                "required_san_patterns": [".*\\.example\\.com"], "spiffe_uri_pattern": "spiffe://walk/.*",
                "allow_short_lived": true, "must_staple": false, "no_rev_avail": true,
                "required_csr_attributes": ["challengePassword"], "acme_auth_mode": "challenge",
                "requires_approval": true, "enabled": false,
            }),
            second: json!({
                "name": "Walk, changed", "description": "",
                "allowed_key_algorithms": [{ "algorithm": "ECDSA", "min_size": 256 }],
                "max_ttl_seconds": 3000, "allowed_ekus": ["serverAuth"],
                "required_san_patterns": [], "spiffe_uri_pattern": "",
                "allow_short_lived": false, "must_staple": true, "no_rev_avail": false,
                "required_csr_attributes": [], "acme_auth_mode": "trust_authenticated",
                "requires_approval": false, "enabled": true,
            }),
            fixed: &[],
        },
        Entry {
            path: "/policies",
            id: "pr-walk",
            first: json!({
                "name": "Walk", "type": "RequiredMetadata", "config": { "required_keys": ["service", "tier"] },
                "enabled": false, "severity": "Error",
            }),
            second: json!({
                "name": "Walk, changed", "type": "RequiredMetadata", "config": { "required_keys": ["owner"] },
                "enabled": true, "severity": "Critical",
            }),
            fixed: &["type"],
        },
        Entry {
            path: "/issuers",
            id: "iss-walk",
            first: json!({
                "name": "Walk", "type": "GenericCA", "enabled": true,
                "config": { "validity": "30d", "ca_common_name": "Walk CA", "ocsp_urls": ["http://o.example.com"] },
            }),
            second: json!({
                "name": "Walk, changed", "type": "GenericCA", "enabled": false,
                "config": { "validity_days": 7, "include_root": true },
            }),
            fixed: &["type"],
        },
        Entry {
            path: "/targets",
            id: "tgt-walk",
            first: json!({
                "name": "walk", "type": "NGINX", "agent_id": "$first", "enabled": true,
                "config": {
                    "cert_path": "/etc/nginx/tls.pem", "key_path": "/etc/nginx/tls.key",
                    "reload_command": ["nginx", "-s", "reload"], "backup_retention": 5,
                },
            }),
            second: json!({
                "name": "walk-changed", "type": "NGINX", "agent_id": "$second", "enabled": false,
                "config": {
                    "cert_path": "/srv/tls.pem", "key_path": "/srv/tls.key",
                    "reload_command": ["nginx", "-s", "reload"], "fullchain": false,
                },
            }),
            fixed: &["type"],
        },
        Entry {
            path: "/notification-channels",
            id: "nc-walk",
            first: json!({
                "name": "Walk", "type": "Email", "enabled": true,
                "config": { "host": "mail.example.com", "from_address": "walk@example.com" },
            }),
            second: json!({
                "name": "Walk, changed", "type": "Email", "enabled": false,
                "config": {
                    "host": "other.example.com", "port": 465, "security": "tls",
                    "from_address": "changed@example.com",
                },
            }),
            fixed: &["type"],
        },
        Entry {
            path: "/certificates",
            id: "mc-walk",
            first: json!({
                "name": "walk", "common_name": "walk.example.com",
                "sans": ["walk.example.com", "192.0.2.7"], "environment": "production",
                "owner_id": "o-walk", "team_id": "t-walk", "issuer_id": "iss-walk",
                "renewal_policy_id": "rp-walk", "certificate_profile_id": "prof-walk",
                "tags": { "tier": "web", "a.b": "ü" }, "target_ids": ["tgt-walk"],
            }),
            second: json!({
                "name": "walk-changed", "common_name": "changed.example.com",
                "sans": ["changed.example.com"], "environment": "",
                "owner_id": "o-default", "team_id": "t-default", "issuer_id": "iss-local",
                "renewal_policy_id": "rp-default", "certificate_profile_id": null,
                "tags": { "other": "" }, "target_ids": [],
            }),
            fixed: &[],
        },
    ]
}

struct Api<'s> {
    http: reqwest::Client,
    scenario: &'s Scenario,
}

impl Api<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(StatusCode, Value)> {
        let media = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let url = format!("{}/api/v1{path}", self.scenario.server.url());
        let mut request = self.http.request(method, url).bearer_auth(self.scenario.admin_key.expose());
        if let Some(body) = body {
            request = request.header("content-type", media).body(body.to_string());
        }
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        Ok((status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? }))
    }

    async fn expect(
        &self,
        wanted: StatusCode,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let (status, answer) = self.send(method.clone(), path, body).await?;
        ensure!(status == wanted, "{method} {path} {body:?}: {status} {answer}");
        Ok(answer)
    }

    /// Asserts that the resource, read anew, has all of `state`.
    async fn holds(&self, path: &str, state: &Value, after: &str) -> Result<()> {
        let read = self.expect(StatusCode::OK, Method::GET, path, None).await?;
        for (field, sent) in state.as_object().context("a state is an object")? {
            let shown = read.get(field).unwrap_or(&Value::Null);
            ensure!(shown == sent, "{path}.{field} after {after}: sent {sent}, read {shown}");
        }
        Ok(())
    }
}

/// `value` with every `$name` replaced.
fn filled(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$').and_then(|name| names.get(name)) {
            Some(id) => id.as_str().into(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, names)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), filled(value, names))).collect())
        }
        other => other.clone(),
    }
}

/// The merge patch that turns `now` into `wanted`.
fn patch(now: &Value, wanted: &Value) -> Value {
    let (Value::Object(now), Value::Object(fields)) = (now, wanted) else { return wanted.clone() };
    let mut change: Map<String, Value> = now
        .keys()
        .filter(|name| !fields.contains_key(*name))
        .map(|name| (name.clone(), Value::Null))
        .collect();
    for (name, value) in fields {
        change.insert(name.clone(), patch(now.get(name).unwrap_or(&Value::Null), value));
    }
    Value::Object(change)
}

/// Paths with POST whose objects take PUT, with the fields of their requests.
fn described(document: &Value) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let paths = document.get("paths").and_then(Value::as_object).context("no paths")?;
    let mut found = BTreeMap::new();
    for (path, item) in paths {
        let Some(collection) = path.strip_suffix("/{id}").filter(|_| item.get("put").is_some()) else {
            continue;
        };
        let schema = item.pointer("/put/requestBody/content/application~1json/schema/$ref");
        let Some(schema) = schema.and_then(Value::as_str) else { continue };
        let pointer = format!("{}/properties", schema.trim_start_matches('#'));
        let fields = document.pointer(&pointer).and_then(Value::as_object).context("no properties")?;
        let fields = fields.keys().filter(|name| *name != "id").cloned().collect();
        found.insert(collection.trim_start_matches("/api/v1").to_owned(), fields);
    }
    Ok(found)
}

async fn every_field_survives(mut settings: ScenarioSettings) -> Result<()> {
    // Hundreds of requests follow each other from one address here.
    settings.server = settings.server.with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let scenario = settings.start()?;
    let api = Api { http: plain(&scenario.server)?, scenario: &scenario };
    let mut names = BTreeMap::new();
    for name in ["first", "second"] {
        let body = json!({ "name": name, "hostname": name });
        let agent = api.expect(StatusCode::CREATED, Method::POST, "/agents", Some(&body)).await?;
        names.insert(name.to_owned(), agent["id"].as_str().context("no id")?.to_owned());
    }

    let described = described(&scenario.admin.system().openapi().await?)?;
    let known: BTreeSet<&str> = entries().iter().map(|entry| entry.path).collect();
    for path in described.keys() {
        ensure!(known.contains(path.as_str()), "{path} takes PUT and needs an entry in this test");
    }

    for entry in entries() {
        let fields = described.get(entry.path).with_context(|| format!("{} takes no PUT", entry.path))?;
        let (first, second) = (filled(&entry.first, &names), filled(&entry.second, &names));
        for field in fields {
            let (one, other) = (first.get(field), second.get(field));
            ensure!(one.is_some() && other.is_some(), "{}.{field} has no value in this test", entry.path);
            let fixed = entry.fixed.contains(&field.as_str());
            ensure!(fixed == (one == other), "{}.{field} must differ between the states", entry.path);
        }

        let mut create = first.clone();
        create["id"] = entry.id.into();
        api.expect(StatusCode::CREATED, Method::POST, entry.path, Some(&create)).await?;
        let path = format!("{}/{}", entry.path, entry.id);
        api.holds(&path, &first, "creation").await?;
        api.expect(StatusCode::OK, Method::PUT, &path, Some(&second)).await?;
        api.holds(&path, &second, "replacement").await?;

        let mut state = second;
        for field in fields {
            let change = json!({ field.as_str(): patch(&state[field], &first[field]) });
            api.expect(StatusCode::OK, Method::PATCH, &path, Some(&change)).await?;
            state[field] = first[field].clone();
            api.holds(&path, &state, &format!("a patch of {field}")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_field_of_every_resource_survives_on_sqlite() -> Result<()> {
    every_field_survives(ScenarioSettings::sqlite()?).await
}

#[tokio::test]
async fn every_field_of_every_resource_survives_on_postgres() -> Result<()> {
    every_field_survives(ScenarioSettings::postgres()?).await
}
