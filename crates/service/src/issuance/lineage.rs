//! Key holders of a certificate: which agents hold a key of it, and what each holds.

use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::{AgentId, CertificateId};
use certctl_domain::renewal::{
    Decision, Lifetime, RenewalInput, RenewalPolicy, decide, planned_at, spread_of,
};
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use certctl_repository::Tx;
use certctl_service_api::{ConflictCode, ServiceError};
use std::collections::BTreeSet;

/// One key holder of a certificate.
pub(crate) struct Lineage {
    pub(crate) agent: AgentId,
    pub(crate) latest: Option<CertificateVersion>,
}

impl Lineage {
    pub(crate) fn lifetime(&self) -> Option<Lifetime> {
        self.latest.as_ref().map(lifetime_of)
    }

    pub(crate) fn decide(
        &self,
        policy: &RenewalPolicy,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Decision {
        let input = RenewalInput {
            policy,
            lifetime: self.lifetime(),
            retry_at: certificate.retry_at,
            ari_pick: None,
            spread: spread_of(certificate.id.as_str()),
        };
        decide(now, &input)
    }

    /// When its next leaf is planned, whatever holds that back; the beginning of time without one.
    pub(super) fn planned(&self, policy: &RenewalPolicy, certificate: &CertificateId) -> Timestamp {
        let spread = spread_of(certificate.as_str());
        self.lifetime().map_or(Timestamp::EPOCH, |life| planned_at(policy, life, None, spread))
    }
}

/// The lifetime of an issued leaf.
pub(crate) const fn lifetime_of(version: &CertificateVersion) -> Lifetime {
    Lifetime { not_before: version.not_before, not_after: version.not_after, issued_at: version.created_at }
}

/// Key holders: the agents of the certificate's active targets, each with its newest version.
pub(crate) fn lineages(tx: &mut dyn Tx, certificate: &CertificateId) -> Result<Vec<Lineage>, Failure> {
    let mapped = tx.deployments().of_certificate(certificate)?;
    lineages_of(tx, certificate, &mapped)
}

/// Like [`lineages`], of a certificate with these mappings.
pub(crate) fn lineages_of(
    tx: &mut dyn Tx,
    certificate: &CertificateId,
    mapped: &[(TargetMapping, Target)],
) -> Result<Vec<Lineage>, Failure> {
    let active = mapped.iter().filter(|(_, target)| target.is_active());
    let agents: BTreeSet<AgentId> = active.map(|(_, target)| target.agent_id.clone()).collect();
    let mut lineages = Vec::with_capacity(agents.len());
    for agent in agents {
        lineages.push(Lineage { latest: tx.versions().latest_of_agent(certificate, &agent)?, agent });
    }
    Ok(lineages)
}

/// The agents that make keys for a certificate, or the conflict that says why there is none.
pub(crate) fn key_holders(lineages: &[Lineage]) -> Result<Vec<AgentId>, Failure> {
    if lineages.is_empty() {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::NoKeyHolder,
            "the certificate is mapped to no active target, so no agent can make its key; map a target first",
        )));
    }
    Ok(lineages.iter().map(|lineage| lineage.agent.clone()).collect())
}
