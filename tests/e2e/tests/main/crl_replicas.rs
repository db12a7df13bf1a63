//! Revocations told by two servers on one PostgreSQL.

use anyhow::{Context, Result, ensure};
use certctl_api_types::revocation::RevokeRequest;
use certctl_domain::id::IssuerId;
use certctl_domain::revocation::RevocationReason;
use certctl_e2e::harness::{
    Leaf, PATIENCE, RelyingParty, ScenarioSettings, ServerProcess, ServerSettings, until,
};
use certctl_pki::Crl;
use certctl_pki::ocsp::{CertIdForm, OcspRequest, OcspResponse, OcspStatus};
use certctl_test_support::free_port;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What the manual promises.
const PROMISED: Duration = Duration::from_secs(2);

/// One of the servers, as relying parties see it.
#[derive(Debug, Clone)]
struct Replica {
    root: String,
    http: reqwest::Client,
}

impl Replica {
    fn new(root: &str) -> Self {
        Self { root: root.to_owned(), http: reqwest::Client::new() }
    }

    async fn crl_der(&self, issuer: &IssuerId) -> Result<Vec<u8>> {
        let answer = self.http.get(format!("{}/crl/{issuer}", self.root)).send().await?;
        Ok(answer.error_for_status()?.bytes().await?.to_vec())
    }

    async fn crl(&self, world: &RelyingParty) -> Result<Crl> {
        let crl = Crl::parse(&self.crl_der(&world.issuer).await?)?;
        crl.verify_signed_by(&world.ca)?;
        Ok(crl)
    }

    async fn lists(&self, world: &RelyingParty, leaf: &Leaf) -> Result<bool> {
        Ok(self.crl(world).await?.find(leaf.certificate.serial()).is_some())
    }

    async fn ocsp_says_revoked(&self, world: &RelyingParty, leaf: &Leaf) -> Result<bool> {
        let serials = [leaf.certificate.serial().clone()];
        let request = OcspRequest::build(&world.identity()?, &serials, CertIdForm::USUAL, None);
        let post = self.http.post(format!("{}/ocsp/{}", self.root, world.issuer)).body(request);
        let answer = post.header("content-type", "application/ocsp-request").send().await?;
        let response = OcspResponse::parse(&answer.error_for_status()?.bytes().await?)?;
        response.verify(&world.ca, certctl_e2e::harness::now())?;
        let answer = response.answers().first().context("no answer")?;
        Ok(matches!(answer.status, OcspStatus::Revoked { .. }))
    }

    async fn knows(&self, world: &RelyingParty, leaf: &Leaf) -> Result<bool> {
        Ok(self.lists(world, leaf).await? && self.ocsp_says_revoked(world, leaf).await?)
    }
}

/// Settings of another server on the database of `world`, and how it is reached.
fn beside(world: &RelyingParty, name: &str) -> Result<(ServerSettings, Replica)> {
    let listen = format!("127.0.0.1:{}", free_port()?);
    let settings = world.scenario.server.settings().sibling(name).with("CERTCTL_PKI_HTTP_LISTEN", &listen);
    Ok((settings, Replica::new(&format!("http://{listen}/.well-known/pki"))))
}

/// Two servers with `count` certificates.
async fn two(count: usize) -> Result<(RelyingParty, ServerProcess, [Replica; 2], Vec<Leaf>)> {
    let mut world = RelyingParty::start(ScenarioSettings::postgres()?, &json!({})).await?;
    let names: Vec<String> = (0..count).map(|number| format!("leaf-{number}")).collect();
    let leaves = world.leaves(&names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let (settings, there) = beside(&world, "server-2")?;
    let second = settings.start()?;
    let here = Replica::new(&world.root);
    Ok((world, second, [here, there], leaves))
}

async fn revoke_at(world: &RelyingParty, server: &ServerProcess, leaf: &Leaf) -> Result<()> {
    let reason = Some(RevocationReason::CessationOfOperation);
    let request = RevokeRequest { reason, ..RevokeRequest::default() };
    server.client(&world.scenario.admin_key)?.certificates().revoke(&leaf.id, &request).await?;
    Ok(())
}

#[tokio::test]
async fn crl_and_ocsp_of_both_replicas_tell_of_a_revocation_within_two_seconds() -> Result<()> {
    let (world, second, replicas, leaves) = two(6).await?;
    let mut times = Vec::new();
    for (number, leaf) in leaves.iter().enumerate() {
        for replica in &replicas {
            ensure!(!replica.knows(&world, leaf).await?, "it is good, and both have said so");
        }
        let server = if number % 2 == 0 { &world.scenario.server } else { &second };
        revoke_at(&world, server, leaf).await?;
        let committed = Instant::now();
        until("telling of a revocation", PATIENCE, async || {
            let [here, there] = &replicas;
            let both = here.knows(&world, leaf).await? && there.knows(&world, leaf).await?;
            Ok(both.then_some(()))
        })
        .await?;
        times.push(committed.elapsed());
    }
    // A machine that is busy with something else may miss once; it does not miss most of the time.
    times.sort();
    let usual = times.get(times.len() / 2).context("nothing was revoked")?;
    ensure!(*usual < PROMISED, "{times:?}");
    Ok(())
}

/// Every CRL that a replica serves from now on, as number and bytes, in order.
async fn watch(replica: Replica, issuer: IssuerId, stop: Arc<AtomicBool>) -> Result<Vec<(u64, Vec<u8>)>> {
    let mut seen: Vec<(u64, Vec<u8>)> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let der = replica.crl_der(&issuer).await?;
        if seen.last().is_none_or(|(_, last)| *last != der) {
            let number = Crl::parse(&der)?.number().context("a CRL without a number")?;
            seen.push((number, der));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(seen)
}

#[tokio::test]
async fn replicas_that_race_never_give_a_number_twice_and_never_go_back() -> Result<()> {
    let (world, second, [here, there], leaves) = two(12).await?;

    // Nobody has made the first CRL of a new issuer: whoever is asked makes it.
    for number in 0..4 {
        let issuer = world.scenario.issuer_with(&format!("raced for {number}"), &json!({})).await?;
        let (a, b) = tokio::join!(here.crl_der(&issuer), there.crl_der(&issuer));
        let (a, b) = (a?, b?);
        let numbers = (Crl::parse(&a)?.number(), Crl::parse(&b)?.number());
        ensure!(a == b || numbers.0 != numbers.1, "two CRLs have number {numbers:?}");
    }

    let stop = Arc::new(AtomicBool::new(false));
    let mut watches = JoinSet::new();
    for replica in [&here, &there] {
        watches.spawn(watch(replica.clone(), world.issuer.clone(), Arc::clone(&stop)));
    }
    for pair in leaves.chunks(2) {
        let [one, other] = pair else { anyhow::bail!("an odd number of certificates") };
        let (here_done, there_done) =
            tokio::join!(revoke_at(&world, &world.scenario.server, one), revoke_at(&world, &second, other));
        here_done.and(there_done)?;
        until("telling of both revocations", PATIENCE, async || {
            let mut all = true;
            for replica in [&here, &there] {
                all &= replica.lists(&world, one).await? && replica.lists(&world, other).await?;
            }
            Ok(all.then_some(()))
        })
        .await?;
    }
    stop.store(true, Ordering::Relaxed);
    let mut all: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    while let Some(seen) = watches.join_next().await {
        let seen = seen??;
        let numbers: Vec<u64> = seen.iter().map(|(number, _)| *number).collect();
        ensure!(numbers.is_sorted_by(|before, after| before < after), "{numbers:?}");
        for (number, der) in seen {
            let first = all.entry(number).or_insert_with(|| der.clone());
            ensure!(*first == der, "two CRLs have number {number}");
        }
    }
    ensure!(all.len() > leaves.len() / 2, "{} CRLs for {} revocations", all.len(), leaves.len());
    for (number, der) in all {
        std::fs::write(world.files.join(format!("kept/number-{number}.crl")), der)?;
    }
    world.lint(leaves.len() / 2)
}

#[tokio::test]
async fn a_replica_killed_while_it_makes_a_crl_is_replaced_by_the_other() -> Result<()> {
    let mut world = RelyingParty::start(ScenarioSettings::postgres()?, &json!({})).await?;
    let leaves = world.leaves(&["a", "b", "c", "d", "e", "f"]).await?;
    let here = Replica::new(&world.root);
    let before = here.crl(&world).await?.number();
    let marker = world.scenario.directory().join("reached");
    let trap = Path::new(env!("CARGO_BIN_EXE_crashing-server"));
    let (settings, _) = beside(&world, "server-2")?;
    let mut second = settings.program(trap, &["listed", &marker.display().to_string()]).start()?;

    // Whoever hears of a revocation first makes the CRL, which usually is who recorded it.
    let mut last = None;
    for leaf in &leaves {
        revoke_at(&world, &second, leaf).await?;
        last = Some(leaf);
        until("making a CRL", PATIENCE, async || {
            Ok((marker.exists() || here.lists(&world, leaf).await?).then_some(()))
        })
        .await?;
        if marker.exists() {
            break;
        }
    }
    ensure!(marker.exists(), "the replica never came to make a CRL");
    second.running.kill9()?;
    let leaf = last.context("nothing was revoked")?;

    let between = here.crl(&world).await?;
    until("telling of the revocation by OCSP", PATIENCE, async || {
        Ok(here.ocsp_says_revoked(&world, leaf).await?.then_some(()))
    })
    .await?;
    let after = until("going on with CRLs", PATIENCE, async || {
        let crl = here.crl(&world).await?;
        Ok(crl.find(leaf.certificate.serial()).is_some().then_some(crl))
    })
    .await?;
    ensure!(before <= between.number() && between.number() < after.number(), "the number rises");
    let next = leaves.last().context("no certificate")?;
    if next.id != leaf.id {
        revoke_at(&world, &world.scenario.server, next).await?;
        until("the next CRL", PATIENCE, async || Ok(here.lists(&world, next).await?.then_some(()))).await?;
    }
    Ok(())
}
