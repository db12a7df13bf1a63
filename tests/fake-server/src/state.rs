//! What the fake control plane knows, and the rules by which it changes.

use crate::certificates::{Authority, now};
use certctl_api_types::agent::Heartbeat;
use certctl_api_types::work::{JobReport, ReportedStatus, WorkItem};
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId, VersionId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::san::San;
use certctl_domain::target::TargetKind;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// A way to fail, used up by the next request it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The next CSR is refused with 422 and this message.
    RefuseCsr(String),
    /// The next CSR is recorded, but nothing comes of it and the connection breaks.
    DropCsr,
    /// The next CSR is accepted, but the answer is lost.
    LoseCsrAnswer,
    /// The next final report is taken, but the answer is lost.
    LoseReportAnswer,
    /// The next certificate that an agent fetches is another one, with the same names.
    WrongCertificate,
    /// The next claim is answered with 503 and `Retry-After: 1`.
    Throttle,
    /// The next claim is answered at once with nothing, as a server does that is about to stop.
    SendAway,
}

/// A version that was issued.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) certificate_id: CertificateId,
    pub(crate) names: Vec<San>,
    pub(crate) pem: String,
    pub(crate) fingerprint: String,
}

/// A job with its lease.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) item: WorkItem,
    /// Targets that get what is issued.
    pub(crate) follow_up: Vec<(TargetId, Map<String, Value>)>,
    pub(crate) holder: Option<(String, Timestamp)>,
    /// Whether the agent may have it now.
    pub(crate) due: bool,
}

/// What the server knows. Tests read it.
#[derive(Debug)]
pub struct State {
    /// Heartbeats, oldest first.
    pub heartbeats: Vec<Heartbeat>,
    /// Accepted and refused CSRs with their jobs, oldest first, PEM.
    pub csrs: Vec<(JobId, String)>,
    /// Reports that were taken (`Running` included), oldest first.
    pub reports: Vec<(JobId, JobReport)>,
    /// Reports that came with a lease that was lost.
    pub stale_reports: Vec<(JobId, JobReport)>,
    /// Number of claims, with the instance that asked.
    pub claims: Vec<String>,
    /// Paths of the requests that came during an outage, oldest first.
    pub turned_away: Vec<String>,
    /// Requests with a credential that is not valid.
    pub unauthenticated: usize,
    /// Versions in the order they were issued.
    pub versions: Vec<VersionId>,
    pub(crate) authority: Authority,
    pub(crate) newest_instance: String,
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) agents: BTreeMap<AgentId, String>,
    pub(crate) retired: bool,
    pub(crate) outage: bool,
    pub(crate) lease: Duration,
    pub(crate) faults: VecDeque<Fault>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) issued: BTreeMap<VersionId, Issued>,
    pub(crate) minted: u64,
}

impl State {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            heartbeats: Vec::new(),
            csrs: Vec::new(),
            reports: Vec::new(),
            stale_reports: Vec::new(),
            claims: Vec::new(),
            turned_away: Vec::new(),
            unauthenticated: 0,
            versions: Vec::new(),
            authority: Authority::new()?,
            newest_instance: String::new(),
            tokens: BTreeSet::new(),
            agents: BTreeMap::new(),
            retired: false,
            outage: false,
            lease: Duration::from_mins(1),
            faults: VecDeque::new(),
            jobs: Vec::new(),
            issued: BTreeMap::new(),
            minted: 0,
        })
    }

    /// Final reports of a job, oldest first.
    pub fn outcomes(&self, job: &JobId) -> Vec<JobReport> {
        let of_job =
            self.reports.iter().filter(|(id, report)| id == job && report.status != ReportedStatus::Running);
        of_job.map(|(_id, report)| report.clone()).collect()
    }

    /// Status of a job.
    pub fn status(&self, job: &JobId) -> Option<JobStatus> {
        self.jobs.iter().find(|candidate| candidate.item.id == *job).map(|job| job.item.status)
    }

    /// Deployment jobs in the order they were queued.
    pub fn deployments(&self) -> Vec<JobId> {
        let deployments = self.jobs.iter().filter(|job| job.item.kind == JobKind::Deployment);
        deployments.map(|job| job.item.id.clone()).collect()
    }

    pub(crate) fn mint(&mut self, prefix: &str) -> String {
        self.minted += 1;
        format!("{prefix}-{:04}", self.minted)
    }

    pub(crate) fn take_fault(&mut self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let at = self.faults.iter().position(fits)?;
        self.faults.remove(at)
    }

    pub(crate) fn job_mut(&mut self, id: &JobId) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.item.id == *id)
    }

    /// A job that is not yet anybody's, with nothing filled in.
    pub(crate) fn blank(&mut self, kind: JobKind, status: JobStatus) -> Option<WorkItem> {
        let id = JobId::parse(&self.mint("job")).ok()?;
        Some(WorkItem {
            id,
            kind,
            certificate_id: None,
            common_name: None,
            sans: None,
            key_algorithm: None,
            key_size: None,
            ekus: None,
            must_staple: None,
            target_id: None,
            target_type: None,
            target_config: None,
            version_id: None,
            fingerprint_sha256: None,
            status,
            lease_token: 0,
            lease_until: now(),
            attempt: 0,
        })
    }

    pub(crate) fn push(&mut self, item: WorkItem) -> JobId {
        let id = item.id.clone();
        self.jobs.push(Job { item, follow_up: Vec::new(), holder: None, due: true });
        id
    }

    /// Queues the deployment of a version to a target.
    pub(crate) fn deploy(
        &mut self,
        version: &VersionId,
        target: TargetId,
        config: Map<String, Value>,
    ) -> Option<JobId> {
        let issued = self.issued.get(version)?.clone();
        let mut item = self.blank(JobKind::Deployment, JobStatus::Pending)?;
        item.certificate_id = Some(issued.certificate_id);
        item.version_id = Some(version.clone());
        item.fingerprint_sha256 = Some(issued.fingerprint);
        item.target_id = Some(target);
        item.target_type = TargetKind::ALL.first().copied();
        item.target_config = Some(config);
        Some(self.push(item))
    }

    /// Leases due jobs to `instance`. Older instances of the agent are taken to be dead: the newest
    /// one gets their jobs, and a poll that one of them left behind gets nothing.
    pub(crate) fn claim(&mut self, instance: &str, limit: usize) -> Vec<WorkItem> {
        if instance != self.newest_instance {
            return Vec::new();
        }
        let (at, lease) = (now(), self.lease);
        let free = |job: &&mut Job| {
            let held = job.holder.as_ref().is_some_and(|(owner, until)| owner == instance && *until > at);
            job.due && job.item.status.is_live() && !held
        };
        self.jobs
            .iter_mut()
            .filter(free)
            .take(limit)
            .map(|job| {
                let until = at.plus(lease);
                job.holder = Some((instance.to_owned(), until));
                job.item.lease_token += 1;
                job.item.lease_until = until;
                job.item.attempt += 1;
                if job.item.status == JobStatus::Pending {
                    job.item.status = JobStatus::Running;
                }
                job.item.clone()
            })
            .collect()
    }
}
