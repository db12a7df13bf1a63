//! Lineages: which agents hold a key of a certificate, when each is due, and what an ended
//! issuance means for the certificate. Used by the API, the sweep and the job runners alike.

pub(crate) mod assess;
pub(crate) mod guard;
mod lineage;
pub(crate) mod scope;

pub(crate) use lineage::{Lineage, key_holders, lifetime_of, lineages, lineages_of};

use crate::approval::{ApprovalGate, Question};
use crate::failure::Failure;
use crate::issuance::guard::Guards;
use crate::job::withdraw;
use crate::retry::pause_after_failure;
use crate::support::audit_event;
use certctl_domain::certificate::{Certificate, CertificateEvent};
use certctl_domain::id::{AgentId, CertificateId, IdSource, JobId, ProfileId, VersionId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::renewal::{Decision, RenewalPolicy, expiring_from};
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::{JobFilter, NamedCrl, PageRequest, Tx};
use certctl_service_api::certificate::QueuedIssuance;
use certctl_service_api::{Actor, ServiceError};
use std::time::Duration;

/// How an issuance job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Issued,
    Failed,
    Cancelled,
}

/// The renewal policy of a certificate. Its absence is a defect: the foreign key forbids it.
pub(crate) fn policy_of(tx: &mut dyn Tx, certificate: &Certificate) -> Result<RenewalPolicy, Failure> {
    tx.renewal_policies().find(&certificate.renewal_policy_id)?.ok_or_else(|| {
        Failure::Service(ServiceError::internal(format!(
            "renewal policy {} is gone",
            certificate.renewal_policy_id
        )))
    })
}

/// Why an issuance is queued.
pub(crate) struct Trigger<'a> {
    pub(crate) who: &'a Actor,
    pub(crate) reason: &'static str,
    pub(crate) gate: &'a ApprovalGate,
    pub(crate) guards: Guards,
    /// What was overridden and why, for the audit trail.
    pub(crate) overridden: Option<serde_json::Value>,
}

impl<'a> Trigger<'a> {
    /// Nothing was overridden.
    pub(crate) const fn new(
        who: &'a Actor,
        reason: &'static str,
        gate: &'a ApprovalGate,
        guards: Guards,
    ) -> Self {
        Self { who, reason, gate, guards, overridden: None }
    }
}

/// The profile that demands an approval of every issuance of the certificate. One that cannot be
/// found demands it.
pub(crate) fn approval_profile(
    tx: &mut dyn Tx,
    certificate: &Certificate,
) -> Result<Option<ProfileId>, Failure> {
    let Some(id) = &certificate.profile_id else { return Ok(None) };
    let demanded = tx.profiles().find(id)?.is_none_or(|profile| profile.requires_approval);
    Ok(demanded.then(|| id.clone()))
}

/// Queues one issuance per agent and marks the certificate as being renewed, with its audit event.
/// The only place where issuances begin, and so the one gate before them: where the profile demands
/// an approval, each job waits for its own.
pub(crate) fn queue(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    certificate: &mut Certificate,
    policy: &RenewalPolicy,
    agents: &[AgentId],
    trigger: &Trigger<'_>,
    now: Timestamp,
) -> Result<Vec<QueuedIssuance>, Failure> {
    let approval = approval_profile(tx, certificate)?;
    let waits = approval.is_some() && trigger.gate.holds_back();
    certificate.apply(CertificateEvent::IssuanceRequested, now)?;
    certificate.next_action_at = None;
    certificate.retry_at = None;
    let mut queued = Vec::with_capacity(agents.len());
    for agent in agents {
        let job = issuance_job(JobId::mint(ids), certificate, agent, policy, waits, trigger.who.name(), now);
        tx.jobs().insert(&job)?;
        if let Some(profile) = &approval {
            let about =
                Question { certificate, profile, job: &job.id, who: trigger.who, reason: trigger.reason };
            trigger.gate.ask(tx, ids, &about, now)?;
        }
        queued.push(QueuedIssuance { job_id: job.id, agent_id: agent.clone() });
    }
    let jobs: Vec<_> = queued.iter().map(|issuance| issuance.job_id.as_str()).collect();
    let mut details = serde_json::json!({"job_ids": jobs, "reason": trigger.reason});
    if let Some(overridden) = &trigger.overridden {
        details["overridden"] = overridden.clone();
    }
    let subject = ("certificate", certificate.id.as_str());
    tx.audit().append(&audit_event(ids, trigger.who, now, "renewal_triggered", subject, &details))?;
    Ok(queued)
}

fn issuance_job(
    id: JobId,
    certificate: &Certificate,
    agent: &AgentId,
    policy: &RenewalPolicy,
    needs_approval: bool,
    requested_by: &str,
    now: Timestamp,
) -> Job {
    Job {
        id,
        kind: if certificate.expires_at.is_none() { JobKind::Issuance } else { JobKind::Renewal },
        certificate_id: Some(certificate.id.clone()),
        target_id: None,
        agent_id: Some(agent.clone()),
        version_id: None,
        status: if needs_approval { JobStatus::AwaitingApproval } else { JobStatus::AwaitingCsr },
        executor: Executor::Agent,
        attempts: 0,
        max_attempts: policy.max_retries + 1,
        last_error: None,
        run_after: now,
        lease: None,
        lease_token: 0,
        dedup_key: None,
        payload: JsonText::empty_object(),
        result: None,
        requested_by: requested_by.to_owned(),
        started_at: None,
        completed_at: None,
        verification_status: VerificationStatus::Pending,
        verified_at: None,
        verification_fingerprint: None,
        verification_error: None,
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}

/// The CRL by which the CA of a leaf tells that it was revoked, where it can be fetched and verified.
pub(crate) fn named_crl(
    version: &VersionId,
    leaf: &certctl_pki::Certificate,
    ca: Option<&certctl_pki::Certificate>,
) -> Option<NamedCrl> {
    let web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    let url = leaf.crl_urls().into_iter().find(|url| web(url) && url.len() <= 1000)?;
    Some(NamedCrl { version_id: version.clone(), url, ca_der: ca?.der().to_vec() })
}

/// Cancels the live issuances of a certificate without settling it.
pub(crate) fn cancel_live(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificate: &CertificateId,
    why: &str,
    now: Timestamp,
) -> Result<u64, Failure> {
    let mut cancelled = 0;
    for mut job in tx.jobs().live_issuances(certificate)? {
        withdraw(tx, ids, who, &mut job, why, now)?;
        cancelled += 1;
    }
    Ok(cancelled)
}

/// Brings the certificate in line after one of its issuance jobs ended (the job's row is written
/// already): times from the newest versions, and, when no other issuance is live, its status and
/// when the sweep looks again.
pub(crate) fn settle(
    tx: &mut dyn Tx,
    certificate: &CertificateId,
    ended: Ended,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(mut row) = tx.certificates().find(certificate)? else { return Ok(()) };
    let lineages = lineages(tx, certificate)?;
    let policy = policy_of(tx, &row)?;
    settle_row(tx, &mut row, &lineages, &policy, ended, now)?;
    tx.certificates().update_state(&mut row)?;
    Ok(())
}

/// Like [`settle`], of a row that is at hand. It is not written.
pub(crate) fn settle_row(
    tx: &mut dyn Tx,
    row: &mut Certificate,
    lineages: &[Lineage],
    policy: &RenewalPolicy,
    ended: Ended,
    now: Timestamp,
) -> Result<(), Failure> {
    take_times(row, lineages);
    if ended == Ended::Issued {
        row.last_renewal_at = Some(now);
        row.updated_at = now;
    }
    if row.status == certctl_domain::certificate::CertificateStatus::RenewalInProgress
        && tx.jobs().live_issuances(&row.id)?.is_empty()
    {
        let ended = match ended {
            Ended::Issued if left_behind(tx, row, lineages, policy, now)? => Ended::Failed,
            ended => ended,
        };
        match ended {
            Ended::Cancelled => {
                let issued = row.valid_from.is_some();
                row.apply(CertificateEvent::IssuanceCancelled { issued }, now)?;
                // A person stopped it: leave room before the sweep starts again by itself.
                row.retry_at = Some(now.plus(Duration::from_secs(policy.retry_interval_seconds.into())));
            }
            Ended::Issued => {
                row.apply(CertificateEvent::Issued, now)?;
                row.failed_issuances = 0;
                row.retry_at = None;
            }
            Ended::Failed => {
                row.apply(CertificateEvent::IssuanceFailed, now)?;
                row.failed_issuances = row.failed_issuances.saturating_add(1);
                row.retry_at = Some(now.plus(pause_after_failure(policy, row)));
            }
        }
        row.next_action_at = match ended {
            // The sweep, which knows the limit, decides at once whether to pause the certificate.
            Ended::Failed if row.failed_issuances >= guard::FEWEST_FAILURES => Some(now),
            _ => next_look(row, lineages, policy, now),
        };
    }
    Ok(())
}

/// Whether a key holder still needs a leaf because its own issuance did not succeed. One that was
/// mapped meanwhile, or whose window has just opened, is merely next.
fn left_behind(
    tx: &mut dyn Tx,
    certificate: &Certificate,
    lineages: &[Lineage],
    policy: &RenewalPolicy,
    now: Timestamp,
) -> Result<bool, Failure> {
    let outside = scope::outside(tx, policy, lineages)?;
    let due = |lineage: &&Lineage| {
        policy.auto_renew
            && !outside.contains(&lineage.agent)
            && lineage.planned(policy, &certificate.id) <= now
    };
    for lineage in lineages.iter().filter(due) {
        let mut newest: Option<Job> = None;
        for kind in [JobKind::Issuance, JobKind::Renewal] {
            let filter = JobFilter {
                kind: Some(kind),
                certificate_id: Some(certificate.id.clone()),
                agent_id: Some(lineage.agent.clone()),
                ..JobFilter::default()
            };
            let found = tx.jobs().list(&filter, &PageRequest::first(1))?.items.into_iter().next();
            newest = newest.into_iter().chain(found).max_by_key(|job| job.created_at);
        }
        if newest.is_some_and(|job| job.status != JobStatus::Completed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When the sweep must look again; `None` when nothing is to happen by itself: the certificate is
/// paused, the policy never renews, or nobody holds a key.
pub(crate) fn next_look(
    certificate: &Certificate,
    lineages: &[Lineage],
    policy: &RenewalPolicy,
    now: Timestamp,
) -> Option<Timestamp> {
    if certificate.paused_at.is_some() {
        return None;
    }
    let looks = lineages.iter().filter_map(|lineage| match lineage.decide(policy, certificate, now) {
        Decision::Never => None,
        Decision::Wait { start, .. } => Some(start.at),
        Decision::Renew { .. } => Some(now),
    });
    looks.min()
}

/// Validity of the certificate as a whole: that of the key holder whose leaf ends first.
fn take_times(certificate: &mut Certificate, lineages: &[Lineage]) {
    let first_to_end = lineages.iter().filter_map(Lineage::lifetime).min_by_key(|life| life.not_after);
    if let Some(life) = first_to_end {
        certificate.valid_from = Some(life.issued_at.max(life.not_before));
        certificate.expires_at = Some(life.not_after);
        certificate.expiring_from = Some(expiring_from(life));
    }
}
