//! Storage of jobs and their leases.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus};
use certctl_domain::timeline::JobState;

/// Which jobs a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Status.
    pub status: Option<JobStatus>,
    /// Kind.
    pub kind: Option<JobKind>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Agent.
    pub agent_id: Option<AgentId>,
    /// Target.
    pub target_id: Option<TargetId>,
    /// Created after this time.
    pub created_after: Option<Timestamp>,
    /// Created before this time.
    pub created_before: Option<Timestamp>,
}

/// An ended job that a later one of the same kind and subject has replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedJob {
    /// Job.
    pub id: JobId,
    /// When it ended.
    pub completed_at: Timestamp,
}

/// A claim of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Who claims: replica instance, or `<agent id>/<instance>`.
    pub owner: String,
    /// Now.
    pub at: Timestamp,
    /// End of the new leases.
    pub until: Timestamp,
    /// At most this many jobs.
    pub limit: u32,
}

/// Jobs. Every insert, update and claim also records what the job was after it.
pub trait JobRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &JobId) -> Result<Option<Job>, StoreError>;
    /// What the job was after each of its changes, oldest first.
    fn states(&mut self, id: &JobId) -> Result<Vec<JobState>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &JobFilter, page: &PageRequest) -> Result<Page<Job>, StoreError>;
    /// Adds a row. `Duplicate{job.dedup_key}` when the same work is live,
    /// `Duplicate{job.live_issuance}` when an issuance of the certificate for that agent is live; the
    /// transaction stays usable after both. Also `Missing{job.certificate_id|job.agent_id}`.
    fn insert(&mut self, job: &Job) -> Result<(), StoreError>;
    /// Writes the row if the stored revision is `job.revision`, and grows the revision; otherwise `Stale`.
    fn update(&mut self, job: &mut Job) -> Result<(), StoreError>;
    /// Leases due server jobs: `Pending` with `run_after` in the past, or `Running` with an expired
    /// lease; oldest first. Each returned job has the claim applied (status, attempts, token, lease).
    fn claim_for_server(&mut self, request: &ClaimRequest) -> Result<Vec<Job>, StoreError>;
    /// Leases due jobs of one agent: `AwaitingCSR` and agent-executed `Pending` with `run_after` in the
    /// past and no valid lease, and agent-executed `Running` whose lease has expired or belongs to an
    /// older instance of the agent (its owner sorts before `request.owner`). Each returned job has the
    /// claim applied.
    fn claim_for_agent(&mut self, agent: &AgentId, request: &ClaimRequest) -> Result<Vec<Job>, StoreError>;
    /// Prolongs a lease; false when `token` is no longer the job's or the job is not leased.
    fn extend_lease(&mut self, id: &JobId, token: i64, until: Timestamp) -> Result<bool, StoreError>;
    /// Makes every server-executed `Running` job leased by `owner` (or by anybody, when absent)
    /// claimable now; returns how many there were. For shutdown, and for start on an exclusive database.
    fn release_server_leases(&mut self, owner: Option<&str>, at: Timestamp) -> Result<u64, StoreError>;
    /// Live issuance jobs of a certificate.
    fn live_issuances(&mut self, certificate: &CertificateId) -> Result<Vec<Job>, StoreError>;
    /// Those of these certificates that have a live issuance, by id.
    fn with_live_issuance(
        &mut self,
        certificates: &[CertificateId],
    ) -> Result<Vec<CertificateId>, StoreError>;
    /// Live jobs of an agent.
    fn live_of_agent(&mut self, agent: &AgentId) -> Result<Vec<Job>, StoreError>;
    /// Live jobs of a certificate on a target, or of the whole certificate when `target` is absent.
    fn live_deployments(
        &mut self,
        certificate: &CertificateId,
        target: Option<&TargetId>,
    ) -> Result<Vec<Job>, StoreError>;
    /// Jobs in `status` whose `run_after` lies before `before`, oldest first; at most `limit`. A claim
    /// does not move `run_after`, so a job that is claimed in vain keeps its place.
    fn waiting_since(
        &mut self,
        status: JobStatus,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError>;
    /// When the next job of this executor becomes claimable (run time or end of a lease).
    fn next_due(&mut self, executor: Executor) -> Result<Option<Timestamp>, StoreError>;
    /// Jobs that ended before `before`, in the order of their end and after the job `after`, for which
    /// a later job of the same kind, certificate, target and agent exists; at most `limit`.
    fn replaced(
        &mut self,
        before: Timestamp,
        after: Option<&EndedJob>,
        limit: u32,
    ) -> Result<Vec<EndedJob>, StoreError>;
    /// Removes ended jobs with their history; live ones stay. Returns how many were removed.
    fn delete_ended(&mut self, ids: &[JobId]) -> Result<u64, StoreError>;
}
