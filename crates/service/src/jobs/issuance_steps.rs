//! The steps of an issuance, each one transaction or one pure check.

use super::issuance::failed;
use super::issuance_checks as checks;
use super::issuance_payload::IssuancePayload;
use crate::agent_work::{check_csr, check_key, profile_of};
use crate::engine::holds;
use crate::failure::Failure;
use crate::issuance;
use crate::policy::{PolicyGate, Refused};
use crate::profile::check_issued;
use crate::support::Foundation;
use certctl_connector_api::issuer::{IssuanceOrder, IssuedCertificate, Prepared};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate as Managed, CertificateSource, CertificateStatus};
use certctl_domain::id::{CertificateId, IssuanceId};
use certctl_domain::issuer::Issuer;
use certctl_domain::job::Job;
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::profile::{CertificateProfile, ExtendedKeyUsage};
use certctl_domain::retry::FailureClass;
use certctl_pki::{Certificate, CertificateRequest};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::JobFailure;

/// What is to be issued, by whom.
pub(super) struct Plan {
    pub(super) certificate_id: CertificateId,
    pub(super) issuer: Issuer,
    pub(super) order: IssuanceOrder,
    certificate: Managed,
    profile: Option<CertificateProfile>,
    rules: Refused,
    pub(super) csr: CertificateRequest,
    pub(super) csr_pem: String,
}

/// A checked result.
pub(super) struct Checked {
    pub(super) leaf: Certificate,
    pub(super) pem_chain: String,
    /// The CA that signed it.
    pub(super) signer: Certificate,
}

fn permanent(message: impl Into<String>) -> JobFailure {
    JobFailure { class: FailureClass::Permanent, message: message.into(), lease_lost: false }
}

pub(super) fn lost() -> JobFailure {
    JobFailure { class: FailureClass::Transient, message: "the lease was lost".to_owned(), lease_lost: true }
}

/// Loads everything anew and checks that the issuance is still wanted and still allowed.
pub(super) async fn prepare(base: &Foundation, gate: &PolicyGate, job: &Job) -> Result<Plan, JobFailure> {
    let payload = IssuancePayload::of(job).ok_or_else(|| permanent("the job holds no CSR"))?;
    let csr = CertificateRequest::parse(payload.csr_pem.as_bytes())
        .map_err(|error| permanent(error.to_string()))?;
    let (id, token) = (job.id.clone(), job.lease_token);
    let (parsed, gate, now) = (csr.clone(), gate.clone(), base.clock.now());
    let loaded = base.store.read("issuance.prepare", move |tx| {
        let Some(row) = tx.jobs().find(&id)?.filter(|row| holds(row, token)) else { return Ok(None) };
        let id = row
            .certificate_id
            .ok_or_else(|| ServiceError::internal("an issuance job without a certificate"))?;
        let certificate =
            tx.certificates().find(&id)?.ok_or_else(|| ServiceError::not_found("certificate", &id))?;
        if certificate.status != CertificateStatus::RenewalInProgress {
            return Err(Failure::Service(ServiceError::unprocessable(
                "status",
                "not_wanted",
                format!("certificate {id} is {} and is not being renewed", certificate.status),
            )));
        }
        let issuer = tx
            .issuers()
            .find(&certificate.issuer_id)?
            .ok_or_else(|| ServiceError::not_found("issuer", &certificate.issuer_id))?;
        if !issuer.enabled {
            return Err(Failure::Service(ServiceError::unprocessable(
                "issuer_id",
                "disabled",
                format!("issuer {} is disabled; enable it or choose another one", issuer.id),
            )));
        }
        let profile = profile_of(tx, &certificate)?;
        check_csr(&parsed, &certificate, profile.as_ref())?;
        check_key(tx, &parsed)?;
        let rules = gate.rules(tx)?;
        rules.check(&certificate, now)?;
        let order = IssuanceOrder {
            names: certificate.names(),
            common_name: certificate.common_name.clone(),
            ekus: profile
                .as_ref()
                .map_or_else(|| vec![ExtendedKeyUsage::ServerAuth], |profile| profile.allowed_ekus.clone()),
            max_ttl: profile.as_ref().and_then(CertificateProfile::max_ttl),
            must_staple: profile.as_ref().is_some_and(|profile| profile.must_staple),
            no_rev_avail: profile.as_ref().is_some_and(|profile| profile.no_rev_avail),
            csr_der: parsed.der().to_vec(),
        };
        Ok(Some((issuer, order, certificate, profile, rules)))
    });
    let loaded = loaded.await.map_err(|failure| failed(&ServiceError::from(failure)))?;
    let (issuer, order, certificate, profile, rules) = loaded.ok_or_else(lost)?;
    let (certificate_id, csr_pem) = (certificate.id.clone(), payload.csr_pem);
    Ok(Plan { certificate_id, issuer, order, certificate, profile, rules, csr, csr_pem })
}

/// Lints what will be signed and judges its lifetime; an error refuses before any key is used.
pub(super) fn lint(prepared: &Prepared, plan: &Plan, now: Timestamp) -> Result<(), JobFailure> {
    let Some(to_be_signed) = &prepared.to_be_signed else { return Ok(()) };
    let lifetime = to_be_signed.not_after.since(to_be_signed.not_before);
    plan.rules.check_lifetime(&plan.certificate, lifetime, now).map_err(|error| failed(&error))?;
    let issuer =
        Certificate::parse_der(&to_be_signed.ca_der).map_err(|error| permanent(error.to_string()))?;
    checks::tell_doubts(&to_be_signed.tbs_der, &issuer, &plan.order, &plan.certificate_id);
    match checks::broken_rules(&to_be_signed.tbs_der, &issuer, &plan.order, plan.order.max_ttl) {
        None => Ok(()),
        Some(rules) => {
            Err(permanent(format!("the certificate was not signed because it breaks rules: {rules}")))
        }
    }
}

/// Records serial number and digest before anything is signed; older intents of the job are abandoned.
pub(super) async fn record_intent(
    base: &Foundation,
    job: &Job,
    plan: &Plan,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<Issuance, JobFailure> {
    let to_be_signed = prepared.to_be_signed.as_ref();
    let intent = Issuance {
        id: IssuanceId::mint(&*base.ids),
        issuer_id: plan.issuer.id.clone(),
        serial_number: to_be_signed.map(|tbs| tbs.serial.clone()),
        state: IssuanceState::Intent,
        certificate_id: Some(plan.certificate_id.clone()),
        job_id: Some(job.id.clone()),
        names_hash: Some(issuance::guard::names_hash(&plan.order.names)),
        source: CertificateSource::Agent,
        spki_sha256: Some(certctl_crypto::sha256_hex(plan.csr.public_key().spki_der())),
        crl_shard: to_be_signed.map_or(0, |tbs| tbs.crl_shard),
        tbs_sha256: to_be_signed.map(|tbs| certctl_crypto::sha256_hex(&tbs.tbs_der)),
        fingerprint_sha256: None,
        not_before: to_be_signed.map(|tbs| tbs.not_before),
        not_after: to_be_signed.map(|tbs| tbs.not_after),
        recorded_at: now,
        finished_at: None,
    };
    let (row, first, id, token) = (intent.clone(), job.attempts <= 1, job.id.clone(), job.lease_token);
    let Some(until) = job.lease.as_ref().map(|lease| lease.until) else { return Err(lost()) };
    let recorded = base.store.write("issuance.intent", move |tx| {
        // Written and not only read: a cancellation in the same instant must meet this transaction, or
        // it would miss the intent that it has to abandon.
        if !tx.jobs().extend_lease(&id, token, until)? {
            return Ok(false);
        }
        if !first {
            tx.ledger().abandon_intents(&id, now)?;
        }
        tx.ledger().record(&row)?;
        Ok::<_, Failure>(true)
    });
    if recorded.await.map_err(|failure| failed(&ServiceError::from(failure)))? {
        Ok(intent)
    } else {
        Err(lost())
    }
}

/// Checks what came back: our key, our names, our serial, a chain that holds, valid now.
pub(super) fn check(
    issued: &IssuedCertificate,
    prepared: &Prepared,
    plan: &Plan,
    now: Timestamp,
) -> Result<Checked, JobFailure> {
    let refuse =
        |what: &str| permanent(format!("issuer {} returned a certificate that {what}", plan.issuer.id));
    let parse = |der: &[u8]| {
        Certificate::parse_der(der).map_err(|error| refuse(&format!("cannot be read ({error})")))
    };
    let leaf = parse(&issued.leaf_der)?;
    if leaf.spki_der() != plan.csr.public_key().spki_der() {
        return Err(refuse("is for another key"));
    }
    if leaf.names() != plan.order.names {
        return Err(refuse("has other names than ordered"));
    }
    checks::check_validity(&leaf, now).map_err(|what| refuse(&what))?;
    if let Some(profile) = &plan.profile {
        check_issued(&leaf, profile).map_err(|what| refuse(&what))?;
    }
    let lifetime = leaf.not_after().since(leaf.not_before());
    if let Err(error) = plan.rules.check_lifetime(&plan.certificate, lifetime, now) {
        return Err(refuse(&format!("cannot be used ({error})")));
    }
    if prepared.to_be_signed.as_ref().is_some_and(|tbs| tbs.serial != leaf.serial().to_string()) {
        return Err(refuse("has another serial number than prepared"));
    }
    let mut pem_chain = leaf.to_pem();
    let mut chain = Vec::with_capacity(issued.chain_der.len());
    for der in &issued.chain_der {
        let above = parse(der)?;
        pem_chain.push_str(&above.to_pem());
        chain.push(above);
    }
    let signer = match (&prepared.to_be_signed, chain.first()) {
        // The chain excludes a self-signed root, so a root that signs directly leaves it empty.
        (Some(tbs), None) => {
            let ca = parse(&tbs.ca_der)?;
            leaf.verify_signed_by(&ca).map_err(|error| refuse(&format!("does not verify ({error})")))?;
            ca
        }
        (None, None) => return Err(refuse("has no chain")),
        (_, Some(first)) => {
            // Clocks differ; what becomes valid in a moment is judged as of then.
            certctl_pki::check_chain(&leaf, &chain, now.max(leaf.not_before()))
                .map_err(|error| refuse(&format!("has a chain that does not hold ({error})")))?;
            first.clone()
        }
    };
    let usages = leaf.extended_key_usages();
    if let Some(usage) = plan.order.ekus.iter().find(|usage| !usages.contains(usage)) {
        return Err(refuse(&format!("lacks the extended key usage {usage}")));
    }
    // Another CA decided what it signed, so the rules are applied to the result as well.
    match checks::broken_rules_of_issued(leaf.tbs_der(), &signer, &plan.order) {
        None => Ok(Checked { leaf, pem_chain, signer }),
        Some(rules) => Err(refuse(&format!("breaks rules: {rules}"))),
    }
}
