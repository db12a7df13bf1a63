//! Revocation of many certificates: as sound as one by one, and fast.

use crate::bench::{ServiceBench, admin};
use crate::flow::Never;
use crate::operation::{codes, ended, of_team, operations, work};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::operation::{ItemState, OperationState};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{CertificateFilter, CertificateSort, PageRequest, RevocationFilter};
use certctl_service_api::operation::{BULK_REVOKE, OperationService, OperationSpec};
use certctl_testkit::build;
use serde_json::json;

const COUNT: usize = 10_000;
/// It was never issued, so there is nothing to revoke.
const NEVER_ISSUED: usize = 5_000;
/// Its renewal is under way.
const RENEWING: usize = 7_000;

fn id(n: usize) -> String {
    format!("mc-{n:05}")
}

fn version(n: usize) -> CertificateVersion {
    let serial_number = format!("{:x}", 0x10_0000 + n);
    CertificateVersion { serial_number, ..build::version(&format!("cv-{n:05}"), &id(n)) }
}

async fn seed(t: &ServiceBench) {
    t.write(|tx| {
        let certificate = |n| {
            let renewing = n == RENEWING;
            let status =
                if renewing { CertificateStatus::RenewalInProgress } else { CertificateStatus::Active };
            Certificate { status, ..build::certificate(&id(n)) }
        };
        tx.certificates().insert_all(&(0..COUNT).map(certificate).collect::<Vec<_>>())?;
        let issued = || (0..COUNT).filter(|n| *n != NEVER_ISSUED).map(version);
        tx.versions().insert_all(&issued().collect::<Vec<_>>())?;
        for version in issued() {
            tx.ledger().record(&Issuance {
                state: IssuanceState::Issued,
                serial_number: Some(version.serial_number.clone()),
                certificate_id: Some(version.certificate_id.clone()),
                spki_sha256: Some(format!("key of {}", version.id)),
                not_after: Some(version.not_after),
                finished_at: Some(build::at(0)),
                ..build::issuance(version.id.as_str().replacen("cv-", "li-", 1).as_str())
            })?;
        }
        tx.jobs().insert(&build::issuance_job("job-renewing", &id(RENEWING))).map(drop)
    })
    .await;
}

async fn ten_thousand_revocations(t: ServiceBench) {
    seed(&t).await;
    let spec = OperationSpec {
        kind: BULK_REVOKE,
        selection: of_team(),
        parameters: json!({ "reason": "keyCompromise" }).as_object().cloned().unwrap(),
        dry_run: false,
        expected_count: Some(COUNT as u64),
    };
    let view = operations(&t).start(&admin(), spec).await.unwrap();
    let report = work(&t, &Never).await;
    assert_eq!((report.counts, report.error), (vec![("items", COUNT as u64)], None));
    let row = ended(&t, &view).await.operation;
    assert_eq!(
        (row.state, row.total_done, row.total_skipped, row.total_failed),
        (OperationState::Completed, COUNT as u64 - 1, 0, 1)
    );
    let failed = codes(&t, &view, ItemState::Failed).await;
    assert_eq!(failed, [(id(NEVER_ISSUED), Some("invalid_state".to_owned()))]);

    let one = PageRequest::first(1);
    let revoked = CertificateFilter {
        status: Some(CertificateStatus::Revoked),
        now: Some(build::at(0)),
        ..CertificateFilter::default()
    };
    let (certificates, revocations, blocked, jobs) = t
        .read(move |tx| {
            Ok((
                tx.certificates().list(&revoked, CertificateSort::default(), &one)?,
                tx.revocations().list(&RevocationFilter::default(), &one)?,
                tx.revocations().blocked_keys(&["key of cv-00000", "key of cv-09999", "another"])?,
                tx.jobs().live_issuances(&build::id(&id(RENEWING)))?,
            ))
        })
        .await;
    assert_eq!((certificates.total, revocations.total), (COUNT as u64 - 1, COUNT as u64 - 1));
    assert_eq!((blocked.len(), jobs), (2, Vec::new()));
    let row = t.certificate(&id(RENEWING)).await;
    assert_eq!((row.status, row.revoked_at), (CertificateStatus::Revoked, Some(build::at(0))));
    assert_eq!((row.revocation_reason.as_deref(), row.revision), (Some("keyCompromise"), 2));
}

#[tokio::test]
async fn ten_thousand_certificates_are_revoked_but_the_one_without_a_leaf_on_sqlite() {
    ten_thousand_revocations(ServiceBench::new().await).await;
}

#[tokio::test]
async fn ten_thousand_certificates_are_revoked_but_the_one_without_a_leaf_on_postgresql() {
    let [_, postgres] = ServiceBench::both().await;
    ten_thousand_revocations(postgres).await;
}
