//! What the server is told about an attempt.

use certctl_api_types::work::{JobReport, ReportedStatus, WorkItem};
use certctl_connector_api::target::{DeployFailure, Deployed, Rollback, Verification, counters};
use certctl_domain::retry::FailureClass;
use serde_json::{Map, json};

/// A bare report under the lease of `item`.
pub(super) fn of(item: &WorkItem, status: ReportedStatus) -> JobReport {
    JobReport {
        status,
        error: None,
        retryable: true,
        lease_token: Some(item.lease_token),
        stage: None,
        rollback_failed: false,
        served_fingerprint: None,
        counters: Vec::new(),
        details: Map::new(),
    }
}

/// A failure with its reason.
pub(super) fn failed(item: &WorkItem, reason: impl Into<String>, retryable: bool) -> JobReport {
    JobReport { error: Some(reason.into()), retryable, ..of(item, ReportedStatus::Failed) }
}

/// The result of a deployment, with its counters and, in `details`, facts for people.
pub(super) fn of_deployment(item: &WorkItem, result: &Result<Deployed, DeployFailure>) -> JobReport {
    let mut report = match result {
        Ok(deployed) => {
            let mut report = of(item, ReportedStatus::Completed);
            report.details.insert("idempotent".to_owned(), deployed.idempotent.into());
            if let Verification::Served { endpoint, fingerprint_sha256 } = &deployed.verification {
                report.served_fingerprint = Some(fingerprint_sha256.clone());
                report.details.insert("endpoint".to_owned(), endpoint.clone().into());
            }
            report
        }
        Err(failure) => {
            let retryable = failure.error.class != FailureClass::Permanent;
            let mut report = failed(item, failure.error.chain(), retryable);
            report.stage = Some(failure.stage.as_str().to_owned());
            let rollback = match &failure.rollback {
                Rollback::NotNeeded => json!("not_needed"),
                Rollback::Restored => json!("restored"),
                Rollback::AlsoFailed(reason) => {
                    report.rollback_failed = true;
                    json!({"failed": reason})
                }
            };
            report.details.insert("rollback".to_owned(), rollback);
            report.details.insert("kind".to_owned(), failure.error.kind.as_str().into());
            report
        }
    };
    report.counters = counters(result);
    report
}
