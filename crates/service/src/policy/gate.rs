//! Rules that stop what would break them.

use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::policy::{Facts, PolicyRule, PolicySeverity, PolicyType, evaluate};
use certctl_repository::Tx;
use certctl_service_api::{BrokenRule, ServiceError};
use std::collections::BTreeSet;
use std::time::Duration;

/// The severities whose rules refuse a change or an issuance that would break them. None by
/// default: rules report, and stop nothing.
#[derive(Debug, Clone, Default)]
pub struct PolicyGate(BTreeSet<PolicySeverity>);

/// The rules of a gate, as they were read for one decision.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refused(Vec<PolicyRule>);

impl PolicyGate {
    /// Refuses nothing.
    pub const fn open() -> Self {
        Self(BTreeSet::new())
    }

    /// Refuses what breaks rules of these severities.
    pub fn new(severities: impl IntoIterator<Item = PolicySeverity>) -> Self {
        Self(severities.into_iter().collect())
    }

    /// The enabled rules that stop something. Costs nothing where nothing does.
    pub(crate) fn rules(&self, tx: &mut dyn Tx) -> Result<Refused, Failure> {
        if self.0.is_empty() {
            return Ok(Refused::default());
        }
        let rules = tx.policy_rules().enabled()?.into_iter();
        Ok(Refused(rules.filter(|rule| self.0.contains(&rule.severity)).collect()))
    }

    /// Refuses a certificate that breaks a rule by what clients write.
    pub(crate) fn check(
        &self,
        tx: &mut dyn Tx,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(), Failure> {
        Ok(self.rules(tx)?.check(certificate, now)?)
    }
}

impl Refused {
    /// Judges what clients write: issuer, names, tags and environment. The lifetime is judged when
    /// it is known, and a late renewal is no reason to stop a renewal.
    pub(crate) fn check(&self, certificate: &Certificate, now: Timestamp) -> Result<(), ServiceError> {
        let facts = Facts::new(certificate, None, now);
        refuse(self.0.iter().filter(|rule| rule.config.kind().judges_the_inventory()), &facts)
    }

    /// Judges the time from the first to the last instant of a leaf.
    pub(crate) fn check_lifetime(
        &self,
        certificate: &Certificate,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let facts = Facts::new(certificate, Some(lifetime), now);
        let kind = PolicyType::CertificateLifetime;
        refuse(self.0.iter().filter(|rule| rule.config.kind() == kind), &facts)
    }
}

/// The refusal that names every broken rule.
fn refuse<'a>(rules: impl Iterator<Item = &'a PolicyRule>, facts: &Facts<'_>) -> Result<(), ServiceError> {
    let broken: Vec<_> = rules
        .filter_map(|rule| {
            let message = evaluate(rule, facts)?;
            Some(BrokenRule { rule_id: rule.id.clone(), severity: rule.severity, message })
        })
        .collect();
    if broken.is_empty() { Ok(()) } else { Err(ServiceError::PolicyViolation(broken)) }
}
