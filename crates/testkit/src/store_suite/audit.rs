//! Audit events.

use super::{attempt, read, walk, write};
use crate::{TestStore, build};
use certctl_domain::JsonText;
use certctl_domain::access::ActorType;
use certctl_domain::audit::AuditEvent;
use certctl_repository::{AuditFilter, PageRequest};
use certctl_repository_diesel::Engine;

pub async fn events_can_only_be_added(db: &TestStore) {
    let event = AuditEvent {
        actor: "agent-web1".to_owned(),
        actor_type: ActorType::Agent,
        details: JsonText::trusted(r#"{"a":1}"#),
        request_id: Some("req-1".to_owned()),
        client_address: Some("192.0.2.7".to_owned()),
        timestamp: build::at(9),
        ..build::audit_event("audit-one")
    };
    let row = event.clone();
    write(db, move |tx| tx.audit().append(&row)).await;
    let mut tampering = vec![
        "UPDATE audit_events SET actor = 'nobody'",
        "UPDATE audit_events SET actor = 'nobody' WHERE id = 'audit-none' OR TRUE",
        "DELETE FROM audit_events",
    ];
    match db.database().engine() {
        Engine::Postgres => tampering.extend(["TRUNCATE audit_events", "TRUNCATE audit_events CASCADE"]),
        Engine::Sqlite => tampering.push(
            "INSERT OR REPLACE INTO audit_events SELECT id, 'nobody', actor_type, action, resource_type, resource_id, \
             details, request_id, client_address, timestamp FROM audit_events",
        ),
    }
    for statement in tampering {
        let error = db.execute(statement).expect_err(statement).to_string();
        assert!(error.contains("audit_events is append-only"), "{statement}: {error}");
    }
    assert!(attempt(db, |tx| tx.audit().append(&build::audit_event("audit-one"))).await.is_err());
    let page = read(db, |tx| tx.audit().list(&AuditFilter::default(), &PageRequest::first(9))).await;
    assert_eq!((&page.items, page.total), (&vec![event.clone()], 1));
    let found = read(db, move |tx| tx.audit().find(&build::id("audit-one"))).await;
    assert_eq!(found, Some(event));
    assert_eq!(read(db, |tx| tx.audit().find(&build::id("audit-two"))).await, None);
}

pub async fn events_are_found_by_every_filter(db: &TestStore) {
    let text = str::to_owned;
    write(db, move |tx| {
        for n in 0..6 {
            let mut event =
                AuditEvent { timestamp: build::at(n), ..build::audit_event(&format!("audit-{n}")) };
            match n {
                1 => event.actor = text("system"),
                2 => event.action = text("job_failed"),
                3 => event.resource_type = text("job"),
                4 => event.resource_id = text("mc-other"),
                5 => event.request_id = Some(text("req-9")),
                0 => event.actor_type = ActorType::Agent,
                _ => (),
            }
            tx.audit().append(&event)?;
        }
        Ok(())
    })
    .await;
    let all = AuditFilter::default();
    let cases = [
        (all.clone(), vec!["audit-5", "audit-4", "audit-3", "audit-2", "audit-1", "audit-0"]),
        (AuditFilter { actor: Some(text("system")), ..all.clone() }, vec!["audit-1"]),
        (AuditFilter { action: Some(text("job_failed")), ..all.clone() }, vec!["audit-2"]),
        (AuditFilter { resource_type: Some(text("job")), ..all.clone() }, vec!["audit-3"]),
        (AuditFilter { resource_id: Some(text("mc-other")), ..all.clone() }, vec!["audit-4"]),
        (AuditFilter { request_id: Some(text("req-9")), ..all.clone() }, vec!["audit-5"]),
        (AuditFilter { actor_type: Some(ActorType::Agent), ..all.clone() }, vec!["audit-0"]),
        (AuditFilter { from: Some(build::at(4)), ..all.clone() }, vec!["audit-5", "audit-4"]),
        (AuditFilter { to: Some(build::at(1)), ..all.clone() }, vec!["audit-0"]),
        (AuditFilter { from: Some(build::at(2)), to: Some(build::at(4)), ..all }, vec!["audit-3", "audit-2"]),
    ];
    for (filter, expected) in cases {
        let wanted = filter.clone();
        let ids =
            walk(db, 2, move |tx, page| tx.audit().list(&wanted, page), |event| event.id.to_string()).await;
        assert_eq!(ids, expected, "{filter:?}");
    }
}

pub async fn events_are_walked_oldest_first(db: &TestStore) {
    write(db, |tx| {
        // Two at the same time, so that the id decides.
        for (id, at) in [("audit-c", 2), ("audit-a", 1), ("audit-b", 1), ("audit-d", 3)] {
            tx.audit().append(&AuditEvent { timestamp: build::at(at), ..build::audit_event(id) })?;
        }
        Ok(())
    })
    .await;
    let filter = AuditFilter { to: Some(build::at(3)), ..AuditFilter::default() };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let (filter, from) = (filter.clone(), after.clone());
        let batch = read(db, move |tx| tx.audit().walk(&filter, from.as_ref(), 2)).await;
        let Some(last) = batch.last() else { break };
        after = Some((last.timestamp, last.id.clone()));
        seen.extend(batch.into_iter().map(|event| event.id.to_string()));
    }
    assert_eq!(seen, ["audit-a", "audit-b", "audit-c"]);
}
