//! The OCSP responder of a real server, over plain HTTP and TLS, beside a constant answer of the
//! same listener.

use crate::http::clients;
use crate::load::{CONNECTIONS, Measured, measure as load};
use crate::{signatures, table};
use anyhow::{Context, Result, ensure};
use certctl_domain::id::IssuerId;
use certctl_e2e::harness::ScenarioSettings;
use certctl_pki::ocsp::{CaIdentity, CertIdForm, OcspRequest, OcspResponse, OcspStatus};
use certctl_pki::{Certificate, Serial};
use certctl_test_support::free_port;
use std::time::Duration;

/// The issuer of every new server.
const ISSUER: &str = "iss-local";
const MEDIA: &str = "application/ocsp-request";

/// What is asked, and where.
struct Questions {
    identity: CaIdentity,
    serial: Serial,
}

impl Questions {
    fn request(&self, nonce: Option<&[u8]>) -> Vec<u8> {
        OcspRequest::build(&self.identity, std::slice::from_ref(&self.serial), CertIdForm::USUAL, nonce)
    }

    /// The path of the request in a GET (RFC 6960 A.1).
    fn path(&self) -> String {
        let pem = certctl_pki::pem::encode_crl(&self.request(None));
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    }
}

/// Measures each kind of answer for `span` and prints the table.
pub(crate) async fn measure(span: Duration) -> Result<()> {
    let raw = signatures::per_second(signatures::cores())?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings
        .server
        .with("CERTCTL_LOG_LEVEL", "warn")
        .with("CERTCTL_RATE_LIMIT_ENABLED", "false")
        .with("CERTCTL_OCSP_RATE_LIMIT_PER_IP_MIN", "0")
        .with("CERTCTL_PKI_HTTP_LISTEN", &address)
        .without("CERTCTL_DATABASE_MAX_CONNS");
    let scenario = settings.start()?;
    let (issuer, everyone) = (IssuerId::parse(ISSUER)?, scenario.admin.relying_party());
    let ca = Certificate::parse_der(&everyone.ca(&issuer).await?)?;
    // The responder's own certificate is one that its CA issued.
    let mut questions = Questions { identity: CaIdentity::of(&ca)?, serial: Serial::random()? };
    everyone.ocsp(&issuer, questions.request(None)).await?;
    let known = scenario.admin.ocsp().responders().await?.responders.pop().context("no responder")?;
    questions.serial = known.serial_number.parse()?;
    let answer = OcspResponse::parse(&everyone.ocsp(&issuer, questions.request(None)).await?)?;
    let status = answer.answers().first().map(|answer| &answer.status);
    ensure!(status == Some(&OcspStatus::Good), "the certificate of the responder is {status:?}");

    let tls = clients(&scenario)?;
    let plain: Vec<_> = (0..CONNECTIONS)
        .map(|_| reqwest::Client::builder().no_proxy().http1_only().build())
        .collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for (name, root, clients) in
        [("plain HTTP", format!("http://{address}"), &plain), ("TLS", scenario.server.url().to_owned(), &tls)]
    {
        let health = format!("{root}/health");
        let constant = load(clients, span, move |client, _| client.get(&health)).await?;
        let responder = format!("{root}/.well-known/pki/ocsp/{ISSUER}");
        let kept = format!("{responder}/{}", questions.path());
        let kept = load(clients, span, move |client, _| client.get(&kept)).await?;
        let template = questions.request(Some(&[0x5a; 32]));
        let at = template.windows(32).position(|window| window == [0x5a; 32]).context("no nonce")?;
        let fresh = load(clients, span, move |client, number| {
            let mut body = template.clone();
            for (byte, fresh) in body.iter_mut().skip(at).zip(number.to_be_bytes()) {
                *byte = fresh;
            }
            client.post(&responder).header("content-type", MEDIA).body(body)
        })
        .await?;
        let row = |what: &str, seen: Measured| {
            vec![
                format!("{name}, {what}"),
                table::rate(seen.per_second),
                table::time(seen.p50),
                table::time(seen.p99),
                table::share(seen.per_second, constant.per_second),
                table::share(seen.per_second, raw),
            ]
        };
        rows.extend([
            row("GET /health (constant)", constant),
            row("GET, kept answer", kept),
            row("POST with a nonce, signed for it", fresh),
        ]);
    }
    table::print(
        &format!("OCSP on SQLite, {CONNECTIONS} connections"),
        &["request", "rate", "p50", "p99", "of the constant answer", "of raw signatures"],
        &rows,
    )?;
    table::line("\nThe clients run on the same machine and take their part of it.")
}
