//! The chain over the audit events.

use super::{assert_refused, attempt, read, write};
use crate::{TestStore, build};
use certctl_domain::audit::{AuditEvent, ChainLink, Checkpoint, CheckpointKind};
use certctl_repository::{AuditFilter, PageRequest, StoreError};

fn link(sequence: i64) -> ChainLink {
    ChainLink {
        sequence,
        event_id: build::id(&format!("audit-{sequence}")),
        hash: format!("hash {sequence}"),
    }
}

/// Events 1 to `count`, one a second.
async fn add_events(db: &TestStore, count: i64) {
    write(db, move |tx| {
        for n in 1..=count {
            let event = AuditEvent { timestamp: build::at(n), ..build::audit_event(&format!("audit-{n}")) };
            tx.audit().append(&event)?;
        }
        Ok(())
    })
    .await;
}

fn refused(db: &TestStore, statement: &str) {
    let error = db.execute(statement).expect_err(statement).to_string();
    assert!(error.contains("is append-only"), "{statement}: {error}");
}

pub async fn events_get_their_place_once(db: &TestStore) {
    add_events(db, 3).await;
    assert!(read(db, |tx| tx.audit_chain().has_unsealed()).await);
    assert_eq!(read(db, |tx| tx.audit_chain().unsealed_before(build::at(3))).await, 2);
    let waiting = read(db, |tx| tx.audit_chain().unsealed(2)).await;
    assert_eq!(waiting.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["audit-1", "audit-2"]);
    write(db, |tx| tx.audit_chain().seal(&[link(1), link(2)])).await;
    assert_refused!(
        attempt(db, |tx| tx.audit_chain().seal(&[ChainLink { sequence: 2, ..link(3) }])).await,
        Duplicate,
        "audit_chain.seq"
    );
    assert_refused!(
        attempt(db, |tx| tx.audit_chain().seal(&[ChainLink { sequence: 3, ..link(2) }])).await,
        Duplicate,
        "audit_chain.event_id"
    );
    assert_eq!(read(db, |tx| tx.audit_chain().last()).await, Some(link(2)));
    let places = read(db, |tx| tx.audit().links_of(&[build::id("audit-2"), build::id("audit-3")])).await;
    assert_eq!(places, [link(2)]);
    let links = read(db, |tx| tx.audit_chain().links(1, 9)).await;
    assert_eq!(links.len(), 1);
    assert_eq!(
        links.first().and_then(|(_, event)| event.clone()).map(|event| event.timestamp),
        Some(build::at(2))
    );
    assert_eq!(read(db, |tx| tx.audit_chain().first_since(build::at(2))).await, Some(2));
    assert_eq!(read(db, |tx| tx.audit_chain().first_since(build::at(3))).await, None);
    assert_eq!(read(db, |tx| tx.audit_chain().stray()).await, None);

    let forged = "INSERT INTO audit_events SELECT 'audit-forged', actor, actor_type, action, resource_type, \
                  resource_id, details, request_id, client_address, timestamp FROM audit_events WHERE id = 'audit-1'";
    db.execute(forged).unwrap();
    assert_eq!(read(db, |tx| tx.audit_chain().stray()).await, Some(build::id("audit-forged")));
}

pub async fn only_the_pruned_beginning_goes(db: &TestStore) {
    add_events(db, 4).await;
    write(db, |tx| tx.audit_chain().seal(&[link(1), link(2), link(3)])).await;
    for statement in [
        "DELETE FROM audit_chain",
        "DELETE FROM audit_chain WHERE seq = 3",
        "UPDATE audit_chain SET hash = 'x'",
        "DELETE FROM audit_events WHERE id = 'audit-1'",
        "DELETE FROM audit_events WHERE id = 'audit-4'",
    ] {
        refused(db, statement);
    }
    // The total is the length of the chain and of the queue.
    let total = || {
        let first = PageRequest::first(1);
        read(db, move |tx| Ok(tx.audit().list(&AuditFilter::default(), &first)?.total))
    };
    assert_eq!(total().await, 4);
    assert_eq!(write(db, |tx| tx.audit_chain().prune(2)).await, 2);
    assert_eq!(total().await, 2);
    let left = read(db, |tx| tx.audit_chain().links(0, 9)).await;
    assert_eq!(left.into_iter().map(|(link, _)| link).collect::<Vec<_>>(), [link(3)]);
    assert_eq!(read(db, |tx| tx.audit().find(&build::id("audit-2"))).await, None);
    // The permit went with its transaction.
    refused(db, "DELETE FROM audit_chain");
    refused(db, "DELETE FROM audit_events");
    // An error undoes permit and removal alike.
    let undone = attempt(db, |tx| {
        tx.audit_chain().prune(3)?;
        Err::<(), _>(StoreError::Stale)
    });
    assert!(undone.await.is_err());
    assert_eq!(read(db, |tx| tx.audit_chain().last()).await, Some(link(3)));
}

pub async fn checkpoints_are_kept(db: &TestStore) {
    let checkpoint = |id: &str, kind, sequence| Checkpoint {
        id: build::id(id),
        kind,
        sequence,
        hash: "hash".to_owned(),
        signed_at: build::at(sequence),
        key_id: "key".to_owned(),
        signature: "signature".to_owned(),
    };
    let (first, second) =
        (checkpoint("acp-1", CheckpointKind::Checkpoint, 1), checkpoint("acp-2", CheckpointKind::Start, 2));
    let rows = [second.clone(), first.clone()];
    write(db, move |tx| rows.iter().try_for_each(|row| tx.audit_chain().add_checkpoint(row))).await;
    assert_eq!(read(db, |tx| tx.audit_chain().checkpoints()).await, [first, second.clone()]);
    assert_eq!(read(db, |tx| tx.audit_chain().latest_checkpoint()).await, Some(second));
    let same = checkpoint("acp-3", CheckpointKind::Start, 2);
    assert_refused!(
        attempt(db, move |tx| tx.audit_chain().add_checkpoint(&same)).await,
        Duplicate,
        "audit_checkpoint.sequence"
    );
    refused(db, "UPDATE audit_checkpoints SET seq = 9");
    refused(db, "DELETE FROM audit_checkpoints");
}

pub async fn a_key_is_active_once(db: &TestStore) {
    assert_eq!(read(db, |tx| tx.audit_chain().active_key()).await, None);
    write(db, |tx| tx.audit_chain().add_key(&build::audit_key("one"))).await;
    assert_refused!(
        attempt(db, |tx| tx.audit_chain().add_key(&build::audit_key("two"))).await,
        Duplicate,
        "audit_key.active"
    );
    assert_eq!(read(db, |tx| tx.audit_chain().active_key()).await, Some(build::audit_key("one")));
    assert_eq!(read(db, |tx| tx.audit_chain().keys()).await, [build::audit_key("one")]);
}
