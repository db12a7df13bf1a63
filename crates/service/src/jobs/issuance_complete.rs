//! Recording an issued certificate: everything that follows from it commits at once.

use super::issuance::failed;
use super::issuance_steps::{Checked, Plan, lost};
use crate::deployment::{self, By};
use crate::engine::holds;
use crate::failure::Failure;
use crate::issuance::{self, Ended};
use crate::notification::raise;
use crate::policy::judge_one;
use crate::support::{Foundation, audit_event};
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate as Managed;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::VersionId;
use certctl_domain::job::{Job, JobEvent};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use certctl_repository::Tx;
use certctl_service_api::engine::JobFailure;
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// Records version, ledger, job, certificate, deployments and audit in one transaction.
pub(super) async fn complete(
    base: &Foundation,
    job: &Job,
    plan: &Plan,
    intent: Issuance,
    checked: Checked,
) -> Result<(), JobFailure> {
    let now = base.clock.now();
    let leaf = &checked.leaf;
    let key = plan.csr.public_key().spec();
    let version = CertificateVersion {
        id: VersionId::mint(&*base.ids),
        certificate_id: plan.certificate_id.clone(),
        issuer_id: plan.issuer.id.clone(),
        job_id: Some(job.id.clone()),
        agent_id: job.agent_id.clone(),
        serial_number: leaf.serial().to_string(),
        not_before: leaf.not_before(),
        not_after: leaf.not_after(),
        fingerprint_sha256: leaf.fingerprint(),
        pem_chain: checked.pem_chain.clone(),
        csr_pem: plan.csr_pem.clone(),
        key_algorithm: key.algorithm.to_string(),
        key_size: key.size,
        created_at: now,
    };
    let issued = Issuance {
        state: IssuanceState::Issued,
        serial_number: Some(version.serial_number.clone()),
        fingerprint_sha256: Some(version.fingerprint_sha256.clone()),
        not_before: Some(version.not_before),
        not_after: Some(version.not_after),
        finished_at: Some(now),
        ..intent
    };
    // Of our own CAs the ledger tells more, and sooner.
    let named_crl = (!plan.issuer.kind.is_local())
        .then(|| issuance::named_crl(&version.id, leaf, Some(&checked.signer)))
        .flatten();
    let (id, token, ids) = (job.id.clone(), job.lease_token, Arc::clone(&base.ids));
    let recorded = base.store.write("issuance.complete", move |tx| {
        let Some(mut job) = tx.jobs().find(&id)?.filter(|job| holds(job, token)) else { return Ok(false) };
        tx.versions().insert(&version)?;
        tx.ledger().finish(&issued)?;
        tx.crl_watch().watch(named_crl.as_slice(), now)?;
        job.version_id = Some(version.id.clone());
        job.last_error = None;
        job.apply(JobEvent::Succeeded, now)?;
        tx.jobs().update(&mut job)?;
        // Read once, here: each of these is a round trip, and the rest works on what is at hand.
        let id = &version.certificate_id;
        let mut row =
            tx.certificates().find(id)?.ok_or_else(|| ServiceError::not_found("certificate", id))?;
        let policy = issuance::policy_of(tx, &row)?;
        let mapped = tx.deployments().of_certificate(id)?;
        let lineages = issuance::lineages_of(tx, id, &mapped)?;
        let asked_for = job.requested_by != Actor::system().name();
        let deployments = queue_deployments(tx, &*ids, &version, mapped, &policy, asked_for, now)?;
        if asked_for {
            unpause(tx, &*ids, &job, &mut row, now)?;
        }
        issuance::settle_row(tx, &mut row, &lineages, &policy, Ended::Issued, now)?;
        tx.certificates().update_state(&mut row)?;
        raise::issued(tx, &*ids, &row, &version, now)?;
        raise::issuer_worked(tx, &*ids, &version.issuer_id, now)?;
        judge_one(tx, &*ids, &Actor::system(), &row, now)?;
        let details = json!({
            "job_id": job.id, "version_id": version.id, "issuer_id": version.issuer_id,
            "serial_number": version.serial_number, "fingerprint_sha256": version.fingerprint_sha256,
            "not_after": version.not_after, "deployment_job_ids": deployments,
        });
        let subject = ("certificate", version.certificate_id.as_str());
        tx.audit().append(&audit_event(
            &*ids,
            &Actor::system(),
            now,
            "certificate_issued",
            subject,
            &details,
        ))?;
        Ok::<_, Failure>(true)
    });
    if recorded.await.map_err(|failure| failed(&ServiceError::from(failure)))? { Ok(()) } else { Err(lost()) }
}

/// A renewal that somebody asked for after the certificate was paused shows that it works again. The
/// row is not written.
fn unpause(
    tx: &mut dyn Tx,
    ids: &dyn certctl_domain::id::IdSource,
    job: &Job,
    row: &mut Managed,
    now: Timestamp,
) -> Result<(), Failure> {
    if row.paused_at.is_none_or(|since| since > job.created_at) {
        return Ok(());
    }
    let details = json!({"job_id": job.id, "reason": "renewed by request", "paused_for": row.pause_reason});
    row.unpause(now);
    let subject = ("certificate", row.id.as_str());
    tx.audit().append(&audit_event(ids, &Actor::system(), now, "certificate_unpaused", subject, &details))?;
    Ok(())
}

/// One deployment for each active target of the agent that holds the key. What nobody asked for
/// starts when the policy allows it.
fn queue_deployments(
    tx: &mut dyn Tx,
    ids: &dyn certctl_domain::id::IdSource,
    version: &CertificateVersion,
    mapped: Vec<(TargetMapping, Target)>,
    policy: &RenewalPolicy,
    asked_for: bool,
    now: Timestamp,
) -> Result<Vec<String>, Failure> {
    let mut queued = Vec::new();
    for (mapping, target) in mapped {
        if target.is_active() && Some(&target.agent_id) == version.agent_id.as_ref() {
            let run_after =
                if asked_for { now } else { deployment::start_within(tx, policy, &mapping, now)? };
            let job = deployment::queue_at(tx, ids, version, mapping, &target, &By::system(run_after), now)?;
            queued.push(job.job_id.to_string());
        }
    }
    Ok(queued)
}
