//! What happens to certificates by itself, in memory.

use super::sample;
use async_trait::async_trait;
use certctl_domain::explanation::{Blocker, HolderStep, NextAction, Rule, Step};
use certctl_domain::id::CertificateId;
use certctl_domain::renewal::Lifetime;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::renewal::{Explanation, RenewalService};
use certctl_service_api::{Actor, ConflictCode, ServiceError};

/// Knows `mc-1`, which a freeze holds back, and `mc-2`, which is archived.
pub(crate) struct Renewals;

fn known(id: &CertificateId) -> Result<CertificateView, ServiceError> {
    match id.as_str() {
        "mc-1" | "mc-2" => Ok(sample::certificate(id.as_str())),
        _ => Err(ServiceError::not_found("certificate", id)),
    }
}

#[async_trait]
impl RenewalService for Renewals {
    async fn explain(&self, _: &Actor, id: &CertificateId) -> Result<Explanation, ServiceError> {
        known(id)?;
        let step = Step {
            action: NextAction::Wait,
            at: Some(sample::time(87)),
            rule: Rule::Freeze,
            overrides: Some(Rule::Freeze),
            expires_first: false,
            message: "Renewal policy rp-1 is frozen.".to_owned(),
        };
        let lifetime =
            Lifetime { not_before: sample::time(0), not_after: sample::time(90), issued_at: sample::time(0) };
        let idle = Step::none(Rule::AutoRenewOff, "Renewal policy rp-1 leaves renewal to people.");
        let holder = |agent, lifetime, step| HolderStep { agent_id: sample::id(agent), lifetime, step };
        Ok(Explanation {
            certificate_id: id.clone(),
            at: sample::time(60),
            step: step.clone(),
            holders: vec![holder("agent-1", Some(lifetime), step), holder("agent-2", None, idle)],
            blockers: vec![Blocker {
                rule: Rule::Freeze,
                message: "Renewal policy rp-1 is frozen.".to_owned(),
                next: "Wait.".to_owned(),
                ids: vec!["rp-1".to_owned()],
            }],
        })
    }

    async fn pause(
        &self,
        _: &Actor,
        id: &CertificateId,
        reason: String,
    ) -> Result<CertificateView, ServiceError> {
        let mut row = known(id)?;
        if id.as_str() == "mc-2" {
            let message = "certificate mc-2 is archived and is not renewed anyway";
            return Err(ServiceError::conflict(ConflictCode::InvalidState, message));
        }
        row.certificate.pause(reason, sample::time(61));
        Ok(row)
    }

    async fn unpause(&self, _: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        let mut row = known(id)?;
        row.certificate.unpause(sample::time(62));
        Ok(row)
    }
}
