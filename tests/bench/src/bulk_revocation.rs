//! One operation that revokes many certificates, from its start to its last row.

use crate::core::Core;
use crate::place::{Place, Postgres};
use crate::policy::Never;
use crate::table;
use anyhow::{Context, Result, ensure};
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::operation::{ItemState, OperationState};
use certctl_domain::version::CertificateVersion;
use certctl_repository::StoreError;
use certctl_service::Operations;
use certctl_service::reconcile::OperationRunner;
use certctl_service_api::engine::Reconciler;
use certctl_service_api::list::ListRequest;
use certctl_service_api::operation::{BULK_REVOKE, OperationService, OperationSpec, Selection};
use certctl_service_api::{Actor, Identity};
use certctl_testkit::{build, seed_basics};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rows that are written in one transaction while the inventory is made.
const BATCH: u32 = 1_000;
/// From now to the end of the certificates.
const LIFETIME: Duration = Duration::from_hours(24 * 90);

/// Measures both engines and prints the table.
pub(crate) async fn measure(count: u32) -> Result<()> {
    let server = Postgres::start()?;
    let mut rows = Vec::new();
    for (name, place) in
        [("SQLite", Place::sqlite()?), ("PostgreSQL without fsync", Place::postgres(&server)?)]
    {
        let time = revoke(&place, count).await?;
        let rate = f64::from(count) / time.as_secs_f64();
        rows.push(vec![name.to_owned(), table::time(time), table::rate(rate)]);
    }
    let title = format!("Revocation of {count} certificates by one operation");
    table::print(&title, &["engine", "time", "certificates"], &rows)
}

async fn revoke(place: &Place, count: u32) -> Result<Duration> {
    let core = Core::open(place.url.clone()).await?;
    let store = core.base.store.clone();
    seed_basics(&store).await;
    let ends = core.base.clock.now().plus(LIFETIME);
    for first in (0..count).step_by(usize::try_from(BATCH)?) {
        let numbers = first..count.min(first + BATCH);
        store
            .write("bench.issued", move |tx| {
                let certificates: Vec<Certificate> = numbers.clone().map(certificate).collect();
                tx.certificates().insert_all(&certificates)?;
                let versions: Vec<CertificateVersion> =
                    numbers.clone().map(|number| version(number, ends)).collect();
                tx.versions().insert_all(&versions)?;
                versions.iter().try_for_each(|version| tx.ledger().record(&issuance(version)))?;
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    let spec = OperationSpec {
        kind: BULK_REVOKE,
        selection: Selection { team_id: Some(build::id(build::TEAM)), ..Selection::default() },
        parameters: json!({ "reason": "superseded" }).as_object().cloned().context("no object")?,
        dry_run: false,
        expected_count: Some(count.into()),
    };
    let operations = Operations::new(core.base.clone(), Arc::clone(&core.wakeups));
    let runner = OperationRunner::new(core.base.clone(), Arc::clone(&core.wakeups));
    let who = administrator();
    let begun = Instant::now();
    let started = operations.start(&who, spec).await?;
    let report = runner.activate(&Never).await;
    let time = begun.elapsed();
    let failed = operations
        .items(&who, &started.operation.id, Some(ItemState::Failed), ListRequest::default())
        .await?;
    let first = failed.items.first();
    let ended = operations.get(&who, &started.operation.id, Duration::ZERO).await?.operation;
    ensure!(
        ended.state == OperationState::Completed && ended.total_done == u64::from(count),
        "the operation did not revoke all: {first:?}, {report:?}"
    );
    store.close().await;
    Ok(time)
}

/// The system itself revokes nothing.
fn administrator() -> Actor {
    let identity =
        Identity::Key { name: "bench".to_owned(), role: Role::Admin, identity: "bench".to_owned() };
    Actor { identity, request_id: None, client_address: None }
}

fn certificate(number: u32) -> Certificate {
    let id = format!("mc-{number:07}");
    Certificate { status: CertificateStatus::Active, ..build::certificate(&id) }
}

fn version(number: u32, not_after: Timestamp) -> CertificateVersion {
    let serial_number = format!("{:x}", 0x1000_0000 + number);
    let id = format!("mc-{number:07}");
    CertificateVersion { serial_number, not_after, ..build::version(&format!("cv-{number:07}"), &id) }
}

fn issuance(version: &CertificateVersion) -> Issuance {
    Issuance {
        state: IssuanceState::Issued,
        serial_number: Some(version.serial_number.clone()),
        certificate_id: Some(version.certificate_id.clone()),
        spki_sha256: Some(format!("key of {}", version.id)),
        not_after: Some(version.not_after),
        finished_at: Some(build::at(0)),
        ..build::issuance(&version.id.as_str().replacen("cv-", "li-", 1))
    }
}
