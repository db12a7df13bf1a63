//! A relying party: the files and programs of somebody who checks certificates of a server, over plain
//! HTTP and from the addresses that stand in the certificates.

use super::{PATIENCE, Scenario, ScenarioSettings, SimulatedAgent, pkilint, write};
use anyhow::{Context, Result, ensure};
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_api_types::revocation::RevokeRequest;
use certctl_crypto::KeyPair;
use certctl_domain::id::{CertificateId, IssuerId, TargetId};
use certctl_domain::job::JobKind;
use certctl_domain::profile::KeySpec;
use certctl_domain::revocation::RevocationReason;
use certctl_pki::ocsp::CaIdentity;
use certctl_pki::{Certificate, parse_chain};
use certctl_test_support::free_port;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A server with the plain listener, one local CA, and the directory of a client.
#[derive(Debug)]
pub struct RelyingParty {
    /// The server.
    pub scenario: Scenario,
    /// The CA's issuer.
    pub issuer: IssuerId,
    /// Certificate of the CA; `ca.pem` among the files, with those above it.
    pub ca: Certificate,
    /// Where the client keeps its files; commands run there.
    pub files: PathBuf,
    /// `http://127.0.0.1:<port>/.well-known/pki`.
    pub root: String,
    agent: SimulatedAgent,
    target: TargetId,
    kept: AtomicUsize,
}

/// An issued certificate; `<name>.pem`, `<name>.key` and `<name>-chain.pem` are its files.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// In the inventory.
    pub id: CertificateId,
    /// The certificate.
    pub certificate: Certificate,
    /// `<name>.pem`.
    pub file: String,
}

impl Leaf {
    /// Its serial number as OpenSSL takes it.
    pub fn serial(&self) -> String {
        format!("0x{}", self.certificate.serial())
    }

    /// The responder that it names.
    pub fn responder(&self) -> Result<String> {
        self.certificate.ocsp_urls().pop().context("the certificate names no responder")
    }
}

impl RelyingParty {
    /// Starts a server of these settings with a CA whose configuration is `ca`.
    pub async fn start(mut settings: ScenarioSettings, ca: &Value) -> Result<Self> {
        let base = format!("http://127.0.0.1:{}", free_port()?);
        settings.server = settings
            .server
            .with("CERTCTL_PKI_BASE_URL", &base)
            .with("CERTCTL_PKI_HTTP_LISTEN", base.trim_start_matches("http://"));
        let scenario = settings.start()?;
        let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
        let agent = SimulatedAgent::enrol(&scenario.server, &token, "web-1").await?;
        let config = json!({"cert_path": "/nonexistent/site.crt", "reload_command": "true"});
        let config = config.as_object().cloned().context("no object")?;
        let target = scenario.target("web", &agent.id, config).await?;
        let issuer = scenario.issuer_with("relied upon", ca).await?;
        let files = scenario.subdirectory("client")?;
        scenario.subdirectory("client/kept")?;
        let root = format!("{base}/.well-known/pki");
        let found = Command::new("curl").args(["-sSf", &format!("{root}/ca/{issuer}.pem")]).output()?;
        let chain = std::str::from_utf8(&found.stdout)?;
        write(&files.join("ca.pem"), chain)?;
        let ca = parse_chain(chain)?.into_iter().next().context("no CA")?;
        Ok(Self { scenario, issuer, ca, files, root, agent, target, kept: AtomicUsize::new(0) })
    }

    /// Has a certificate issued for `<name>.relied.example`.
    pub async fn leaf(&mut self, name: &str) -> Result<Leaf> {
        Ok(self.leaves(&[name]).await?.remove(0))
    }

    /// The same for several names.
    pub async fn leaves(&mut self, names: &[&str]) -> Result<Vec<Leaf>> {
        let mut ordered = Vec::new();
        for name in names {
            let host = format!("{name}.relied.example");
            let id = self.scenario.certificate(&host, &self.issuer, &[&self.target]).await?.id;
            ordered.push((*name, id, KeyPair::generate(KeySpec::P256)?));
        }
        let (scenario, agent) = (&self.scenario, &self.agent);
        let versions = scenario.until("issuing certificates", PATIENCE, async || {
            for item in agent.claim(Duration::from_secs(1)).await? {
                let key = ordered.iter().find(|(_, id, _)| item.certificate_id.as_ref() == Some(id));
                match (item.kind, key) {
                    (JobKind::Issuance, Some((_, _, key))) => {
                        let names = super::simulated_agent::sans(&item)?;
                        agent.submit_for(key, &item, &names).await?;
                    }
                    _ => agent.work(&item).await?,
                }
            }
            let mut versions = Vec::new();
            for (_, id, _) in &ordered {
                versions.extend(scenario.versions(id).await?.pop());
            }
            Ok((versions.len() == ordered.len()).then_some(versions))
        });
        let mut leaves = Vec::new();
        for ((name, id, key), version) in ordered.iter().zip(versions.await?) {
            let pem = self.scenario.admin.certificates().version(id, &version.id).await?.pem_chain;
            let certificate = Certificate::parse_pem(&pem.context("no chain")?)?;
            let file = format!("{name}.pem");
            write(&self.files.join(&file), &certificate.to_pem())?;
            let chain = certificate.to_pem() + &self.ca.to_pem();
            write(&self.files.join(format!("{name}-chain.pem")), &chain)?;
            write(&self.files.join(format!("{name}.key")), key.to_pkcs8_pem()?.expose())?;
            leaves.push(Leaf { id: id.clone(), certificate, file });
        }
        Ok(leaves)
    }

    /// Revokes a certificate.
    pub async fn revoke(&self, leaf: &Leaf, reason: RevocationReason) -> Result<()> {
        let request = RevokeRequest { reason: Some(reason), ..RevokeRequest::default() };
        self.scenario.admin.certificates().revoke(&leaf.id, &request).await?;
        Ok(())
    }

    /// Waits until the responder says so; what OpenSSL says then.
    pub async fn revoked(&self, leaf: &Leaf) -> Result<String> {
        self.scenario
            .until("the responder's word", PATIENCE, async || {
                let said = self.ocsp(leaf, &["-cert", &leaf.file, "-no_nonce"])?;
                Ok(said.contains(&format!("{}: revoked", leaf.file)).then_some(said))
            })
            .await
    }

    /// How requests name the CA.
    pub fn identity(&self) -> Result<CaIdentity> {
        Ok(CaIdentity::of(&self.ca)?)
    }

    /// Runs a program among the files.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        Command::new(program)
            .args(arguments)
            .current_dir(&self.files)
            .output()
            .with_context(|| format!("cannot run {program}"))
    }

    /// Everything that a program says, whatever its exit code.
    pub fn said(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.run(program, arguments)?;
        Ok(String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?)
    }

    /// Everything that an OpenSSL command says.
    pub fn openssl(&self, arguments: &[&str]) -> Result<String> {
        self.said("openssl", arguments)
    }

    /// Everything that `openssl ocsp` says, asking the responder that `leaf` names. The response is kept.
    pub fn ocsp(&self, leaf: &Leaf, arguments: &[&str]) -> Result<String> {
        let (url, kept) = (leaf.responder()?, self.keep("ocsp"));
        let fixed = ["ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem", "-url", &url, "-respout", &kept];
        self.openssl(&[&fixed, arguments].concat())
    }

    /// Status and body. A CRL or OCSP response is kept.
    pub fn curl(&self, arguments: &[&str]) -> Result<(u16, Vec<u8>)> {
        let form = "%{stderr}%{http_code} %{content_type}";
        let output = self.run("curl", &[&["-sS", "-w", form], arguments].concat())?;
        let told = String::from_utf8(output.stderr)?;
        ensure!(output.status.success(), "curl: {told}");
        let (status, content) = told.split_once(' ').context("no status")?;
        match content {
            "application/pkix-crl" => std::fs::write(self.files.join(self.keep("crl")), &output.stdout)?,
            "application/ocsp-response" => {
                std::fs::write(self.files.join(self.keep("ocsp")), &output.stdout)?;
            }
            _ => {}
        }
        Ok((status.parse()?, output.stdout))
    }

    /// Gets a file that must be there.
    pub fn get(&self, url: &str) -> Result<Vec<u8>> {
        let (status, body) = self.curl(&[url])?;
        ensure!(status == 200, "GET {url}: {status}");
        Ok(body)
    }

    /// The name of a file that will be judged by [`Self::lint`].
    pub fn keep(&self, kind: &str) -> String {
        format!("kept/{}.{kind}", self.kept.fetch_add(1, Ordering::Relaxed))
    }

    /// Has pkilint judge every CRL and OCSP response that was kept, at least `least`.
    pub fn lint(&self, least: usize) -> Result<()> {
        let judged = pkilint(&self.files.join("kept"))?;
        ensure!(judged >= least, "only {judged} CRLs and OCSP responses were kept, not {least}");
        Ok(())
    }
}
