//! OCSP responders are replaced while everybody asks.

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use certctl_e2e::harness::{PATIENCE, RelyingParty, ScenarioSettings, now, until, write};
use certctl_pki::ocsp::{CertIdForm, OcspRequest, OcspResponse, OcspStatus};
use certctl_pki::{Certificate, Serial};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Clients that ask without a pause.
const CLIENTS: u64 = 6;
/// Answers of each responder that are also shown to OpenSSL and pkilint.
const SHOWN: usize = 20;

/// What a client was told: by responder, its number of answers and some of them.
type Told = BTreeMap<Serial, (usize, Vec<Vec<u8>>)>;

/// Who asks.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    url: String,
    ca: Certificate,
    serial: Serial,
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
}

impl Client {
    /// Asks by turns for a kept answer and for one of its own; every answer has to be right.
    async fn run(self, number: u64) -> Result<Told> {
        let mut told = Told::new();
        let mut round = number;
        while !self.stop.load(Ordering::Relaxed) {
            round += CLIENTS;
            let nonce = round.to_be_bytes();
            let nonce = round.is_multiple_of(2).then_some(&nonce[..]);
            let der = self.ask(nonce).await?;
            let response = OcspResponse::parse(&der)?;
            let signer = response.verify(&self.ca, now())?.serial().clone();
            ensure!(response.nonce() == nonce, "the nonce is another one");
            let answer = response.answers().first().context("no answer")?;
            ensure!(answer.status == OcspStatus::Good, "{answer:?}");
            ensure!(answer.next_update.is_some_and(|end| now() < end), "it has ended: {answer:?}");
            let (count, some) = told.entry(signer).or_default();
            *count += 1;
            if some.len() < SHOWN {
                some.push(der);
            }
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
        Ok(told)
    }

    async fn ask(&self, nonce: Option<&[u8]>) -> Result<Vec<u8>> {
        let identity = certctl_pki::ocsp::CaIdentity::of(&self.ca)?;
        let serials = [self.serial.clone()];
        let request = OcspRequest::build(&identity, &serials, CertIdForm::USUAL, nonce);
        let call = if nonce.is_some() {
            self.http.post(&self.url).header("content-type", "application/ocsp-request").body(request)
        } else {
            let text = base64::engine::general_purpose::URL_SAFE.encode(request);
            self.http.get(format!("{}/{text}", self.url))
        };
        Ok(call.send().await?.error_for_status()?.bytes().await?.to_vec())
    }
}

/// Waits until the clients have got `more` answers. None of them may have ended.
async fn asked(client: &Client, clients: &mut JoinSet<Result<Told>>, more: u64) -> Result<()> {
    let target = client.asked.load(Ordering::Relaxed) + more;
    until("getting answers", PATIENCE, async || {
        if let Some(ended) = clients.try_join_next() {
            ended??;
            bail!("a client has stopped asking");
        }
        Ok((client.asked.load(Ordering::Relaxed) >= target).then_some(()))
    })
    .await
}

#[tokio::test]
async fn responders_change_under_load_and_every_answer_is_right() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    let shift = settings.directory().join("shift");
    // The responder will have lived for half an hour when the clock is put right.
    write(&shift, "-1860")?;
    let program = Path::new(env!("CARGO_BIN_EXE_crashing-server"));
    settings.server = settings
        .server
        .program(program, &["shifted", &shift.display().to_string()])
        .with("CERTCTL_OCSP_RESPONDER_VALIDITY", "1h")
        .with("CERTCTL_OCSP_RESPONDER_ROTATION_GRACE", "30m")
        .with("CERTCTL_OCSP_CACHE_REFRESH_INTERVAL", "1s")
        .with("CERTCTL_OCSP_RATE_LIMIT_PER_IP_MIN", 0);
    let mut world = RelyingParty::start(settings, &json!({})).await?;
    let leaf = world.leaf("leaf").await?;
    let client = Client {
        http: reqwest::Client::new(),
        url: leaf.responder()?,
        ca: world.ca.clone(),
        serial: leaf.certificate.serial().clone(),
        stop: Arc::default(),
        asked: Arc::default(),
    };
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(client.clone().run(number));
    }
    asked(&client, &mut clients, 300).await?;
    write(&shift, "0")?;
    let issuer = world.issuer.clone();
    world
        .scenario
        .until("another responder", PATIENCE, async || {
            let issuer = issuer.clone();
            let all = world.scenario.database.with(move |tx| tx.ocsp().responders(Some(&issuer))).await?;
            Ok((all.len() == 2).then_some(()))
        })
        .await?;
    asked(&client, &mut clients, 600).await?;
    client.stop.store(true, Ordering::Relaxed);
    let mut all = Told::new();
    while let Some(told) = clients.join_next().await {
        for (signer, (count, some)) in told?? {
            let entry = all.entry(signer).or_default();
            entry.0 += count;
            entry.1.extend(some);
        }
    }
    ensure!(all.len() == 2, "{} responders have signed", all.len());
    for (count, some) in all.values() {
        ensure!(*count >= 100, "a responder signed {count} answers only");
        for der in some.iter().take(SHOWN) {
            let kept = world.keep("ocsp");
            std::fs::write(world.files.join(&kept), der)?;
            let show = ["ocsp", "-respin", &kept, "-issuer", "ca.pem", "-CAfile", "ca.pem", "-no_nonce"];
            let said = world.openssl(&[&show[..], &["-cert", &leaf.file]].concat())?;
            ensure!(said.contains("leaf.pem: good") && said.contains("Response verify OK"), "{said}");
        }
    }
    world.lint(2 * SHOWN)
}
