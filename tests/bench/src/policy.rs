//! Compliance rules over a large inventory: the evaluation, and the preview of a rule.

use crate::core::Core;
use crate::fill::{self, References};
use crate::place::{Place, Postgres};
use crate::table;
use anyhow::{Result, anyhow, ensure};
use certctl_domain::policy::{
    AllowedDomains, AllowedEnvironments, AllowedIssuers, CertificateLifetime, PolicyConfig, PolicyRule,
};
use certctl_repository_diesel::provision;
use certctl_service::Policies;
use certctl_service::reconcile::PolicyEvaluation;
use certctl_service_api::Actor;
use certctl_service_api::engine::{Reconciler, StopSignal};
use certctl_service_api::policy::{PolicyDraft, PolicyService, PolicySpec};
use certctl_testkit::{build, seed_basics};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Nobody wants a measurement to end early.
pub(crate) struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

/// One leaf for each certificate, in the words of both engines.
const LEAVES: &str = "INSERT INTO certificate_versions (id, certificate_id, issuer_id, serial_number, \
    not_before, not_after, fingerprint_sha256, pem_chain, csr_pem, key_algorithm, key_size, created_at) \
    SELECT 'cv-' || id, id, issuer_id, id, valid_from, expires_at, id, '', '', 'ECDSA', 256, created_at \
    FROM managed_certificates";

/// Measures both engines and prints the table.
pub(crate) async fn measure(count: u32) -> Result<()> {
    let server = Postgres::start()?;
    let mut rows = Vec::new();
    for (name, place) in [("SQLite", Place::sqlite()?), ("PostgreSQL", Place::postgres(&server)?)] {
        for (what, time) in policies(&place, count).await? {
            let rate = f64::from(count) / time.as_secs_f64();
            rows.push(vec![format!("{name}, {what}"), table::time(time), table::rate(rate)]);
        }
    }
    let title = format!("Compliance rules, {count} certificates");
    table::print(&title, &["whole inventory", "time", "certificates"], &rows)
}

fn rule(id: &str, config: PolicyConfig) -> PolicyRule {
    PolicyRule { config, ..build::policy_rule(id) }
}

/// Four rules that every certificate keeps to.
fn kept() -> Result<[PolicyRule; 4]> {
    let domains = AllowedDomains { allowed_domains: vec!["*.bench.example".parse()?] };
    let issuers = AllowedIssuers { allowed_issuer_ids: vec![build::id(build::ISSUER)] };
    let environments = AllowedEnvironments { allowed: vec!["bench".to_owned()] };
    Ok([
        rule("pr-domains", PolicyConfig::AllowedDomains(domains)),
        rule("pr-issuers", PolicyConfig::AllowedIssuers(issuers)),
        rule("pr-environments", PolicyConfig::AllowedEnvironments(environments)),
        rule(
            "pr-lifetime",
            PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 36_500 + 365 }),
        ),
    ])
}

async fn policies(place: &Place, count: u32) -> Result<Vec<(&'static str, Duration)>> {
    let core = Core::open(place.url.clone()).await?;
    let store = core.base.store.clone();
    seed_basics(&store).await;
    let references =
        References { owner: build::OWNER, team: build::TEAM, issuer: build::ISSUER, policy: build::POLICY };
    fill::certificates(&place.url, count, references).await?;
    let url = place.url.clone();
    let filled = tokio::task::spawn_blocking(move || provision::execute(&url, &[LEAVES]));
    filled.await?.map_err(|error| anyhow!(error))?;

    let service = Policies::new(core.base.clone(), Arc::clone(&core.wakeups));
    let evaluation = PolicyEvaluation::new(core.base.clone(), Arc::clone(&core.wakeups));
    let mut figures = Vec::new();
    let broken = build::policy_rule("pr-broken");
    let draft = PolicySpec {
        name: broken.name.clone(),
        config: broken.config.clone(),
        enabled: true,
        severity: broken.severity,
    };
    let begun = Instant::now();
    let found = service.preview(&Actor::system(), PolicyDraft::New(draft), 50).await?;
    figures.push(("preview of a rule that all break", begun.elapsed()));
    ensure!(found.violating == u64::from(count), "the preview missed some: {found:?}");

    let rules = kept()?;
    store
        .write("bench.rules", move |tx| rules.iter().try_for_each(|rule| tx.policy_rules().insert(rule)))
        .await?;
    figures.push(("evaluation of 4 rules that all keep", timed(&evaluation, "open", 0).await?));
    store.write("bench.rule", move |tx| tx.policy_rules().insert(&broken)).await?;
    let detected = timed(&evaluation, "detected", count).await?;
    figures.push(("a fifth rule that all break, first found", detected));
    figures.push(("the same, found again", timed(&evaluation, "open", count).await?));
    store.close().await;
    Ok(figures)
}

/// The time of one activation, which must count `wanted`.
async fn timed(evaluation: &PolicyEvaluation, name: &str, wanted: u32) -> Result<Duration> {
    let begun = Instant::now();
    let report = evaluation.activate(&Never).await;
    let time = begun.elapsed();
    let found = report.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, n)| *n);
    ensure!(report.error.is_none() && found == u64::from(wanted), "the evaluation failed: {report:?}");
    Ok(time)
}
