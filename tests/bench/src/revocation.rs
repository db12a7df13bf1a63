//! CRLs and OCSP without a server around them: encoding, hashing, signing.

use crate::table;
use anyhow::{Context, Result};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::Timestamp;
use certctl_domain::profile::KeySpec;
use certctl_domain::revocation::RevocationReason;
use certctl_pki::crl::{CrlEntry, CrlTemplate, RevokedList};
use certctl_pki::ocsp::{
    CaIdentity, CertIdForm, OcspRequest, OcspStatus, Responder, ResponseTemplate, SingleAnswer,
};
use certctl_pki::{CaTemplate, Certificate, Crl, PublicKey, ResponderTemplate, Serial};
use std::time::{Duration, Instant};

const DAY: Duration = Duration::from_hours(24);
/// How long each rate is measured.
const SPAN: Duration = Duration::from_secs(2);

struct Ca {
    key: KeyPair,
    certificate: Certificate,
    now: Timestamp,
}

/// Measures lists of these lengths and the parts of an OCSP answer.
pub(crate) fn measure(lengths: &[u32]) -> Result<()> {
    let ca = authority()?;
    let rows: Result<Vec<_>> = lengths.iter().map(|length| list(&ca, *length)).collect();
    table::print(
        "CRLs, signed with ECDSA P-256",
        &["entries", "full build", "one more", "signed again", "read", "one looked for", "size"],
        &rows?,
    )?;
    table::line(
        "\nA full build sorts and encodes all entries and signs. \"One more\" takes one entry into the encoded list; \
         \"signed again\" makes a list of that, hashed and signed.",
    )?;
    answers(&ca)
}

fn authority() -> Result<Ca> {
    let now = Timestamp::from_unix_seconds(1_767_225_600);
    let key = KeyPair::generate(KeySpec::P256)?;
    let template = CaTemplate {
        serial: Serial::random()?,
        common_name: "Bench Root".to_owned(),
        not_before: now,
        not_after: now.plus(3650 * DAY),
        path_len: None,
        ocsp_urls: Vec::new(),
        crl_urls: Vec::new(),
        freshest_crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
    };
    let certificate = template.self_signed(&key)?;
    Ok(Ca { key, certificate, now })
}

fn entry(ca: &Ca) -> Result<CrlEntry> {
    Ok(CrlEntry::revoked(Serial::random()?, ca.now, RevocationReason::Superseded))
}

fn signed(ca: &Ca, list: &RevokedList) -> Result<Vec<u8>> {
    let template = CrlTemplate {
        number: 1,
        this_update: ca.now,
        next_update: ca.now.plus(DAY),
        delta_base: None,
        issuing_point: None,
        freshest_crl_urls: Vec::new(),
        expired_since: None,
    };
    Ok(template.to_be_signed(list, &ca.certificate, ca.key.algorithm())?.sign(&ca.key)?)
}

fn list(ca: &Ca, length: u32) -> Result<Vec<String>> {
    let entries: Vec<CrlEntry> = (0..length).map(|_| entry(ca)).collect::<Result<_>>()?;
    let wanted = entries.last().context("a list without entries")?.serial.clone();
    let started = Instant::now();
    let mut list = RevokedList::new(entries)?;
    let der = signed(ca, &list)?;
    let full = started.elapsed();
    let more = entry(ca)?;
    let started = Instant::now();
    list.insert(more)?;
    let inserted = started.elapsed();
    signed(ca, &list)?;
    let again = started.elapsed().saturating_sub(inserted);
    let started = Instant::now();
    let crl = Crl::parse_at_most(&der, usize::MAX)?;
    let read = started.elapsed();
    let started = Instant::now();
    crl.find(&wanted).context("the entry is not found")?;
    let found = started.elapsed();
    Ok(vec![
        length.to_string(),
        table::time(full),
        table::time(inserted),
        table::time(again),
        table::time(read),
        table::time(found),
        format!("{:.1} MB", f64::from(u32::try_from(der.len())?) / 1e6),
    ])
}

fn answers(ca: &Ca) -> Result<()> {
    let key = KeyPair::generate(KeySpec::P256)?;
    let template = ResponderTemplate {
        serial: Serial::random()?,
        common_name: ResponderTemplate::name_for(&ca.certificate),
        not_before: ca.now,
        not_after: ca.now.plus(30 * DAY),
        public_key: PublicKey::from_spki_der(key.public_spki_der())?,
    };
    let certificate = template.to_be_signed(&ca.certificate, ca.key.algorithm())?.sign(&ca.key)?;
    let responder = Responder::of(&certificate)?;
    let identity = CaIdentity::of(&ca.certificate)?;
    let question = OcspRequest::build(&identity, &[Serial::random()?], CertIdForm::USUAL, Some(&[7; 32]));
    let read =
        || -> Result<bool> { Ok(OcspRequest::parse(&question)?.ids().iter().all(|id| identity.matches(id))) };
    let draft = || -> Result<_> {
        let request = OcspRequest::parse(&question)?;
        let answers: Vec<_> = request
            .ids()
            .iter()
            .map(|id| SingleAnswer {
                cert_id: id.clone(),
                status: OcspStatus::Good,
                this_update: ca.now,
                next_update: Some(ca.now.plus(DAY)),
                archive_cutoff: None,
            })
            .collect();
        let template = ResponseTemplate {
            responder: &responder,
            produced_at: ca.now,
            answers: &answers,
            nonce: request.nonce(),
            extended_revoke: false,
        };
        Ok(template.to_be_signed(key.algorithm())?)
    };
    let along = std::slice::from_ref(&certificate);
    let raw = rate(|| Ok(key.sign(&[7; 200]).map(drop)?))?;
    let row = |what: &str, figure: f64| vec![what.to_owned(), table::rate(figure), table::share(figure, raw)];
    table::print(
        "OCSP answers with a nonce, ECDSA P-256, one core",
        &["", "rate", "of raw signatures"],
        &[
            row("raw signatures", raw),
            row("question read, CA found", rate(|| read().map(drop))?),
            row("the same, answer encoded", rate(|| draft().map(drop))?),
            row("the same, signed", rate(|| Ok(draft()?.sign(&key, along).map(drop)?))?),
        ],
    )
}

/// How often per second `work` is done.
fn rate(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    let mut done = 0_u32;
    while started.elapsed() < SPAN {
        work()?;
        done += 1;
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}
