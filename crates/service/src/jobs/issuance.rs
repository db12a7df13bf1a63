//! Issuance and renewal: record the intent, have it signed, check it, record the result.

use super::issuance_checks;
use super::issuance_complete::complete;
use super::issuance_steps::{self as steps, Plan};
use crate::live_issuers::LiveIssuers;
use crate::notification::raise;
use crate::policy::PolicyGate;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_domain::id::IssuerId;
use certctl_domain::job::{Job, JobKind};
use certctl_domain::retry::FailureClass;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{JobFailure, JobRunner};
use certctl_telemetry::{ErrorClass, IssuanceMetrics};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// Has the accepted CSR of a job signed by its issuer.
#[derive(Debug)]
pub struct IssuanceRunner {
    base: Foundation,
    issuers: Arc<LiveIssuers>,
    wakeups: Arc<Wakeups>,
    metrics: IssuanceMetrics,
    gate: PolicyGate,
}

impl IssuanceRunner {
    /// Over a store and the live issuers.
    pub const fn new(
        base: Foundation,
        issuers: Arc<LiveIssuers>,
        wakeups: Arc<Wakeups>,
        metrics: IssuanceMetrics,
    ) -> Self {
        Self { base, issuers, wakeups, metrics, gate: PolicyGate::open() }
    }

    /// Has nothing signed that breaks the compliance rules of `gate`.
    #[must_use]
    pub fn guarded(self, gate: PolicyGate) -> Self {
        Self { gate, ..self }
    }

    async fn issue(&self, job: &Job, plan: &Plan) -> Result<(), Refusal> {
        let connector = self.issuers.connector(&plan.issuer);
        let connector = connector.map_err(|error| Refusal::from(failed(&error)).of_issuer())?;
        let now = self.base.clock.now();
        let prepared = connector.prepare(plan.order.clone(), now).await?;
        steps::lint(&prepared, plan, now)?;
        let intent = steps::record_intent(&self.base, job, plan, &prepared, now).await?;
        let span = tracing::info_span!("connector.call", connector.kind = %connector.kind(), connector.id = %plan.issuer.id);
        let issued = connector.issue(&prepared).instrument(span).await?;
        let result = match steps::check(&issued, &prepared, plan, self.base.clock.now()) {
            Ok(result) => result,
            Err(refusal) => {
                issuance_checks::note_refused(&self.base, intent, &issued).await;
                return Err(Refusal::from(refusal).of_issuer());
            }
        };
        complete(&self.base, job, plan, intent, result).await?;
        Ok(())
    }
}

#[async_trait]
impl JobRunner for IssuanceRunner {
    fn kinds(&self) -> &'static [JobKind] {
        &[JobKind::Issuance, JobKind::Renewal]
    }

    async fn run(&self, job: &Job) -> Result<(), JobFailure> {
        let plan = steps::prepare(&self.base, &self.gate, job).await?;
        let started = Instant::now();
        let result = self.issue(job, &plan).await;
        if let Err(refusal) = &result
            && refusal.of_issuer
        {
            self.note_issuer(plan.issuer.id.clone(), refusal.failure.message.clone()).await;
        }
        let outcome = result.as_ref().map_err(|refusal| refusal.class).copied();
        self.metrics.record(plan.issuer.kind.as_str(), outcome, started.elapsed());
        if result.is_ok()
            && let Some(agent) = &job.agent_id
        {
            self.wakeups.wake_agent(agent);
        }
        result.map_err(|refusal| refusal.failure)
    }
}

impl IssuanceRunner {
    /// Counts a failure of the issuer. A transaction of its own: the failure of the job is recorded
    /// later, and a count that is missing only makes the alert come later.
    async fn note_issuer(&self, issuer: IssuerId, error: String) {
        let (now, ids, id) = (self.base.clock.now(), Arc::clone(&self.base.ids), issuer.clone());
        let noted = self
            .base
            .store
            .write("issuer.failed", move |tx| raise::issuer_failed(tx, &*ids, &id, &error, now));
        if let Err(failure) = noted.await {
            let error = ServiceError::from(failure);
            tracing::error!(issuer.id = %issuer, error = &error as &dyn std::error::Error, "cannot count a failure of issuer {issuer}");
        }
    }
}

/// A failed attempt with its class for the metrics.
struct Refusal {
    failure: JobFailure,
    class: ErrorClass,
    /// Whether the issuer is to blame, and not the request.
    of_issuer: bool,
}

impl Refusal {
    fn of_issuer(self) -> Self {
        Self { of_issuer: true, ..self }
    }
}

impl From<JobFailure> for Refusal {
    fn from(failure: JobFailure) -> Self {
        let class =
            if failure.class == FailureClass::Permanent { ErrorClass::Validation } else { ErrorClass::Other };
        Self { failure, class, of_issuer: false }
    }
}

impl From<ConnectorError> for Refusal {
    fn from(error: ConnectorError) -> Self {
        let class = match error.kind {
            ErrorKind::Timeout => ErrorClass::Timeout,
            ErrorKind::Auth => ErrorClass::Auth,
            ErrorKind::RateLimited => ErrorClass::RateLimited,
            ErrorKind::Validation => ErrorClass::Validation,
            ErrorKind::Upstream5xx => ErrorClass::Upstream5xx,
            ErrorKind::Upstream4xx => ErrorClass::Upstream4xx,
            ErrorKind::Network => ErrorClass::Network,
            ErrorKind::Other => ErrorClass::Other,
        };
        let failure = JobFailure { class: error.class, message: error.chain(), lease_lost: false };
        let of_issuer = !matches!(error.kind, ErrorKind::Validation | ErrorKind::Upstream4xx);
        Self { failure, class, of_issuer }
    }
}

/// A failed use case inside a job: a refusal needs a person. What the server itself could not do
/// (no database, a full disk, a statement that took too long) may pass, and attempts are limited.
pub(super) fn failed(error: &ServiceError) -> JobFailure {
    let class = match error {
        ServiceError::Unavailable(_) | ServiceError::Throttled { .. } | ServiceError::Internal(_) => {
            FailureClass::Transient
        }
        _ => FailureClass::Permanent,
    };
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        message = format!("{message}: {source}");
        cause = source.source();
    }
    JobFailure { class, message, lease_lost: false }
}
