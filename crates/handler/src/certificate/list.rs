//! `GET /api/v1/certificates`.

use super::convert;
use super::fields::Fields;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, certificate as api};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{AgentId, IssuerId, OwnerId, ProfileId, RenewalPolicyId, TargetId, TeamId};
use certctl_http_core::{ApiError, Caller, DateOrTime, Paging, TaggedList, Tags, page};
use certctl_service_api::certificate::{CertificateQuery, CertificateService};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// Filters and order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CertificateFilter {
    /// Status at the time of the call.
    #[param(inline)]
    status: Option<CertificateStatus>,
    /// Environment, exact.
    environment: Option<String>,
    /// Owner.
    #[param(inline)]
    owner_id: Option<OwnerId>,
    /// Team.
    #[param(inline)]
    team_id: Option<TeamId>,
    /// Issuer.
    #[param(inline)]
    issuer_id: Option<IssuerId>,
    /// Profile.
    #[param(inline)]
    profile_id: Option<ProfileId>,
    /// Renewal policy.
    #[param(inline)]
    renewal_policy_id: Option<RenewalPolicyId>,
    /// Mapped to a target of this agent.
    #[param(inline)]
    agent_id: Option<AgentId>,
    /// Mapped to this target.
    #[param(inline)]
    target_id: Option<TargetId>,
    /// Part of the name or common name, any case, taken literally. `search` is another name of it.
    #[serde(alias = "search")]
    #[param(max_length = 255)]
    q: Option<String>,
    /// Show archived certificates too. Without it they are shown for `status=Archived` only.
    #[serde(default)]
    #[param(required = false)]
    include_archived: bool,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>, example = "2026-06-01")]
    expires_before: Option<DateOrTime>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    expires_after: Option<DateOrTime>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    created_after: Option<DateOrTime>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    updated_after: Option<DateOrTime>,
    /// `expires_at`, `created_at`, `updated_at`, `common_name`, `name`, `status` or `environment`, or
    /// the same in camelCase; `-` in front sorts in descending order. Newest first when left out.
    #[param(example = "-expires_at")]
    sort: Option<String>,
    /// Descending order for a `sort` without `-`.
    sort_desc: Option<bool>,
    /// Names of the fields to keep in each certificate, parted by commas.
    #[param(example = "id,name,expires_at")]
    pub(super) fields: Option<String>,
}

impl CertificateFilter {
    pub(super) fn into_query(self, tags: BTreeMap<String, String>) -> CertificateQuery {
        let descending = self.sort_desc == Some(true);
        CertificateQuery {
            status: self.status,
            environment: self.environment,
            owner_id: self.owner_id,
            team_id: self.team_id,
            issuer_id: self.issuer_id,
            profile_id: self.profile_id,
            renewal_policy_id: self.renewal_policy_id,
            agent_id: self.agent_id,
            target_id: self.target_id,
            tags,
            search: self.q,
            include_archived: self.include_archived,
            expires_before: self.expires_before.map(|bound| bound.0),
            expires_after: self.expires_after.map(|bound| bound.0),
            created_after: self.created_after.map(|bound| bound.0),
            updated_after: self.updated_after.map(|bound| bound.0),
            sort: self
                .sort
                .map(|key| if descending && !key.starts_with('-') { format!("-{key}") } else { key }),
        }
    }
}

/// List certificates
///
/// Archived ones are left out unless `status=Archived` or `include_archived=true` asks for them.
#[utoipa::path(
    get, path = "/api/v1/certificates", tag = "certificates",
    params(Paging, CertificateFilter, Tags),
    responses((status = 200, description = "One page", body = Page<api::Certificate>)),
)]
pub(super) async fn list_certificates(
    who: Caller,
    input: TaggedList<CertificateFilter>,
    certificates: Data<dyn CertificateService>,
) -> Result<Json<Page<Value>>, ApiError> {
    let fields = Fields::parse(input.filter.fields.as_deref())?;
    let listing = certificates.list(&who, input.filter.into_query(input.tags), input.page).await?;
    page(listing, |view| fields.apply(&convert::certificate(view))).map(Json)
}
