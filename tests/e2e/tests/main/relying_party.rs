//! What relying parties get from the real server, as OpenSSL and curl see it: over plain HTTP, from
//! the addresses that stand in the certificates.

use anyhow::{Context, Result, ensure};
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_e2e::harness::{PATIENCE, Scenario, ScenarioSettings, SimulatedAgent, write};
use certctl_pki::ocsp::{CaIdentity, CertIdForm, OcspRequest};
use certctl_pki::{Certificate, Crl, parse_chain};
use certctl_test_support::free_port;
use serde_json::json;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

/// A server with the plain listener, one issued certificate, and the files of a client.
struct World {
    scenario: Scenario,
    files: PathBuf,
    root: String,
    leaf: Certificate,
    ca: Certificate,
}

impl World {
    async fn new(mut settings: ScenarioSettings) -> Result<Self> {
        let base = format!("http://127.0.0.1:{}", free_port()?);
        settings.server = settings
            .server
            .with("CERTCTL_PKI_BASE_URL", &base)
            .with("CERTCTL_PKI_HTTP_LISTEN", base.trim_start_matches("http://"));
        let scenario = settings.start()?;
        let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
        let mut agent = SimulatedAgent::enrol(&scenario.server, &token, "web-1").await?;
        let config = json!({"cert_path": "/nonexistent/site.crt", "reload_command": "true"});
        let config = config.as_object().cloned().context("no object")?;
        let target = scenario.target("web", &agent.id, config).await?;
        let issuer = scenario.issuer("1h").await?;
        let certificate = scenario.certificate("www.relied.example", &issuer, &[&target]).await?;
        let version = scenario
            .until("a version", PATIENCE, async || {
                agent.round(Duration::from_secs(1)).await?;
                Ok(scenario.versions(&certificate.id).await?.pop())
            })
            .await?;
        let pem = scenario.admin.certificates().version(&certificate.id, &version.id).await?.pem_chain;
        let leaf = Certificate::parse_pem(&pem.context("no chain")?)?;
        let files = scenario.subdirectory("client")?;
        let root = format!("{base}/.well-known/pki");
        let url = format!("{root}/ca/{issuer}");
        let ca = Command::new("curl").args(["-sSf", &format!("{url}.pem")]).output()?;
        let ca = parse_chain(std::str::from_utf8(&ca.stdout)?)?.pop().context("no CA")?;
        write(&files.join("leaf.pem"), &leaf.to_pem())?;
        write(&files.join("ca.pem"), &ca.to_pem())?;
        Ok(Self { scenario, files, root, leaf, ca })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        Command::new(program)
            .args(arguments)
            .current_dir(&self.files)
            .output()
            .with_context(|| format!("cannot run {program}"))
    }

    /// Everything that an OpenSSL command says.
    fn openssl(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run("openssl", arguments)?;
        Ok(String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?)
    }

    fn ocsp(&self, arguments: &[&str]) -> Result<String> {
        let url = self.leaf.ocsp_urls().pop().context("the certificate names no responder")?;
        let fixed = ["ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem", "-url", &url];
        self.openssl(&[&fixed, arguments].concat())
    }

    /// Status and body.
    fn curl(&self, arguments: &[&str]) -> Result<(u16, Vec<u8>)> {
        let output = self.run("curl", &[&["-sS", "-w", "%{http_code}"], arguments].concat())?;
        ensure!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
        let (body, status) = output.stdout.split_last_chunk::<3>().context("no status")?;
        Ok((std::str::from_utf8(status)?.parse()?, body.to_vec()))
    }
}

async fn openssl_is_content(settings: ScenarioSettings) -> Result<()> {
    let world = World::new(settings).await?;

    // OCSP: with and without a nonce, other digests, several at once, what was never issued.
    let said = world.ocsp(&["-cert", "leaf.pem"])?;
    ensure!(said.contains("leaf.pem: good") && said.contains("Response verify OK"), "{said}");
    ensure!(!said.contains("WARNING"), "the nonce is missing: {said}");
    for options in [["-no_nonce", "-sha1"], ["-no_nonce", "-sha256"], ["-nonce", "-sha512"]] {
        let said = world.ocsp(&[&options[..], &["-cert", "leaf.pem"]].concat())?;
        ensure!(said.contains("leaf.pem: good"), "{options:?}: {said}");
    }
    let serial = format!("0x{}", world.leaf.serial());
    let said = world.ocsp(&["-cert", "leaf.pem", "-serial", &serial, "-serial", "0x1234"])?;
    ensure!(said.contains("0x1234: unknown") && said.matches(": good").count() == 2, "{said}");

    // The GET forms, and what is no question.
    let url = world.leaf.ocsp_urls().pop().context("no responder")?;
    let identity = CaIdentity::of(&world.ca)?;
    let request = OcspRequest::build(&identity, &[world.leaf.serial().clone()], CertIdForm::USUAL, None);
    let pem = certctl_pki::pem::encode_crl(&request);
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let escaped = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    for path in [escaped.as_str(), &base64, &world.leaf.serial().to_string()] {
        let (status, body) = world.curl(&[&format!("{url}/{path}")])?;
        ensure!(status == 200, "{path}: {status}");
        std::fs::write(world.files.join("response.der"), body)?;
        let shown = ["ocsp", "-respin", "response.der", "-issuer", "ca.pem", "-cert", "leaf.pem"];
        let said = world.openssl(&[&shown[..], &["-CAfile", "ca.pem", "-no_nonce"]].concat())?;
        ensure!(said.contains("leaf.pem: good"), "{path}: {said}");
    }
    let media = "Content-Type: application/ocsp-request";
    let (status, body) = world.curl(&["--data-binary", "x", "-H", media, &url])?;
    assert_eq!((status, body.as_slice()), (200, [0x30, 3, 0x0a, 1, 1].as_slice()));
    let (status, _) = world.curl(&["--data-binary", "x", "-H", "Content-Type: text/plain", &url])?;
    assert_eq!(status, 415);
    world.openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "k",
        "-out",
        "other.pem",
        "-subj",
        "/CN=x",
    ])?;
    let said = world.openssl(&["ocsp", "-issuer", "other.pem", "-cert", "leaf.pem", "-url", &url])?;
    ensure!(said.contains("unauthorized (6)"), "{said}");

    // The CRL that the certificate names.
    let crl = world.leaf.crl_urls().pop().context("the certificate names no CRL")?;
    let (status, body) = world.curl(&[&crl])?;
    assert_eq!(status, 200);
    Crl::parse(&body)?.verify_signed_by(&world.ca)?;
    std::fs::write(world.files.join("crl.der"), &body)?;
    let said = world
        .openssl(&["crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text", "-CAfile", "ca.pem"])?;
    ensure!(said.contains("verify OK") && said.contains("X509v3 CRL Number"), "{said}");
    let verify = ["verify", "-crl_check", "-crl_download", "-CAfile", "ca.pem", "leaf.pem"];
    let said = world.openssl(&verify)?;
    ensure!(said.contains("leaf.pem: OK"), "{said}");

    // The CA's certificate, and nothing but what relying parties need.
    let issuer = world.leaf.ca_issuer_urls().pop().context("the certificate names no issuer")?;
    let (status, body) = world.curl(&[&issuer])?;
    assert_eq!((status, body.as_slice()), (200, world.ca.der()));
    for (path, expected) in [("/health", 200), ("/api/v1/version", 404), ("/api/v1/certificates", 404)] {
        let url = world.root.replace("/.well-known/pki", path);
        assert_eq!(world.curl(&[&url])?.0, expected, "{path}");
    }
    let counted = world.scenario.counter("certctl_ocsp_counter_total{label=\"request_get\"}").await?;
    assert!((counted - 3.0).abs() < 0.1, "{counted}");
    Ok(())
}

#[tokio::test]
async fn openssl_finds_good_what_was_issued_on_sqlite() -> Result<()> {
    openssl_is_content(ScenarioSettings::sqlite()?).await
}

#[tokio::test]
async fn openssl_finds_good_what_was_issued_on_postgresql() -> Result<()> {
    openssl_is_content(ScenarioSettings::postgres()?).await
}
