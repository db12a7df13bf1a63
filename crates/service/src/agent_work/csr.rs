//! Accepting CSRs: nothing is signed that inventory and profile do not allow.

use super::AgentWork;
use crate::failure::Failure;
use crate::jobs::IssuancePayload;
use crate::profile::check_request;
use crate::support::audit_event;
use certctl_domain::JsonText;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{AgentId, CertificateId, JobId};
use certctl_domain::job::{Executor, Job, JobEvent, JobStatus};
use certctl_domain::profile::CertificateProfile;
use certctl_pki::CertificateRequest;
use certctl_repository::Tx;
use certctl_service_api::agent_work::CsrAccepted;
use certctl_service_api::{Actor, ConflictCode, FieldError, ServiceError};
use serde_json::json;
use std::sync::Arc;

impl AgentWork {
    pub(super) async fn accept_csr(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        job: Option<JobId>,
        csr_pem: &str,
    ) -> Result<CsrAccepted, ServiceError> {
        let csr = CertificateRequest::parse(csr_pem.as_bytes())
            .map_err(|error| ServiceError::unprocessable("csr_pem", "invalid_csr", error.to_string()))?;
        let csr_pem = csr.to_pem();
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let (agent, certificate, gate) = (agent.clone(), certificate.clone(), self.gate.clone());
        let accepted = self.base.store.write("agent.csr", move |tx| {
            let mut job = awaiting_job(tx, &agent, &certificate, job.as_ref())?;
            let known = IssuancePayload::of(&job);
            if job.status != JobStatus::AwaitingCsr {
                return match known {
                    Some(known) if known.csr_pem == csr_pem => {
                        Ok(CsrAccepted { signed: job.status == JobStatus::Completed, job_id: job.id })
                    }
                    _ => Err(Failure::Service(ServiceError::conflict(
                        ConflictCode::CsrAlreadyAccepted,
                        format!("job {} is {} and takes no other CSR", job.id, job.status),
                    ))),
                };
            }
            let row = tx.certificates().find(&certificate)?.ok_or_else(|| ServiceError::not_found("certificate", &certificate))?;
            let profile = profile_of(tx, &row)?;
            check(&csr, &row, profile.as_ref())?;
            check_key(tx, &csr)?;
            gate.check(tx, &row, now)?;
            job.payload = JsonText::trusted(IssuancePayload { csr_pem: csr_pem.clone() }.to_json());
            job.executor = Executor::Server;
            job.apply(JobEvent::CsrReceived, now)?;
            // Making the key and signing are separate works; each has its own attempts.
            job.attempts = 0;
            job.run_after = now;
            tx.jobs().update(&mut job)?;
            let details = json!({"job_id": job.id, "key_algorithm": csr.public_key().spec().algorithm, "key_size": csr.public_key().spec().size});
            let subject = ("certificate", certificate.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "csr_submitted", subject, &details))?;
            Ok(CsrAccepted { job_id: job.id, signed: false })
        });
        let accepted = accepted.await?;
        self.wakeups.wake_workers();
        Ok(accepted)
    }
}

/// The job a CSR is for. Jobs of other agents are answered like jobs that do not exist.
fn awaiting_job(
    tx: &mut dyn Tx,
    agent: &AgentId,
    certificate: &CertificateId,
    job: Option<&JobId>,
) -> Result<Job, Failure> {
    let mine = |job: &Job| {
        job.is_issuance()
            && job.agent_id.as_ref() == Some(agent)
            && job.certificate_id.as_ref() == Some(certificate)
    };
    match job {
        Some(id) => Ok(tx
            .jobs()
            .find(id)?
            .filter(mine)
            .ok_or_else(|| ServiceError::not_found("issuance job of this agent", id))?),
        None => Ok(tx.jobs().live_issuances(certificate)?.into_iter().find(mine).ok_or_else(|| {
            ServiceError::conflict(
                ConflictCode::NoJobAwaitingCsr,
                format!("no issuance of certificate {certificate} waits for a CSR of this agent"),
            )
        })?),
    }
}

/// The profile of a certificate; a missing or disabled one refuses, it never passes.
pub(crate) fn profile_of(tx: &mut dyn Tx, row: &Certificate) -> Result<Option<CertificateProfile>, Failure> {
    let Some(id) = &row.profile_id else { return Ok(None) };
    match tx.profiles().find(id)? {
        Some(profile) if profile.enabled => Ok(Some(profile)),
        _ => Err(Failure::Service(ServiceError::unprocessable(
            "certificate_profile_id",
            "profile_disabled",
            format!("profile {id} is disabled or does not exist"),
        ))),
    }
}

/// Checks a CSR against hygiene rules, inventory row and profile. All findings at once.
pub(crate) fn check(
    csr: &CertificateRequest,
    row: &Certificate,
    profile: Option<&CertificateProfile>,
) -> Result<(), ServiceError> {
    let mut problems: Vec<FieldError> = certctl_pki::hygiene::check_request(csr)
        .into_iter()
        .filter(|finding| finding.severity == certctl_pki::Severity::Error)
        .map(|finding| FieldError::new("csr_pem", finding.code, finding.message))
        .collect();
    if let Err(mismatch) = certctl_pki::csr::compare_names(csr, &row.names()) {
        problems.push(FieldError::new("csr_pem", "names_mismatch", mismatch.to_string()));
    }
    if csr.is_ca_requested() {
        problems.push(FieldError::new("csr_pem", "ca_requested", "the request asks for a CA certificate"));
    }
    if let Some(profile) = profile {
        check_request(csr, &row.names(), profile, &mut problems);
    }
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Unprocessable(problems)) }
}

/// Refuses a key that became known to others.
pub(crate) fn check_key(tx: &mut dyn Tx, csr: &CertificateRequest) -> Result<(), Failure> {
    let key = certctl_crypto::sha256_hex(csr.public_key().spki_der());
    if tx.revocations().blocked_keys(&[&key])?.is_empty() {
        Ok(())
    } else {
        Err(Failure::Service(blocked("csr_pem")))
    }
}

/// The refusal of a forbidden key.
pub(crate) fn blocked(field: &str) -> ServiceError {
    ServiceError::unprocessable(
        field,
        "key_blocked",
        "a certificate with this key was revoked for keyCompromise, so the key is not certified again; make a new one",
    )
}
