//! Many simulated agents at work at the same time.

use anyhow::{Context, Result, ensure};
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_domain::id::{CertificateId, TargetId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::ledger::IssuanceState;
use certctl_e2e::harness::{Scenario, ServerProcess, SimulatedAgent};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

const WORK_WITHIN: Duration = Duration::from_mins(10);
const POLL: Duration = Duration::from_secs(1);
/// Requests at the same time while certificates are ordered.
const ORDERS_AT_ONCE: usize = 8;

/// Simulated agents with one target each.
pub(crate) struct Fleet {
    agents: Vec<SimulatedAgent>,
    targets: Vec<TargetId>,
}

/// A fleet at work.
pub(crate) struct Working {
    stop: Arc<AtomicBool>,
    tasks: JoinSet<Result<SimulatedAgent>>,
    targets: Vec<TargetId>,
}

impl Fleet {
    pub(crate) async fn enrol(scenario: &Scenario, count: usize) -> Result<Self> {
        let mut fleet = Self { agents: Vec::new(), targets: Vec::new() };
        for number in 0..count {
            let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
            let agent = SimulatedAgent::enrol(&scenario.server, &token, &format!("sim-{number}")).await?;
            let config = json!({"cert_path": "/nonexistent/site.crt", "reload_command": "true"});
            let config = config.as_object().cloned().context("no object")?;
            fleet.targets.push(scenario.target("web", &agent.id, config).await?);
            fleet.agents.push(agent);
        }
        Ok(fleet)
    }

    /// Every other agent prefers `server` from now on; all know it.
    pub(crate) fn also_at(&mut self, server: &ServerProcess) -> Result<()> {
        for (number, agent) in self.agents.iter_mut().enumerate() {
            agent.also_at(server)?;
            if number % 2 == 1 {
                agent.turn();
            }
        }
        Ok(())
    }

    /// Orders `count` certificates, spread over the agents; their issuance begins by itself.
    pub(crate) async fn order(&self, scenario: &Scenario, count: usize) -> Result<BTreeSet<CertificateId>> {
        let issuer = scenario.issuer("1h").await?;
        let mut orders = JoinSet::new();
        let mut ids = BTreeSet::new();
        for (number, target) in self.targets.iter().cycle().take(count).enumerate() {
            let request = Scenario::request(&format!("host-{number}.fleet.example"), &issuer, &[target])?;
            let admin = scenario.admin.clone();
            orders.spawn(async move { admin.certificates().create(&request).await });
            if orders.len() >= ORDERS_AT_ONCE
                && let Some(done) = orders.join_next().await
            {
                ids.insert(done??.id);
            }
        }
        while let Some(done) = orders.join_next().await {
            ids.insert(done??.id);
        }
        Ok(ids)
    }

    /// Puts everybody to work.
    pub(crate) fn start(self) -> Working {
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for mut agent in self.agents {
            let stop = Arc::clone(&stop);
            tasks.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    agent.round(POLL).await?;
                }
                Ok(agent)
            });
        }
        Working { stop, tasks, targets: self.targets }
    }

    /// Works until every certificate is issued and deployed and no job is under way.
    pub(crate) async fn run(
        &mut self,
        scenario: &Scenario,
        certificates: &BTreeSet<CertificateId>,
    ) -> Result<()> {
        let this =
            Self { agents: std::mem::take(&mut self.agents), targets: std::mem::take(&mut self.targets) };
        let working = this.start();
        let ended = scenario
            .until("the end of all work", WORK_WITHIN, async || {
                // The database may be away for a moment.
                let Ok(jobs) = scenario.database.jobs().await else { return Ok(None) };
                let deployed: BTreeSet<_> = jobs
                    .iter()
                    .filter(|job| job.kind == JobKind::Deployment && job.status == JobStatus::Completed)
                    .filter_map(|job| job.certificate_id.as_ref())
                    .collect();
                let idle = jobs.iter().all(|job| !job.status.is_live());
                Ok((idle && certificates.iter().all(|id| deployed.contains(id))).then_some(()))
            })
            .await;
        *self = working.stop().await?;
        ended
    }

    /// Every certificate has one issuance, one version, one ledger row that says so and one
    /// deployment; the number of abandoned intents.
    pub(crate) async fn assert_each_done_once(
        &self,
        scenario: &Scenario,
        certificates: &BTreeSet<CertificateId>,
    ) -> Result<usize> {
        let mut completed: BTreeMap<(CertificateId, JobKind), usize> = BTreeMap::new();
        for job in scenario.database.jobs().await? {
            ensure!(
                job.status == JobStatus::Completed,
                "job {} is {}: {:?}",
                job.id,
                job.status,
                job.last_error
            );
            let certificate = job.certificate_id.context("a job without a certificate")?;
            *completed.entry((certificate, job.kind)).or_default() += 1;
        }
        for certificate in certificates {
            for kind in [JobKind::Issuance, JobKind::Deployment] {
                let count = completed.get(&(certificate.clone(), kind)).copied().unwrap_or_default();
                ensure!(count == 1, "{count} jobs of kind {kind} for {certificate}");
            }
        }
        let (mut issued, mut abandoned) = (BTreeMap::<_, usize>::new(), 0);
        let mut serials = BTreeSet::new();
        for row in scenario.database.ledger().await? {
            ensure!(
                serials.insert(row.serial_number.clone()),
                "serial {:?} was used twice",
                row.serial_number
            );
            match row.state {
                IssuanceState::Issued => *issued.entry(row.certificate_id).or_default() += 1,
                IssuanceState::Abandoned => abandoned += 1,
                IssuanceState::Intent => anyhow::bail!("the intent {} has no end", row.id),
            }
        }
        ensure!(issued.len() == certificates.len() && issued.values().all(|count| *count == 1), "{issued:?}");
        Ok(abandoned)
    }
}

impl Working {
    /// Waits for everybody to finish what they are at.
    pub(crate) async fn stop(mut self) -> Result<Fleet> {
        self.stop.store(true, Ordering::Relaxed);
        let mut agents = Vec::new();
        while let Some(done) = self.tasks.join_next().await {
            agents.push(done??);
        }
        Ok(Fleet { agents, targets: self.targets })
    }
}
