//! Every metric family: name, help text, labels in the order they are written.
//!
//! Names and label values are a contract with dashboards; a snapshot test pins them.

/// The identity of a metric family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Full name, lower snake case, prefix `certctl_`, unit suffix.
    pub name: &'static str,
    /// One sentence for the `HELP` line.
    pub help: &'static str,
    /// Label names in the order they are written and sorted by.
    pub labels: &'static [&'static str],
}

macro_rules! families {
    ($($ident:ident = $name:literal [$($label:literal),*] $help:literal;)+) => {
        $(#[doc = $help] pub const $ident: Family = Family { name: $name, help: $help, labels: &[$($label),*] };)+
        /// Every family.
        pub const ALL: &[Family] = &[$($ident),+];
    };
}

families! {
    APPROVAL_DECISIONS_TOTAL = "certctl_approval_decisions_total" ["outcome", "profile_id"] "Approval requests by how they ended.";
    APPROVAL_PENDING_AGE_SECONDS = "certctl_approval_pending_age_seconds" [] "Time an approval request waited for its end.";
    BUILD_INFO = "certctl_build_info" ["version"] "Always 1; the label tells which version runs.";
    DEPLOY_ATTEMPTS_TOTAL = "certctl_deploy_attempts_total" ["target_type", "result"] "Deployments by result; an idempotent skip is a success.";
    DEPLOY_IDEMPOTENT_SKIP_TOTAL = "certctl_deploy_idempotent_skip_total" ["target_type"] "Deployments with nothing to do because the target already had the same files.";
    DEPLOY_POST_VERIFY_FAILURES_TOTAL = "certctl_deploy_post_verify_failures_total" ["target_type"] "Deployments after which the endpoint did not serve the new certificate.";
    DEPLOY_RELOAD_FAILURES_TOTAL = "certctl_deploy_reload_failures_total" ["target_type"] "Deployments whose reload failed after the files were in place.";
    DEPLOY_ROLLBACK_TOTAL = "certctl_deploy_rollback_total" ["target_type", "outcome"] "Rollbacks by outcome; one that failed as well needs a person.";
    DEPLOY_VALIDATE_FAILURES_TOTAL = "certctl_deploy_validate_failures_total" ["target_type"] "Deployments that the target's own validation refused.";
    HTTP_REQUEST_DURATION_SECONDS = "certctl_http_request_duration_seconds" ["route"] "Time from request to response by route.";
    HTTP_REQUESTS_TOTAL = "certctl_http_requests_total" ["method", "route", "status"] "Requests by method, route and status code.";
    ISSUANCE_DURATION_SECONDS = "certctl_issuance_duration_seconds" ["issuer_type"] "Time an issuer took to answer, failures included.";
    ISSUANCE_FAILURES_TOTAL = "certctl_issuance_failures_total" ["issuer_type", "error_class"] "Failed issuances by kind of failure.";
    ISSUANCE_TOTAL = "certctl_issuance_total" ["issuer_type", "outcome"] "Issuances and renewals by outcome.";
    JOBS_FINISHED_TOTAL = "certctl_jobs_finished_total" ["type", "outcome"] "Job attempts by outcome; retried attempts are counted each.";
    SCHEDULER_LAST_SUCCESS_TIMESTAMP_SECONDS = "certctl_scheduler_last_success_timestamp_seconds" ["task"] "Unix time of the last successful run on this process.";
    SCHEDULER_RUNS_TOTAL = "certctl_scheduler_runs_total" ["task", "result"] "Runs of the periodic tasks by result.";
    TX_ATTEMPTS_TOTAL = "certctl_tx_attempts_total" ["name"] "Times a transaction was begun, repetitions included.";
    TX_DURATION_SECONDS = "certctl_tx_duration_seconds" ["name"] "Time from the first begin of a transaction to its end.";
    TX_TOTAL = "certctl_tx_total" ["name", "outcome"] "Transactions by outcome.";
    TX_WAIT_SECONDS = "certctl_tx_wait_seconds" ["name"] "Time a transaction waited for a connection and a thread.";
    UPTIME_SECONDS = "certctl_uptime_seconds" [] "Time since the process started.";
}
