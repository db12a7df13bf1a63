//! Queries of what removes rows that nobody needs any more. They run over everything, so they have to
//! find what is old without reading what is not.

use crate::Query;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::CertificateId;
use certctl_repository::{EndedJob, StoreError, Tx};
use certctl_testkit::build;

/// A certificate that may be removed for good.
const ARCHIVED: &str = "mc-archived";

pub(crate) fn seed(tx: &mut dyn Tx) -> Result<(), StoreError> {
    let status = CertificateStatus::Archived;
    tx.certificates().insert(&Certificate { status, ..build::certificate(ARCHIVED) })
}

pub(crate) fn queries() -> impl Iterator<Item = Query> {
    certificates().into_iter().chain(trails())
}

fn certificates() -> Vec<Query> {
    let after: CertificateId = build::id("mc-1");
    vec![
        (
            "certificates to purge",
            Box::new(|tx| tx.certificates().purgeable(build::at(9), build::at(99), None, 100).map(drop)),
        ),
        (
            "certificates to purge after one",
            Box::new(move |tx| {
                tx.certificates().purgeable(build::at(9), build::at(99), Some(&after), 100).map(drop)
            }),
        ),
        ("a purge", Box::new(|tx| tx.certificates().purge(&build::id(ARCHIVED)))),
    ]
}

fn trails() -> Vec<Query> {
    let after = EndedJob { id: build::id("job-1"), completed_at: build::at(1) };
    vec![
        ("jobs that were replaced", Box::new(|tx| tx.jobs().replaced(build::at(9), None, 100).map(drop))),
        (
            "jobs that were replaced after one",
            Box::new(move |tx| tx.jobs().replaced(build::at(9), Some(&after), 100).map(drop)),
        ),
        (
            "removal of jobs",
            Box::new(|tx| tx.jobs().delete_ended(&[build::id("job-1"), build::id("job-2")]).map(drop)),
        ),
        ("old events", Box::new(|tx| tx.events().prune(build::at(9), 100).map(drop))),
        ("old answers to keys", Box::new(|tx| tx.idempotency_keys().prune(build::at(9), 100).map(drop))),
        ("old calls", Box::new(|tx| tx.api_calls().prune(build::at(9), 100).map(drop))),
        ("old operations", Box::new(|tx| tx.operations().prune(build::at(9), 100).map(drop))),
        ("sealed events", Box::new(|tx| tx.audit_chain().prune(0).map(drop))),
    ]
}
