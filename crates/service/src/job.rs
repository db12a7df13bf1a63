//! Jobs as operators see them: list, cancel, retry.

mod ending;
mod retry;
mod verify;
mod withdraw;

pub(crate) use ending::end_failed;
pub(crate) use withdraw::withdraw;

use crate::agent_work::note_failure;
use crate::failure::Failure;
use crate::issuance::{self, Ended};
use crate::support::{Foundation, audit_event, listing, page_request};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::{IdSource, JobId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::target::Target;
use certctl_domain::timeline::Timeline;
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::{JobFilter, StoreError, Tx};
use certctl_service_api::job::{JobQuery, JobService, Verification, VerificationReport};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// Attempts of a dry run: an agent may be restarted in the middle of one.
const VALIDATION_ATTEMPTS: u32 = 3;

/// Use cases of jobs.
#[derive(Debug)]
pub struct Jobs {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Jobs {
    /// Over a store, waking whoever gets work.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }

    fn wake(&self, job: &Job) {
        match (job.executor, &job.agent_id) {
            (Executor::Server, _) => self.wakeups.wake_workers(),
            (Executor::Agent, Some(agent)) => self.wakeups.wake_agent(agent),
            (Executor::Agent, None) => {}
        }
    }
}

/// A dry run of a target by its agent. At most one is live per target.
pub(crate) fn new_validation(id: JobId, target: &Target, requested_by: &str, now: Timestamp) -> Job {
    Job {
        id,
        kind: JobKind::Validation,
        certificate_id: None,
        target_id: Some(target.id.clone()),
        agent_id: Some(target.agent_id.clone()),
        version_id: None,
        status: JobStatus::Pending,
        executor: Executor::Agent,
        attempts: 0,
        max_attempts: VALIDATION_ATTEMPTS,
        last_error: None,
        run_after: now,
        lease: None,
        lease_token: 0,
        dedup_key: Some(format!("validate:{}", target.id)),
        payload: JsonText::empty_object(),
        result: None,
        requested_by: requested_by.to_owned(),
        started_at: None,
        completed_at: None,
        verification_status: VerificationStatus::Pending,
        verified_at: None,
        verification_fingerprint: None,
        verification_error: None,
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Cancels a live job and puts back what waited for it: the certificate of an issuance, the
/// mapping of a deployment.
pub(crate) fn cancel(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    mut job: Job,
    why: &str,
    now: Timestamp,
) -> Result<Job, Failure> {
    withdraw(tx, ids, who, &mut job, why, now)?;
    match (&job.certificate_id, job.kind) {
        (Some(certificate), JobKind::Issuance | JobKind::Renewal) => {
            issuance::settle(tx, certificate, Ended::Cancelled, now)?;
        }
        (_, JobKind::Deployment) => note_failure(tx, &job, DeploymentEvent::Failed, now)?,
        // A cancelled dry run says nothing about its target.
        _ => {}
    }
    Ok(job)
}

fn get(tx: &mut dyn Tx, id: &JobId) -> Result<Job, Failure> {
    tx.jobs().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("job", id)))
}

#[async_trait]
impl JobService for Jobs {
    async fn list(
        &self,
        who: &Actor,
        query: JobQuery,
        page: ListRequest,
    ) -> Result<Listing<Job>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("jobs", &page)?;
        let wanted = request.clone();
        let filter = JobFilter {
            status: query.status,
            kind: query.kind,
            certificate_id: query.certificate_id,
            agent_id: query.agent_id,
            target_id: query.target_id,
            created_after: query.created_after,
            created_before: query.created_before,
        };
        let found = self
            .base
            .store
            .read("job.list", move |tx| Ok::<_, Failure>(tx.jobs().list(&filter, &wanted)?))
            .await?;
        Ok(listing("jobs", &request, found))
    }

    async fn get(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        let found = self.base.store.read("job.get", move |tx| get(tx, &id));
        Ok(found.await?)
    }

    async fn timeline(&self, who: &Actor, id: &JobId) -> Result<Timeline, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        let states = self.base.store.read("job.timeline", move |tx| {
            get(tx, &id)?;
            Ok::<_, Failure>(tx.jobs().states(&id)?)
        });
        Ok(Timeline::of(&states.await?))
    }

    async fn verify(
        &self,
        who: &Actor,
        id: &JobId,
        report: VerificationReport,
    ) -> Result<Verification, ServiceError> {
        verify::check_caller(who)?;
        verify::check(&report)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let verified =
            self.base.store.write("job.verify", move |tx| verify::verify(tx, &*ids, &who, &id, &report, now));
        Ok(verified.await?)
    }

    async fn verification(&self, who: &Actor, id: &JobId) -> Result<Verification, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("job.verification", move |tx| verify::verification(tx, &id)).await?)
    }

    async fn cancel(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        who.require(Permission::JobWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let cancelled = self.base.store.write("job.cancel", move |tx| {
            let job = get(tx, &id)?;
            let before = job.status;
            let job = cancel(tx, &*ids, &who, job, &format!("cancelled by {}", who.name()), now)?;
            let details = json!({"type": job.kind, "certificate_id": job.certificate_id, "from": before});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "job_cancelled",
                ("job", id.as_str()),
                &details,
            ))?;
            Ok::<_, Failure>(job)
        });
        Ok(cancelled.await?)
    }

    async fn retry(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        who.require(Permission::JobWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let guards = self.base.guards;
        let retried = self.base.store.write("job.retry", move |tx| {
            let job = get(tx, &id)?;
            let failed_with = job.last_error.clone();
            let job = retry::retry(tx, &guards, job, now)?;
            let details =
                json!({"type": job.kind, "certificate_id": job.certificate_id, "last_error": failed_with});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "job_retried",
                ("job", id.as_str()),
                &details,
            ))?;
            Ok(job)
        });
        let job = match retried.await {
            Err(Failure::Store(StoreError::Duplicate { key: "job.live_issuance" })) => {
                return Err(retry::renewing());
            }
            Err(Failure::Store(StoreError::Duplicate { key: "job.dedup_key" })) => {
                return Err(ServiceError::conflict(
                    ConflictCode::AlreadyExists,
                    "the same work is queued already",
                ));
            }
            other => other?,
        };
        self.wake(&job);
        Ok(job)
    }
}
