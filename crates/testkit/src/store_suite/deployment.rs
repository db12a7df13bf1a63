//! Certificate↔target mappings.

use super::{assert_refused, assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::id::{CertificateId, TargetId};
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::target::Target;
use certctl_repository::StoreError;

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.targets().insert(&build::target("tgt-web2"))?;
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.certificates().insert(&build::certificate("mc-two"))
    })
    .await;
}

fn on_second(certificate: &str) -> TargetMapping {
    TargetMapping { target_id: build::id("tgt-web2"), ..build::mapping(certificate) }
}

pub async fn mappings_come_back_as_stored(db: &TestStore) {
    seed(db).await;
    let mapping = TargetMapping {
        status: DeploymentStatus::RollbackFailed,
        deployed_version_id: Some(build::id("cv-one")),
        deployed_at: Some(build::at(3)),
        last_job_id: Some(build::id("job-one")),
        last_error: Some("reload failed".to_owned()),
        created_at: build::at(1),
        updated_at: build::at(2),
        ..build::mapping("mc-one")
    };
    let row = mapping.clone();
    write(db, move |tx| {
        tx.versions().insert(&build::version("cv-one", "mc-one"))?;
        tx.deployments().insert(&row)
    })
    .await;
    let find = || read(db, |tx| tx.deployments().find(&build::id("mc-one"), &build::id(build::TARGET)));
    assert_eq!(find().await, Some(mapping.clone()));
    assert_refused!(
        attempt(db, |tx| tx.deployments().insert(&build::mapping("mc-one"))).await,
        Duplicate,
        "deployment"
    );

    let served = TargetMapping { status: DeploymentStatus::Served, last_error: None, ..mapping };
    let row = served.clone();
    write(db, move |tx| tx.deployments().update(&row)).await;
    assert_eq!(find().await, Some(served));
    assert_stale(attempt(db, |tx| tx.deployments().update(&build::mapping("mc-two"))).await);

    let delete = || write(db, |tx| tx.deployments().delete(&build::id("mc-one"), &build::id(build::TARGET)));
    assert_eq!((delete().await, delete().await), (true, false));
    assert_eq!(find().await, None);
}

pub async fn a_missing_reference_is_named(db: &TestStore) {
    seed(db).await;
    let no_certificate = attempt(db, |tx| tx.deployments().insert(&build::mapping("mc-none"))).await;
    assert_refused!(no_certificate, Missing, "deployment.certificate_id");
    let no_target = attempt(db, |tx| {
        tx.deployments()
            .insert(&TargetMapping { target_id: build::id("tgt-none"), ..build::mapping("mc-one") })
    });
    assert_refused!(no_target.await, Missing, "deployment.target_id");
}

pub async fn mappings_are_found_from_both_sides(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        let retired = Target { retired_at: Some(build::at(1)), ..build::target("tgt-old") };
        tx.targets().insert(&retired)?;
        tx.deployments().insert(&on_second("mc-one"))?;
        tx.deployments().insert(&build::mapping("mc-one"))?;
        tx.deployments().insert(&build::mapping("mc-two"))?;
        tx.deployments()
            .insert(&TargetMapping { target_id: build::id("tgt-old"), ..build::mapping("mc-two") })
    })
    .await;
    let found = read(db, |tx| tx.deployments().of_certificate(&build::id("mc-one"))).await;
    let expected = vec![
        (build::mapping("mc-one"), build::target(build::TARGET)),
        (on_second("mc-one"), build::target("tgt-web2")),
    ];
    assert_eq!(found, expected);
    let asked: Vec<CertificateId> = ["mc-two", "mc-one", "mc-none"].map(build::id).to_vec();
    let targets = read(db, move |tx| tx.deployments().target_ids(&asked)).await;
    let ids = |texts: &[&str]| texts.iter().map(|text| build::id(text)).collect::<Vec<TargetId>>();
    assert_eq!(targets.get(&build::id("mc-one")), Some(&ids(&[build::TARGET, "tgt-web2"])));
    assert_eq!(targets.get(&build::id("mc-two")), Some(&ids(&["tgt-old", build::TARGET])));
    let certificates = read(db, |tx| tx.deployments().certificates_of(&build::id(build::TARGET))).await;
    assert_eq!(certificates, [build::id("mc-one"), build::id("mc-two")]);
}

pub async fn unserved_mappings_without_a_job_are_found(db: &TestStore) {
    seed_basics(db.store()).await;
    let mapped = |id: &str, status, updated_at| {
        let certificate = Certificate {
            status: CertificateStatus::Active,
            expires_at: Some(build::at(99)),
            ..build::certificate(id)
        };
        (certificate, TargetMapping { status, updated_at: build::at(updated_at), ..build::mapping(id) })
    };
    write(db, move |tx| {
        let rows = [
            mapped("mc-failed", DeploymentStatus::Failed, 5),
            mapped("mc-pending", DeploymentStatus::Pending, 3),
            mapped("mc-recent", DeploymentStatus::Pending, 50),
            mapped("mc-served", DeploymentStatus::Served, 3),
            mapped("mc-busy", DeploymentStatus::Pending, 3),
            mapped("mc-ended", DeploymentStatus::Pending, 4),
            mapped("mc-unissued", DeploymentStatus::Pending, 3),
            mapped("mc-revoked", DeploymentStatus::Pending, 3),
        ];
        for (mut certificate, mapping) in rows {
            match certificate.id.as_str() {
                "mc-unissued" => certificate.expires_at = None,
                "mc-revoked" => certificate.status = CertificateStatus::Revoked,
                _ => (),
            }
            tx.certificates().insert(&certificate)?;
            tx.deployments().insert(&mapping)?;
        }
        let job = |id: &str, certificate: &str| Job {
            certificate_id: Some(build::id(certificate)),
            target_id: Some(build::id(build::TARGET)),
            ..build::job(id)
        };
        tx.jobs().insert(&job("job-live", "mc-busy"))?;
        let ended = Job {
            status: JobStatus::Failed,
            completed_at: Some(build::at(4)),
            ..job("job-ended", "mc-ended")
        };
        tx.jobs().insert(&ended)
    })
    .await;
    let unserved = move |limit| {
        let found = read(db, move |tx| tx.deployments().unserved_since(build::at(50), limit));
        async move {
            found.await.into_iter().map(|mapping| mapping.certificate_id.to_string()).collect::<Vec<_>>()
        }
    };
    assert_eq!(unserved(10).await, ["mc-pending", "mc-ended", "mc-failed"]);
    assert_eq!(unserved(1).await, ["mc-pending"]);
}

pub async fn a_cancelled_deployment_waits_for_a_newer_version(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        let certificate = Certificate {
            status: CertificateStatus::Active,
            expires_at: Some(build::at(99)),
            ..build::certificate("mc-one")
        };
        tx.certificates().insert(&certificate)?;
        tx.versions().insert(&build::version("cv-one", "mc-one"))?;
        tx.jobs().insert(&Job {
            certificate_id: Some(build::id("mc-one")),
            target_id: Some(build::id(build::TARGET)),
            agent_id: Some(build::id(build::AGENT)),
            status: JobStatus::Cancelled,
            completed_at: Some(build::at(4)),
            ..build::job("job-stopped")
        })?;
        tx.deployments().insert(&TargetMapping {
            status: DeploymentStatus::Failed,
            last_job_id: Some(build::id("job-stopped")),
            ..build::mapping("mc-one")
        })
    })
    .await;
    let unserved = || read(db, |tx| tx.deployments().unserved_since(build::at(50), 9));
    assert!(unserved().await.is_empty());
    write(db, |tx| {
        let newer = build::version("cv-two", "mc-one");
        tx.versions()
            .insert(&certctl_domain::version::CertificateVersion { created_at: build::at(5), ..newer })
    })
    .await;
    assert_eq!(unserved().await.len(), 1);
}
