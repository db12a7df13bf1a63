//! Between the domain's rules and violations and their JSON bodies.

use certctl_api_types::policy as api;
use certctl_domain::policy::{PolicyConfig, PolicyRule, PolicyViolation};
use certctl_http_core::{MergePatch, Tagged, read_seed};
use certctl_service_api::policy::{PolicyDraft, PolicyPreview, PolicySpec};
use certctl_service_api::{FieldError, ServiceError};
use serde_json::{Map, Value};

fn config(config: &PolicyConfig) -> Result<Map<String, Value>, ServiceError> {
    match serde_json::to_value(config) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ServiceError::internal("the configuration of a rule is no object")),
        Err(error) => Err(ServiceError::internal(error)),
    }
}

pub(super) fn rule(row: PolicyRule) -> Result<api::PolicyRule, ServiceError> {
    Ok(api::PolicyRule {
        id: row.id,
        name: row.name,
        kind: row.config.kind(),
        config: config(&row.config)?,
        enabled: row.enabled,
        severity: row.severity,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn tagged(row: PolicyRule) -> Result<Tagged<api::PolicyRule>, ServiceError> {
    Ok(Tagged { revision: row.revision(), body: rule(row)? })
}

pub(super) fn spec(request: api::PolicyRequest) -> Result<PolicySpec, ServiceError> {
    Ok(PolicySpec {
        name: request.name,
        config: read_seed("config", request.kind, Value::Object(request.config))?,
        enabled: request.enabled,
        severity: request.severity,
    })
}

/// The body that would leave `row` as it is.
pub(super) fn request(row: &PolicyRule) -> Result<api::PolicyRequest, ServiceError> {
    Ok(api::PolicyRequest {
        id: None,
        name: row.name.clone(),
        kind: row.config.kind(),
        config: config(&row.config)?,
        enabled: row.enabled,
        severity: row.severity,
    })
}

/// `row` with `patch` applied.
pub(super) fn patched(row: &PolicyRule, patch: &MergePatch) -> Result<PolicySpec, ServiceError> {
    patch.apply(&request(row)?).and_then(spec)
}

pub(super) fn draft(body: api::PolicyPreviewRequest) -> Result<PolicyDraft, ServiceError> {
    let api::PolicyPreviewRequest { rule_id, name, kind, config, enabled, severity, limit: _ } = body;
    let Some(id) = rule_id else {
        let missing =
            |field: &str| FieldError::new(field, "missing_field", format!("missing field `{field}`"));
        return match (kind, config) {
            (Some(kind), Some(config)) => spec(api::PolicyRequest {
                id: None,
                name: name.unwrap_or_else(|| "preview".to_owned()),
                kind,
                config,
                enabled: enabled.unwrap_or(true),
                severity: severity.unwrap_or(certctl_domain::policy::PolicySeverity::Warning),
            })
            .map(PolicyDraft::New),
            (kind, config) => {
                let absent = [("type", kind.is_none()), ("config", config.is_none())];
                let fields = absent.into_iter().filter(|(_, absent)| *absent);
                Err(ServiceError::Invalid(fields.map(|(field, _)| missing(field)).collect()))
            }
        };
    };
    let changes = api::PolicyPreviewRequest { name, kind, config, enabled, severity, ..Default::default() };
    let patch = MergePatch::of(&changes)?;
    Ok(PolicyDraft::Changed(id, Box::new(move |row| patched(row, &patch))))
}

pub(super) fn preview(preview: PolicyPreview) -> api::PolicyPreview {
    let named = preview.first.into_iter().map(|found| api::WouldViolate {
        certificate_id: found.certificate_id,
        name: found.name,
        message: found.message,
        newly: !found.known,
    });
    api::PolicyPreview {
        certificates: preview.certificates,
        violating: preview.violating,
        newly_violating: preview.newly,
        would_resolve: preview.resolved,
        violations: named.collect(),
    }
}

pub(crate) fn violation(row: PolicyViolation) -> api::PolicyViolation {
    api::PolicyViolation {
        id: row.id,
        certificate_id: row.certificate_id,
        rule_id: row.rule_id,
        message: row.message,
        severity: row.severity,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        resolved_at: row.resolved_at,
    }
}
