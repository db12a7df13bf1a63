//! Simulated agents: real keys and requests, no network and no files.

use crate::cast::{AGENTS, TARGETS};
use crate::stage::{DemoError, InScene, agent};
use async_trait::async_trait;
use certctl_crypto::KeyPair;
use certctl_domain::agent::AgentMetadata;
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::{AgentId, TargetId};
use certctl_domain::job::JobKind;
use certctl_pki::RequestTemplate;
use certctl_service_api::agent::{AgentQuery, AgentService};
use certctl_service_api::agent_work::{AgentWorkService, CsrTemplate, JobReport, ReportedStatus, WorkItem};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{Actor, ServiceError};
use serde_json::Map;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How a target answers deployments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Every deployment is served.
    Serves,
    /// The target's own check refuses the new files; nothing changes.
    RefusesFiles,
    /// The reload fails, and so does putting the old files back.
    Breaks,
    /// The agent takes the work and is never heard of again.
    Silent,
    /// There is no endpoint to look at.
    Unseen,
}

/// One simulated agent.
#[derive(Debug, Clone)]
pub(crate) struct SimulatedAgent {
    pub(crate) id: AgentId,
    pub(crate) facts: AgentMetadata,
    /// Whether it still answers.
    pub(crate) alive: bool,
    /// Targets that do not serve as they should.
    pub(crate) moods: BTreeMap<TargetId, Mood>,
}

impl SimulatedAgent {
    pub(crate) async fn heartbeat(&self, work: &dyn AgentWorkService) -> Result<(), ServiceError> {
        work.heartbeat(&agent(&self.id), &self.id, self.facts.clone()).await
    }

    /// Asks once for work and does it; how much there was.
    pub(crate) async fn work(&self, work: &dyn AgentWorkService) -> Result<usize, DemoError> {
        let who = agent(&self.id);
        let items = work.claim(&who, &self.id, "demo", Duration::ZERO, 100).await.scene("poll for work")?;
        for item in &items {
            self.do_one(work, item).await?;
        }
        Ok(items.len())
    }

    async fn do_one(&self, work: &dyn AgentWorkService, item: &WorkItem) -> Result<(), DemoError> {
        let who = agent(&self.id);
        if let (Some(template), Some(certificate)) = (&item.csr, &item.certificate_id) {
            let csr = request(template)?;
            let sent = work.submit_csr(&who, &self.id, certificate, Some(item.job_id.clone()), &csr).await;
            return match sent {
                // The story has certificates that may not be issued.
                Err(ServiceError::Unprocessable(_)) => {
                    let report = report(item, ReportedStatus::Failed, Some("the server refused the request"));
                    work.report(&who, &self.id, &item.job_id, JobReport { retryable: false, ..report })
                        .await
                        .scene("report about a refused request")
                }
                other => other.map(drop).scene("certificate request"),
            };
        }
        let mood = item.target.as_ref().and_then(|target| self.moods.get(&target.id)).copied();
        let answer = match (item.kind, mood.unwrap_or(Mood::Serves)) {
            (_, Mood::Silent) => report(item, ReportedStatus::Running, None),
            (JobKind::Validation, Mood::Serves | Mood::Unseen) => {
                report(item, ReportedStatus::Completed, None)
            }
            (_, Mood::Serves) => JobReport {
                served_fingerprint: item.fingerprint_sha256.clone(),
                counters: vec![DeployCounter::AttemptSuccess],
                ..report(item, ReportedStatus::Completed, None)
            },
            (_, Mood::Unseen) => JobReport {
                counters: vec![DeployCounter::AttemptSuccess],
                ..report(item, ReportedStatus::Completed, None)
            },
            (_, Mood::RefusesFiles) => JobReport {
                stage: Some("validate".to_owned()),
                retryable: false,
                counters: vec![DeployCounter::AttemptFailure, DeployCounter::ValidateFailure],
                ..report(
                    item,
                    ReportedStatus::Failed,
                    Some("nginx -t: unknown directive \"ssl_protocol\" in /etc/nginx/sites-enabled/shop:12"),
                )
            },
            (_, Mood::Breaks) => JobReport {
                stage: Some("reload".to_owned()),
                retryable: false,
                rollback_failed: true,
                counters: vec![
                    DeployCounter::AttemptFailure,
                    DeployCounter::ReloadFailure,
                    DeployCounter::RollbackAlsoFailed,
                ],
                ..report(item, ReportedStatus::Failed, Some("nginx -s reload: no space left on device"))
            },
        };
        work.report(&who, &self.id, &item.job_id, answer).await.scene("report")
    }
}

fn report(item: &WorkItem, status: ReportedStatus, error: Option<&str>) -> JobReport {
    JobReport {
        status,
        error: error.map(ToOwned::to_owned),
        retryable: true,
        lease_token: Some(item.lease_token),
        stage: None,
        rollback_failed: false,
        served_fingerprint: None,
        counters: Vec::new(),
        details: Map::new(),
    }
}

/// A request with a fresh key, as a real agent makes it. The key is forgotten: nothing serves it.
fn request(template: &CsrTemplate) -> Result<String, DemoError> {
    let key = KeyPair::generate(template.key).map_err(|error| DemoError::Key(error.into()))?;
    let request = RequestTemplate {
        common_name: Some(template.common_name.clone()),
        sans: template.names.iter().cloned().collect(),
        extended_key_usages: template.ekus.clone(),
        must_staple: template.must_staple,
    };
    let signed = request.sign(&key).map_err(|error| DemoError::Key(error.into()))?;
    Ok(signed.to_pem())
}

/// The simulated agents of the cast that are in service, by name.
pub(crate) async fn on_stage(agents: &dyn AgentService) -> Result<Vec<SimulatedAgent>, DemoError> {
    let page = ListRequest { per_page: 500, ..ListRequest::default() };
    let rows = agents.list(&Actor::system(), AgentQuery::default(), page).await.scene("list of agents")?;
    let mut found = Vec::new();
    for row in rows.items {
        let Some((name, .., alive)) = AGENTS.iter().find(|(name, ..)| *name == row.name) else { continue };
        let moods = TARGETS.iter().filter(|(_, host, ..)| host == name);
        found.push(SimulatedAgent {
            facts: AgentMetadata {
                hostname: row.hostname,
                os: row.os,
                architecture: row.architecture,
                ip_address: row.ip_address,
                version: row.version,
            },
            id: row.id,
            alive: *alive,
            moods: moods
                .map(|(target, _, mood, _)| Ok((TargetId::parse(target)?, *mood)))
                .collect::<Result<_, DemoError>>()?,
        });
    }
    Ok(found)
}

/// Keeps the simulated agents alive after the story, on the real clock: heartbeats, and work that
/// people at the demo ask for.
pub struct DemoAgents {
    agents: Arc<dyn AgentService>,
    work: Arc<dyn AgentWorkService>,
}

impl fmt::Debug for DemoAgents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoAgents").finish_non_exhaustive()
    }
}

impl DemoAgents {
    /// Over the services of the running server.
    pub fn new(agents: Arc<dyn AgentService>, work: Arc<dyn AgentWorkService>) -> Self {
        Self { agents, work }
    }
}

#[async_trait]
impl Reconciler for DemoAgents {
    fn name(&self) -> &'static str {
        "demo-agents"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let agents = match on_stage(&*self.agents).await {
            Ok(agents) => agents,
            Err(error) => return report.failed(&error),
        };
        for agent in agents.iter().filter(|agent| agent.alive) {
            if stop.stopping() {
                break;
            }
            if let Err(error) = agent.heartbeat(&*self.work).await {
                return report.failed(&error);
            }
            match agent.work(&*self.work).await {
                Ok(done) => report.add("done", u64::try_from(done).unwrap_or(u64::MAX)),
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}
