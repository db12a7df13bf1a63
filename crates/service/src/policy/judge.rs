//! Brings the open violations of certificates in line with the enabled rules.

use crate::failure::Failure;
use crate::notification::{raise, stories};
use crate::support::audit_event;
use certctl_domain::Timestamp;
use certctl_domain::audit::AuditEvent;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource, PolicyRuleId, ViolationId};
use certctl_domain::policy::{Facts, PolicyRule, PolicySeverity, PolicyType, PolicyViolation, evaluate};
use certctl_repository::Tx;
use certctl_service_api::Actor;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

/// Violations that one statement names. SQLite takes some ten thousands of values, and a batch of
/// certificates can break many rules.
const AT_ONCE: usize = 500;
/// New violations of one rule in one transaction that are told one by one; more are told together.
const TOLD_EACH: usize = 10;

/// What has to be written so that the open violations are true.
#[derive(Debug, Default)]
struct Verdict {
    /// New ones, without an id yet.
    detected: Vec<Found>,
    /// Open ones with another message or severity than stored.
    changed: Vec<PolicyViolation>,
    /// Open ones that are as stored.
    unchanged: Vec<ViolationId>,
    /// Open ones that are so no more.
    resolved: Vec<PolicyViolation>,
}

#[derive(Debug)]
struct Found {
    certificate: CertificateId,
    rule: PolicyRuleId,
    severity: PolicySeverity,
    message: String,
}

/// Counts of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    /// Certificates that were judged.
    pub(crate) certificates: u64,
    /// Violations that are new.
    pub(crate) detected: u64,
    /// Violations that are no more.
    pub(crate) resolved: u64,
    /// Violations that are open now.
    pub(crate) open: u64,
    /// The last certificate; absent when there was none.
    pub(crate) last: Option<CertificateId>,
    /// Whether something has to be written.
    pub(crate) writes: bool,
}

/// Lifetimes of the newest leaves, if a rule asks for them.
pub(super) fn lifetimes(
    tx: &mut dyn Tx,
    rules: &[PolicyRule],
    certificates: &[CertificateId],
) -> Result<HashMap<CertificateId, Duration>, Failure> {
    if !rules.iter().any(|rule| rule.config.kind() == PolicyType::CertificateLifetime) {
        return Ok(HashMap::new());
    }
    let validity = tx.versions().newest_validity(certificates)?;
    Ok(validity.into_iter().map(|(id, (from, to))| (id, to.since(from))).collect())
}

fn judge(
    tx: &mut dyn Tx,
    rules: &[PolicyRule],
    certificates: &[Certificate],
    now: Timestamp,
) -> Result<Verdict, Failure> {
    let ids: Vec<_> = certificates.iter().map(|certificate| certificate.id.clone()).collect();
    let mut open: HashMap<(CertificateId, PolicyRuleId), PolicyViolation> = tx
        .policy_violations()
        .open_of(&ids)?
        .into_iter()
        .map(|row| ((row.certificate_id.clone(), row.rule_id.clone()), row))
        .collect();
    let lifetimes = lifetimes(tx, rules, &ids)?;
    let mut verdict = Verdict::default();
    for certificate in certificates.iter().filter(|row| row.status != CertificateStatus::Archived) {
        let facts = Facts::new(certificate, lifetimes.get(&certificate.id).copied(), now);
        for rule in rules {
            let Some(message) = evaluate(rule, &facts) else { continue };
            match open.remove(&(certificate.id.clone(), rule.id.clone())) {
                None => {
                    let certificate = certificate.id.clone();
                    let (rule, severity) = (rule.id.clone(), rule.severity);
                    verdict.detected.push(Found { certificate, rule, severity, message });
                }
                Some(known) if known.message == message && known.severity == rule.severity => {
                    verdict.unchanged.push(known.id);
                }
                Some(known) => verdict.changed.push(PolicyViolation {
                    message,
                    severity: rule.severity,
                    last_seen_at: now,
                    ..known
                }),
            }
        }
    }
    verdict.resolved = open.into_values().collect();
    verdict.resolved.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(verdict)
}

/// Writes a verdict, with one audit event for each violation that came or went.
fn record(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    (rules, certificates): (&[PolicyRule], &[Certificate]),
    verdict: Verdict,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut events = Vec::with_capacity(verdict.detected.len() + verdict.resolved.len());
    let new = |found: Found| PolicyViolation {
        id: ViolationId::mint(ids),
        certificate_id: found.certificate,
        rule_id: found.rule,
        message: found.message,
        severity: found.severity,
        created_at: now,
        last_seen_at: now,
        resolved_at: None,
    };
    let detected: Vec<_> = verdict.detected.into_iter().map(new).collect();
    tx.policy_violations().open(&detected)?;
    for violation in &detected {
        events.push(event(ids, who, "policy_violation_detected", violation, now));
    }
    for rule in rules {
        let new: Vec<_> = detected.iter().filter(|violation| violation.rule_id == rule.id).collect();
        alert(tx, ids, rule, certificates, &new, now)?;
    }
    for violation in &verdict.changed {
        tx.policy_violations().refresh(violation)?;
    }
    for some in verdict.unchanged.chunks(AT_ONCE) {
        tx.policy_violations().seen(some, now)?;
    }
    let resolved: Vec<_> = verdict.resolved.iter().map(|violation| violation.id.clone()).collect();
    for some in resolved.chunks(AT_ONCE) {
        tx.policy_violations().resolve(some, now)?;
    }
    for violation in &verdict.resolved {
        events.push(event(ids, who, "policy_violation_resolved", violation, now));
    }
    Ok(tx.audit().append_all(&events)?)
}

/// Tells of new violations of one rule: each, or all at once where a new rule meets many.
fn alert(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    rule: &PolicyRule,
    certificates: &[Certificate],
    violations: &[&PolicyViolation],
    now: Timestamp,
) -> Result<(), Failure> {
    if violations.len() > TOLD_EACH {
        let examples: Vec<_> =
            violations.iter().take(TOLD_EACH).map(|violation| violation.certificate_id.as_str()).collect();
        let raised = stories::policy_violations(rule, violations.len(), &examples);
        return Ok(raise::alert(tx, ids, raised, now)?);
    }
    for violation in violations {
        if let Some(certificate) = certificates.iter().find(|row| row.id == violation.certificate_id) {
            raise::alert(tx, ids, stories::policy_violation(certificate, rule, violation), now)?;
        }
    }
    Ok(())
}

fn event(
    ids: &dyn IdSource,
    who: &Actor,
    action: &str,
    violation: &PolicyViolation,
    now: Timestamp,
) -> AuditEvent {
    let details = json!({
        "violation_id": violation.id, "rule_id": violation.rule_id,
        "severity": violation.severity, "message": violation.message,
    });
    let subject = ("certificate", violation.certificate_id.as_str());
    audit_event(ids, who, now, action, subject, &details)
}

/// Judges one certificate as its row is now, in the transaction that changed it.
pub(crate) fn judge_one(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), Failure> {
    judge_many(tx, ids, who, std::slice::from_ref(certificate), now)
}

/// Like [`judge_one`] for certificates that one transaction changed.
pub(crate) fn judge_many(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificates: &[Certificate],
    now: Timestamp,
) -> Result<(), Failure> {
    let rules = tx.policy_rules().enabled()?;
    let verdict = judge(tx, &rules, certificates, now)?;
    record(tx, ids, who, (&rules, certificates), verdict, now)
}

/// Judges the next certificates in service after `after`, at most `limit`. Writes only when asked
/// to: most batches have nothing to write, and reading keeps nobody from writing.
pub(crate) fn judge_batch(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    after: Option<&CertificateId>,
    limit: u32,
    write: bool,
    now: Timestamp,
) -> Result<Batch, Failure> {
    let rules = tx.policy_rules().enabled()?;
    let certificates = tx.certificates().in_service(after, limit)?;
    let Some(last) = certificates.last().map(|certificate| certificate.id.clone()) else {
        return Ok(Batch::default());
    };
    if write {
        // A certificate that changes now has been judged by its own transaction.
        let held: Vec<_> = certificates.iter().map(|certificate| certificate.id.clone()).collect();
        tx.certificates().hold(&held)?;
    }
    let verdict = judge(tx, &rules, &certificates, now)?;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let (detected, resolved) = (count(verdict.detected.len()), count(verdict.resolved.len()));
    let known = count(verdict.changed.len() + verdict.unchanged.len());
    let batch = Batch {
        certificates: count(certificates.len()),
        detected,
        resolved,
        open: detected + known,
        last: Some(last),
        writes: detected + resolved + known > 0,
    };
    if write {
        record(tx, ids, &Actor::system(), (&rules, &certificates), verdict, now)?;
    }
    Ok(batch)
}
