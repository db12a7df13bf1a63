//! Filters of the audit events.

use certctl_domain::access::ActorType;
use certctl_domain::audit::ExportFormat;
use certctl_http_core::DateOrTime;
use certctl_service_api::audit::AuditQuery;
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditFilter {
    /// Who, exact: key name, agent id or `system`.
    actor: Option<String>,
    /// Kind of the actor.
    #[param(inline)]
    actor_type: Option<ActorType>,
    /// What, exact, for example `certificate_created`.
    action: Option<String>,
    /// Kind of the object, for example `certificate`.
    resource_type: Option<String>,
    /// Id of the object.
    resource_id: Option<String>,
    /// Request that caused the change.
    request_id: Option<String>,
    /// Not before this instant or day.
    #[param(value_type = Option<String>, example = "2026-06-01")]
    from: Option<DateOrTime>,
    /// Before this instant or day.
    #[param(value_type = Option<String>, example = "2026-07-01T00:00:00Z")]
    to: Option<DateOrTime>,
}

impl From<AuditFilter> for AuditQuery {
    fn from(filter: AuditFilter) -> Self {
        let AuditFilter { actor, actor_type, action, resource_type, resource_id, request_id, from, to } =
            filter;
        let (from, to) = (from.map(|at| at.0), to.map(|at| at.0));
        Self { actor, actor_type, action, resource_type, resource_id, request_id, from, to }
    }
}

/// Filters and form of an export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportFilter {
    /// Form of the answer.
    #[param(inline, default = "jsonl")]
    format: Option<ExportFormat>,
    /// Who, exact: key name, agent id or `system`.
    actor: Option<String>,
    /// Kind of the actor.
    #[param(inline)]
    actor_type: Option<ActorType>,
    /// What, exact, for example `certificate_created`.
    action: Option<String>,
    /// Kind of the object, for example `certificate`.
    resource_type: Option<String>,
    /// Id of the object.
    resource_id: Option<String>,
    /// Request that caused the change.
    request_id: Option<String>,
    /// Not before this instant or day.
    #[param(value_type = Option<String>, example = "2026-06-01")]
    from: Option<DateOrTime>,
    /// Before this instant or day.
    #[param(value_type = Option<String>, example = "2026-07-01T00:00:00Z")]
    to: Option<DateOrTime>,
}

impl ExportFilter {
    pub(super) fn split(self) -> (AuditQuery, ExportFormat) {
        let Self { format, actor, actor_type, action, resource_type, resource_id, request_id, from, to } =
            self;
        let filter =
            AuditFilter { actor, actor_type, action, resource_type, resource_id, request_id, from, to };
        (filter.into(), format.unwrap_or(ExportFormat::Jsonl))
    }
}
