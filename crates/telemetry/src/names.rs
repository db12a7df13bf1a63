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
    AGENT_ONLINE = "certctl_agent_online" [] "Agents in service whose heartbeats arrive.";
    AGENT_TOTAL = "certctl_agent_total" [] "Agents in service; can fall.";
    AGENTS = "certctl_agents" ["status"] "Agents in service by status.";
    APPROVAL_DECISIONS_TOTAL = "certctl_approval_decisions_total" ["outcome", "profile_id"] "Approval requests by how they ended.";
    APPROVAL_PENDING_AGE_SECONDS = "certctl_approval_pending_age_seconds" [] "Time an approval request waited for its end.";
    API_CALL_LOG_DROPPED_TOTAL = "certctl_api_call_log_dropped_total" [] "API calls that the log could not record because its queue was full.";
    BUILD_INFO = "certctl_build_info" ["version", "commit"] "Always 1; the labels tell which version runs.";
    CERTIFICATE_ACTIVE = "certctl_certificate_active" [] "Certificates neither expiring soon nor expired nor revoked.";
    CERTIFICATE_EXPIRED = "certctl_certificate_expired" [] "Certificates past their end, revoked ones left out.";
    CERTIFICATE_EXPIRING_SOON = "certctl_certificate_expiring_soon" [] "Certificates that end within 30 days, revoked ones left out.";
    CERTIFICATE_REVOKED = "certctl_certificate_revoked" [] "Revoked certificates.";
    CERTIFICATE_TOTAL = "certctl_certificate_total" [] "Managed certificates without archived ones; can fall.";
    CERTIFICATES = "certctl_certificates" ["status"] "Managed certificates by status as users see it.";
    CRL_GENERATION_SECONDS = "certctl_crl_generation_seconds" ["issuer"] "Time it took to make a CRL, failures included.";
    CRL_GENERATION_TOTAL = "certctl_crl_generation_total" ["issuer", "result"] "CRLs made, by result.";
    CRL_NEXT_UPDATE_TIMESTAMP_SECONDS = "certctl_crl_next_update_seconds" ["issuer"] "Unix time at which the undivided CRL ends that was published last.";
    CRL_NUMBER = "certctl_crl_number" ["issuer"] "Number of the undivided CRL that was published last.";
    CRL_REVOKED = "certctl_crl_revoked" ["issuer"] "Entries of the undivided CRL that was published last.";
    DB_POOL_CONNECTIONS = "certctl_db_pool_connections" ["pool", "state"] "Open database connections of this process.";
    DB_POOL_SIZE = "certctl_db_pool_size" ["pool"] "Database connections of this process at most.";
    DB_POOL_WAITING = "certctl_db_pool_waiting" ["pool"] "Transactions that wait for a database connection.";
    DEPLOY_ATTEMPTS_TOTAL = "certctl_deploy_attempts_total" ["target_type", "result"] "Deployments by result; an idempotent skip is a success.";
    DEPLOY_IDEMPOTENT_SKIP_TOTAL = "certctl_deploy_idempotent_skip_total" ["target_type"] "Deployments with nothing to do because the target already had the same files.";
    DEPLOY_POST_VERIFY_FAILURES_TOTAL = "certctl_deploy_post_verify_failures_total" ["target_type"] "Deployments after which the endpoint did not serve the new certificate.";
    DEPLOY_RELOAD_FAILURES_TOTAL = "certctl_deploy_reload_failures_total" ["target_type"] "Deployments whose reload failed after the files were in place.";
    DEPLOY_ROLLBACK_TOTAL = "certctl_deploy_rollback_total" ["target_type", "outcome"] "Rollbacks by outcome; one that failed as well needs a person.";
    DEPLOY_VALIDATE_FAILURES_TOTAL = "certctl_deploy_validate_failures_total" ["target_type"] "Deployments that the target's own validation refused.";
    EXPIRY_ALERTS_TOTAL = "certctl_expiry_alerts_total" ["channel", "threshold", "result"] "Alerts about certificates near their end by kind of channel and threshold in days; success means queued.";
    HTTP_REQUEST_DURATION_SECONDS = "certctl_http_request_duration_seconds" ["route"] "Time from request to response by route.";
    HTTP_REQUESTS_TOTAL = "certctl_http_requests_total" ["method", "route", "status"] "Requests by method, route and status code.";
    ISSUANCE_DURATION_SECONDS = "certctl_issuance_duration_seconds" ["issuer_type"] "Time an issuer took to answer, failures included.";
    ISSUANCE_FAILURES_TOTAL = "certctl_issuance_failures_total" ["issuer_type", "error_class"] "Failed issuances by kind of failure.";
    ISSUANCE_TOTAL = "certctl_issuance_total" ["issuer_type", "outcome"] "Issuances and renewals by outcome.";
    JOB_COMPLETED_TOTAL = "certctl_job_completed_total" [] "Completed jobs on record; can fall when old ones are removed.";
    JOB_FAILED_TOTAL = "certctl_job_failed_total" [] "Failed jobs on record; falls when one is tried again.";
    JOB_PENDING = "certctl_job_pending" [] "Jobs that have not ended.";
    JOB_QUEUE_DEPTH = "certctl_job_queue_depth" ["type"] "Jobs that have not ended by type.";
    JOB_QUEUE_OLDEST_AGE_SECONDS = "certctl_job_queue_oldest_age_seconds" ["type"] "Age of the oldest job that has not ended; 0 when there is none.";
    JOBS = "certctl_jobs" ["type", "status"] "Jobs on record by type and status.";
    JOBS_FINISHED_TOTAL = "certctl_jobs_finished_total" ["type", "outcome"] "Job attempts by outcome; retried attempts are counted each.";
    NOTIFICATION_ATTEMPTS_TOTAL = "certctl_notification_attempts_total" ["channel", "result"] "Attempts at notifications by kind of channel and result.";
    NOTIFICATION_DEAD_TOTAL = "certctl_notification_dead_total" [] "Notifications that were given up; more than 0 is a warning, more than 10 critical.";
    NOTIFICATION_DELIVERY_DURATION_SECONDS = "certctl_notification_delivery_duration_seconds" ["channel"] "Time a channel took for one attempt, failures included.";
    NOTIFICATION_NO_NOTIFIER = "certctl_notification_no_notifier" [] "Notifications on record that reached nobody, because there was no channel for them.";
    NOTIFICATION_NO_NOTIFIER_TOTAL = "certctl_notification_no_notifier_total" ["channel"] "Notifications that reached nobody because their channel does not exist, is switched off or has no address.";
    NOTIFICATION_OLDEST_PENDING_AGE_SECONDS = "certctl_notification_oldest_pending_age_seconds" [] "Age of the oldest notification that was not tried yet, quiet hours included; 0 when there is none.";
    NOTIFICATION_QUEUE_DEPTH = "certctl_notification_queue_depth" ["status"] "Notifications on their way: not tried yet, or to be tried again.";
    OCSP_CACHE_TOTAL = "certctl_ocsp_cache_total" ["result"] "OCSP answers without a nonce by where they came from: memory, the database, or a new signature.";
    OCSP_COUNTER_TOTAL = "certctl_ocsp_counter_total" ["label"] "Events of the OCSP responder.";
    OCSP_DURATION_SECONDS = "certctl_ocsp_duration_seconds" [] "Time to an OCSP answer, without reading the request.";
    OCSP_RESPONSE_TOTAL = "certctl_ocsp_response_total" ["issuer", "status"] "Certificates that were answered for, by where they stand: good, revoked or unknown.";
    RECONCILER_LAST_SUCCESS_TIMESTAMP_SECONDS = "certctl_reconciler_last_success_timestamp_seconds" ["name"] "Unix time of the last successful run of a periodic task, whichever server made it.";
    RECONCILER_OLDEST_WORK_AGE_SECONDS = "certctl_reconciler_oldest_work_age_seconds" ["name"] "How long the oldest work of a periodic task has waited unseen; 0 when there is none.";
    ROLLUP_CORRECTIONS_TOTAL = "certctl_rollup_corrections_total" ["dimension"] "Kept counts that a recount found wrong and set right.";
    SCHEDULER_LAST_SUCCESS_TIMESTAMP_SECONDS = "certctl_scheduler_last_success_timestamp_seconds" ["task"] "Unix time of the last successful run on this process.";
    SCHEDULER_RUNS_TOTAL = "certctl_scheduler_runs_total" ["task", "result"] "Runs of the periodic tasks by result.";
    TX_ATTEMPTS_TOTAL = "certctl_tx_attempts_total" ["name"] "Times a transaction was begun, repetitions included.";
    TX_DURATION_SECONDS = "certctl_tx_duration_seconds" ["name"] "Time from the first begin of a transaction to its end.";
    TX_TOTAL = "certctl_tx_total" ["name", "outcome"] "Transactions by outcome.";
    TX_WAIT_SECONDS = "certctl_tx_wait_seconds" ["name"] "Time a transaction waited for a connection and a thread.";
    UPTIME_SECONDS = "certctl_uptime_seconds" [] "Time since the process started.";
}
