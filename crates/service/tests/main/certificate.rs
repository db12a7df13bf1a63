//! Inventory, mappings, renew and deploy on request.

use crate::bench::{ServiceBench, operator, to, viewer};
use crate::flow::{Flow, spec};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::id::{CertificateId, TargetId};
use certctl_domain::job::JobStatus;
use certctl_service_api::certificate::{
    CertificateQuery, CertificateService, CertificateSpec, RESERVED_IDS, RenewOptions,
};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{ConflictCode, ServiceError};
use certctl_testkit::build;

fn www() -> CertificateId {
    build::id("mc-www")
}

fn code(error: &ServiceError) -> &'static str {
    error.code()
}

#[tokio::test]
async fn create_stores_the_row_its_mapping_and_one_audit_event_and_issuance_is_due() {
    let t = Flow::new().await;
    let view = t.create().await;
    assert_eq!(view.status, CertificateStatus::Pending);
    assert_eq!(view.target_ids, [build::id::<TargetId>(build::TARGET)]);
    assert_eq!(view.certificate.next_action_at, Some(view.certificate.created_at));
    assert_eq!(t.bench.audited().await, ["certificate_created"]);
    assert!(t.bench.all_jobs().await.is_empty());
}

#[tokio::test]
async fn create_names_every_bad_field_at_once() {
    let t = Flow::new().await;
    let bad = CertificateSpec {
        name: String::new(),
        common_name: "no spaces please".into(),
        sans: vec!["ok.example.com".into(), "bad_name.example.com".into()],
        ..spec()
    };
    let Err(ServiceError::Invalid(fields)) = t.certificates.create(&operator(), None, bad).await else {
        panic!("accepted");
    };
    assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["name", "sans[1]"]);

    let unknown =
        CertificateSpec { owner_id: build::id("o-none"), issuer_id: build::id("iss-none"), ..spec() };
    let Err(ServiceError::Unprocessable(fields)) = t.certificates.create(&operator(), None, unknown).await
    else {
        panic!("accepted");
    };
    assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["owner_id", "issuer_id"]);
    assert!(t.bench.audited().await.is_empty());
}

#[tokio::test]
async fn an_id_that_is_a_path_of_the_api_is_refused() {
    let t = Flow::new().await;
    for id in RESERVED_IDS {
        let refusal = t.certificates.create(&operator(), Some(build::id(id)), spec()).await.unwrap_err();
        let ServiceError::Invalid(fields) = refusal else { panic!("{refusal:?}") };
        assert_eq!((fields[0].field.as_str(), fields[0].code), ("id", "invalid_id"));
    }
    assert!(t.bench.audited().await.is_empty());
}

#[tokio::test]
async fn a_taken_name_and_an_unknown_target_leave_nothing_behind() {
    let t = Flow::new().await;
    t.create().await;
    let taken = t.certificates.create(&operator(), None, spec()).await.unwrap_err();
    assert_eq!(code(&taken), "already_exists");
    let elsewhere =
        CertificateSpec { name: "other".into(), target_ids: Some(vec![build::id("tgt-none")]), ..spec() };
    let error = t.certificates.create(&operator(), None, elsewhere).await.unwrap_err();
    assert_eq!(code(&error), "unprocessable");
    let all =
        t.certificates.list(&viewer(), CertificateQuery::default(), ListRequest::default()).await.unwrap();
    assert_eq!(all.total, 1);
}

#[tokio::test]
async fn a_viewer_may_read_but_not_write() {
    let t = Flow::new().await;
    t.create().await;
    assert!(t.certificates.get(&viewer(), &www()).await.is_ok());
    let error = t.certificates.archive(&viewer(), &www()).await.unwrap_err();
    assert!(matches!(error, ServiceError::Forbidden { permission: Permission::CertificateWrite }));
}

#[tokio::test]
async fn a_renewal_by_hand_queues_one_job_per_key_holder_and_a_second_one_is_refused_unless_forced() {
    let t = Flow::new().await;
    t.create().await;
    let queued = t.certificates.renew(&operator(), &www(), RenewOptions::forced(false)).await.unwrap();
    assert_eq!(queued.len(), 1);
    let again = t.certificates.renew(&operator(), &www(), RenewOptions::forced(false)).await.unwrap_err();
    assert!(matches!(again, ServiceError::Conflict { code: ConflictCode::AlreadyRenewing, .. }));

    let forced = t.certificates.renew(&operator(), &www(), RenewOptions::forced(true)).await.unwrap();
    assert_eq!(t.job(&queued[0].job_id).await.status, JobStatus::Cancelled);
    assert_eq!(t.job(&forced[0].job_id).await.status, JobStatus::AwaitingCsr);
    assert_eq!(t.bench.audited().await, ["certificate_created", "renewal_triggered", "renewal_triggered"]);
    assert_eq!(t.bench.audit().await[1].actor, "operator");
}

#[tokio::test]
async fn a_certificate_without_a_target_has_nobody_to_make_its_key() {
    let t = Flow::new().await;
    let lonely = CertificateSpec { target_ids: None, ..spec() };
    t.certificates.create(&operator(), Some(www()), lonely).await.unwrap();
    let error = t.certificates.renew(&operator(), &www(), RenewOptions::forced(false)).await.unwrap_err();
    assert!(matches!(error, ServiceError::Conflict { code: ConflictCode::NoKeyHolder, .. }));
    assert_eq!(t.sweep().await.error, None);
    assert!(t.bench.all_jobs().await.is_empty());
}

#[tokio::test]
async fn an_archived_certificate_is_left_alone() {
    let t = Flow::new().await;
    t.create().await;
    let queued = t.certificates.renew(&operator(), &www(), RenewOptions::forced(false)).await.unwrap();
    t.certificates.archive(&operator(), &www()).await.unwrap();
    t.certificates.archive(&operator(), &www()).await.unwrap();
    assert_eq!(t.job(&queued[0].job_id).await.status, JobStatus::Cancelled);
    for error in [
        t.certificates.renew(&operator(), &www(), RenewOptions::forced(true)).await.unwrap_err(),
        t.certificates.deploy(&operator(), &www(), None).await.unwrap_err(),
        t.certificates.change(&operator(), &www(), to(spec()), None).await.unwrap_err(),
    ] {
        assert_eq!(code(&error), "invalid_state");
    }
    assert_eq!(t.bench.audited().await.last().unwrap(), "certificate_archived");

    // Without a target, too, the state is what stands against it.
    let spec = CertificateSpec { name: "bare".into(), target_ids: Some(vec![]), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-bare")), spec).await.unwrap();
    t.certificates.archive(&operator(), &build::id("mc-bare")).await.unwrap();
    let (who, id) = (operator(), build::id("mc-bare"));
    let refused = t.certificates.renew(&who, &id, RenewOptions::forced(false)).await.unwrap_err();
    assert_eq!(code(&refused), "invalid_state");
}

#[tokio::test]
async fn an_archived_certificate_is_hidden_until_it_is_asked_for_or_taken_back() {
    let t = Flow::new().await;
    t.issued().await;
    let planned = t.bench.certificate("mc-www").await.next_action_at;
    let unarchived = t.certificates.unarchive(&operator(), &www()).await.unwrap_err();
    assert_eq!(code(&unarchived), "invalid_state");
    t.certificates.archive(&operator(), &www()).await.unwrap();
    let total =
        async |query| t.certificates.list(&viewer(), query, ListRequest::default()).await.unwrap().total;
    assert_eq!(total(CertificateQuery::default()).await, 0);
    assert_eq!(total(CertificateQuery { include_archived: true, ..Default::default() }).await, 1);
    let archived = CertificateQuery { status: Some(CertificateStatus::Archived), ..Default::default() };
    assert_eq!(total(archived).await, 1);

    let refused = t.certificates.unarchive(&viewer(), &www()).await.unwrap_err();
    assert_eq!(code(&refused), "forbidden");
    let back = t.certificates.unarchive(&operator(), &www()).await.unwrap();
    assert_eq!(back.status, CertificateStatus::Active);
    assert_eq!(back.target_ids, [build::id(build::TARGET)]);
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, planned);
    assert_eq!(total(CertificateQuery::default()).await, 1);
    assert_eq!(t.bench.audited().await.last().unwrap(), "certificate_unarchived");
}

#[tokio::test]
async fn a_change_that_names_no_targets_leaves_a_pause_alone() {
    let t = Flow::new().await;
    t.issued().await;
    let later = build::at(12_345);
    t.bench
        .write(move |tx| {
            let mut row = tx.certificates().find(&build::id("mc-www"))?.unwrap();
            row.next_action_at = Some(later);
            tx.certificates().update(&mut row)
        })
        .await;
    let renamed = CertificateSpec { name: "other".into(), target_ids: None, ..spec() };
    let view = t.certificates.change(&operator(), &www(), to(renamed), None).await.unwrap();
    assert_eq!(view.target_ids, [build::id(build::TARGET)]);
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, Some(later));
}

#[tokio::test]
async fn one_version_is_found_under_its_own_certificate_only() {
    let t = Flow::new().await;
    t.issued().await;
    let page = t.certificates.versions(&viewer(), &www(), ListRequest::default()).await.unwrap();
    let version = &page.items[0];
    assert_eq!(t.certificates.version(&viewer(), &www(), &version.id).await.unwrap(), *version);
    t.bench.write(|tx| tx.certificates().insert(&build::certificate("mc-other"))).await;
    let other = build::id("mc-other");
    let error = t.certificates.version(&viewer(), &other, &version.id).await.unwrap_err();
    assert_eq!(code(&error), "not_found");
}

#[tokio::test]
async fn replace_refuses_an_older_revision() {
    let t = Flow::new().await;
    let revision = t.create().await.certificate.revision;
    let changed = CertificateSpec { environment: "staging".into(), ..spec() };
    let after =
        t.certificates.change(&operator(), &www(), to(changed.clone()), Some(revision)).await.unwrap();
    assert_eq!(after.certificate.environment, "staging");
    let stale = t.certificates.change(&operator(), &www(), to(changed), Some(revision)).await.unwrap_err();
    assert_eq!(code(&stale), "stale");
    let event = t.bench.audit().await.pop().unwrap();
    assert!(event.details.as_str().contains(r#""environment":"production""#), "{}", event.details.as_str());
    assert!(event.details.as_str().contains(r#""environment":"staging""#), "{}", event.details.as_str());
}

#[tokio::test]
async fn changed_names_are_issued_anew() {
    let t = Flow::new().await;
    let deployment = t.issued().await;
    assert!(deployment.fingerprint_sha256.is_some());
    let renamed =
        CertificateSpec { sans: vec!["www.example.com".into(), "new.example.com".into()], ..spec() };
    let view = t.certificates.change(&operator(), &www(), to(renamed), None).await.unwrap();
    assert_eq!(view.status, CertificateStatus::RenewalInProgress);
    let items = t.poll().await;
    let csr = items.iter().find_map(|item| item.csr.as_ref()).unwrap();
    assert_eq!(
        csr.names.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["new.example.com", "www.example.com"]
    );
}

#[tokio::test]
async fn deploy_queues_one_job_per_target_and_returns_the_live_one_when_asked_twice() {
    let t = Flow::new().await;
    let waiting = t.issued().await;
    let queued = t.certificates.deploy(&operator(), &www(), None).await.unwrap();
    assert_eq!(queued.iter().map(|q| &q.job_id).collect::<Vec<_>>(), [&waiting.job_id]);
    let error = t.certificates.deploy(&operator(), &www(), Some(build::id("tgt-none"))).await.unwrap_err();
    assert_eq!(code(&error), "not_found");
}

#[tokio::test]
async fn a_removed_target_takes_its_work_along() {
    let t = Flow::new().await;
    let waiting = t.issued().await;
    let view = t.certificates.set_targets(&operator(), &www(), Vec::new()).await.unwrap();
    assert!(view.target_ids.is_empty());
    assert_eq!(t.job(&waiting.job_id).await.status, JobStatus::Cancelled);

    // Mapped again, the current version goes out without a new issuance.
    t.certificates.set_targets(&operator(), &www(), vec![build::id(build::TARGET)]).await.unwrap();
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::Pending);
    let [again] = t.poll().await.try_into().unwrap();
    assert_eq!(again.fingerprint_sha256, waiting.fingerprint_sha256);
}

#[tokio::test]
async fn the_list_walks_by_cursor_and_refuses_a_cursor_of_another_order() {
    let t = Flow::new().await;
    for index in 0..5 {
        let one = CertificateSpec { name: format!("www-{index}"), target_ids: None, ..spec() };
        t.certificates.create(&operator(), None, one).await.unwrap();
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = ListRequest { per_page: 2, cursor, ..ListRequest::default() };
        let listing = t.certificates.list(&viewer(), CertificateQuery::default(), page).await.unwrap();
        assert_eq!(listing.total, 5);
        seen.extend(listing.items.into_iter().map(|view| view.certificate.name));
        cursor = listing.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["www-4", "www-3", "www-2", "www-1", "www-0"]);

    let first = ListRequest { per_page: 2, ..ListRequest::default() };
    let cursor =
        t.certificates.list(&viewer(), CertificateQuery::default(), first).await.unwrap().next_cursor;
    let by_name = CertificateQuery { sort: Some("name".into()), ..CertificateQuery::default() };
    let error = t
        .certificates
        .list(&viewer(), by_name, ListRequest { cursor, ..ListRequest::default() })
        .await
        .unwrap_err();
    assert_eq!(code(&error), "invalid_request");
}

#[tokio::test]
async fn a_forged_cursor_with_a_control_character_is_refused_like_any_other() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        let forged =
            r#"{"l":"certificates:CreatedAt:true","k":"2026-01-01T00:00:00.000000Z","i":"mc-\u0000"}"#;
        let cursor = Some(URL_SAFE_NO_PAD.encode(forged));
        let page = ListRequest { cursor, ..ListRequest::default() };
        let error = t.certificates.list(&viewer(), CertificateQuery::default(), page).await.unwrap_err();
        assert_eq!(code(&error), "invalid_request");
    }
}

#[tokio::test]
async fn environments_and_tags_that_look_like_others_are_refused_by_name() {
    let t = Flow::new().await;
    let tags = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    for (wrong, field) in [
        (CertificateSpec { environment: "produc\u{200b}tion".into(), ..spec() }, "environment"),
        (CertificateSpec { tags: tags("tier", "\u{202e}bew"), ..spec() }, "tags.tier"),
        (CertificateSpec { tags: tags("ti\u{ad}er", "web"), ..spec() }, "tags.tier"),
    ] {
        let refused = t.certificates.create(&operator(), None, wrong).await.unwrap_err();
        let ServiceError::Invalid(fields) = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), fields[0].code), (field, "invalid_value"));
    }
    assert!(t.bench.audit().await.is_empty());
}
