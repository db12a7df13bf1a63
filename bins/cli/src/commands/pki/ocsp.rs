//! `certctl ocsp check`: asks the responder as a relying party does, and checks what it says.

use crate::session::Session;
use anyhow::{Context as _, anyhow};
use certctl_client::ListQuery;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_pki::ocsp::{CaIdentity, CertIdForm, OcspRequest, OcspResponse, OcspStatus, ResponseStatus};
use certctl_pki::{Certificate, Serial};
use clap::{Arg, ArgMatches, Command};
use serde_json::json;

pub(super) fn command() -> Command {
    Command::new("check")
        .about("Ask the OCSP responder about a certificate, and check its signature")
        .arg(
            Arg::new("id")
                .value_name("CERTIFICATE")
                .required_unless_present("issuer")
                .help("A certificate of the inventory: its newest version is asked about"),
        )
        .arg(Arg::new("issuer").long("issuer").value_name("ISSUER").requires("serial").help("Issuer"))
        .arg(
            Arg::new("serial")
                .long("serial")
                .value_name("HEX")
                .requires("issuer")
                .help("Serial number, with --issuer"),
        )
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let (issuer, serial) = named(&session, matches).await?;
    let serial: Serial = serial.parse().with_context(|| format!("{serial} is no serial number"))?;
    let everyone = session.client.relying_party();
    let ca = Certificate::parse_der(&everyone.ca(&issuer).await?)?;
    let identity = CaIdentity::of(&ca)?;
    let nonce: [u8; 16] = certctl_crypto::random_bytes()?;
    let request =
        OcspRequest::build(&identity, std::slice::from_ref(&serial), CertIdForm::USUAL, Some(&nonce));
    let answer = OcspResponse::parse(&everyone.ocsp(&issuer, request).await?)?;
    match answer.status() {
        ResponseStatus::Successful => {}
        ResponseStatus::Failed(error) => return Err(anyhow!("the responder refused: {}", error.name())),
        ResponseStatus::Other(code) => return Err(anyhow!("the responder refused with the number {code}")),
    }
    answer.verify(&ca, now()?).context("the answer cannot be trusted")?;
    let about = answer
        .answer(&identity.cert_id(&serial, CertIdForm::USUAL))
        .context("the responder answered about another certificate")?;
    let (status, revoked_at, reason) = match &about.status {
        OcspStatus::Good => ("good", None, None),
        OcspStatus::Revoked { at, reason } => ("revoked", Some(at.to_rfc3339()), Some(reason.as_str())),
        OcspStatus::Unknown => ("unknown", None, None),
    };
    session.printer.object_value(&json!({
        "issuer_id": issuer, "serial_number": serial.to_string(), "status": status,
        "revoked_at": revoked_at, "reason": reason,
        "this_update": about.this_update.to_rfc3339(),
        "next_update": about.next_update.map(Timestamp::to_rfc3339),
        // Prepared answers have none; theirs is the time alone (RFC 9654).
        "nonce": answer.nonce().map_or("absent", |echo| if echo == nonce { "echoed" } else { "wrong" }),
    }))
}

/// Issuer and serial number that the command line means.
async fn named(session: &Session, matches: &ArgMatches) -> anyhow::Result<(IssuerId, String)> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    if let (Some(issuer), Some(serial)) = (text("issuer"), text("serial")) {
        return Ok((issuer.parse()?, serial));
    }
    let id = text("id").context("no certificate")?;
    let certificates = session.client.certificates();
    let newest = certificates.versions(&id.parse()?, &ListQuery::new().per_page(1)).await?;
    let version =
        newest.data.into_iter().next().with_context(|| format!("nothing was issued for certificate {id}"))?;
    Ok((version.issuer_id, version.serial_number))
}

#[expect(clippy::disallowed_methods, reason = "the only place of this program where time matters")]
fn now() -> anyhow::Result<Timestamp> {
    let elapsed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .context("the clock of this machine is not set")?;
    Ok(Timestamp::from_unix_seconds(i64::try_from(elapsed.as_secs())?))
}
