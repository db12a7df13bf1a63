//! The chain over the audit trail: sealed, signed, proved, pruned.

use crate::bench::{ServiceBench, keyring};
use crate::flow::Never;
use certctl_domain::audit::{AuditEvent, CheckpointKind};
use certctl_repository_diesel::Engine;
use certctl_service::audit::{
    AuditKeys, AuditSealer, Break, SealOptions, Verified, VerifyOptions, export, prune, verify,
};
use certctl_service::rotate::rotate_keys;
use certctl_service::{Secrets, audit};
use certctl_service_api::engine::Reconciler;
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

fn keys(t: &ServiceBench) -> Arc<AuditKeys> {
    Arc::new(AuditKeys::new(t.base.clone(), t.secrets.clone()))
}

async fn seal(t: &ServiceBench) {
    let options = SealOptions { look: Duration::from_secs(1), events: 3, time: Duration::from_mins(10) };
    let report = AuditSealer::new(t.base.clone(), keys(t), options).activate(&Never).await;
    assert_eq!(report.error, None);
}

/// Events `audit-<from>` to `audit-<to>`, one a second.
async fn add_events(t: &ServiceBench, from: i64, to: i64) {
    t.write(move |tx| {
        for n in from..=to {
            let event = AuditEvent { timestamp: build::at(n), ..build::audit_event(&format!("audit-{n}")) };
            tx.audit().append(&event)?;
        }
        Ok(())
    })
    .await;
}

async fn proved(t: &ServiceBench) -> Verified {
    verify(&t.base, &VerifyOptions::default()).await.unwrap()
}

/// Where the trail breaks: place, event and what is said about it.
async fn broken(t: &ServiceBench) -> (Option<i64>, String, String) {
    let Break { sequence, event_id, what } = proved(t).await.broken.expect("the tampering is found");
    (sequence, event_id.map(|id| id.to_string()).unwrap_or_default(), what)
}

/// A sealed trail of the key's own event and six more, signed at 7, on each engine.
async fn sealed() -> Vec<ServiceBench> {
    let mut benches = Vec::new();
    for t in ServiceBench::both().await {
        keys(&t).ensure().await.unwrap();
        t.clock.advance(Duration::from_hours(1));
        add_events(&t, 1, 6).await;
        seal(&t).await;
        benches.push(t);
    }
    benches
}

/// Runs SQL as somebody could who owns the database: without the triggers.
fn tamper(t: &ServiceBench, statement: &str) {
    match t.db.database().engine() {
        Engine::Postgres => {
            for table in ["audit_events", "audit_chain", "audit_checkpoints"] {
                t.db.execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).unwrap();
            }
        }
        Engine::Sqlite => {
            for (table, change) in [
                ("events", "update"),
                ("events", "delete"),
                ("chain", "update"),
                ("chain", "delete"),
                ("checkpoints", "update"),
                ("checkpoints", "delete"),
            ] {
                t.db.execute(&format!("DROP TRIGGER IF EXISTS audit_{table}_refuse_{change}")).unwrap();
            }
        }
    }
    t.db.execute(statement).unwrap();
}

#[tokio::test]
async fn events_are_sealed_in_order_and_signed_now_and_then() {
    for t in sealed().await {
        let done = proved(&t).await;
        assert_eq!((done.first, done.last, done.events, done.checkpoints), (1, 7, 7, 1));
        assert_eq!((done.unsealed, done.broken), (0, None));
        let ids: Vec<String> = t
            .read(|tx| tx.audit_chain().links(1, 9))
            .await
            .into_iter()
            .map(|(link, _)| link.event_id.to_string())
            .collect();
        assert_eq!(ids, ["audit-1", "audit-2", "audit-3", "audit-4", "audit-5", "audit-6"]);

        // Too few and too soon for another signature; sealing again changes nothing.
        add_events(&t, 7, 8).await;
        assert_eq!(proved(&t).await.unsealed, 2, "they wait since long ago");
        seal(&t).await;
        seal(&t).await;
        assert_eq!(proved(&t).await.checkpoints, 1);
        t.clock.advance(Duration::from_mins(10));
        seal(&t).await;
        let done = proved(&t).await;
        assert_eq!((done.last, done.checkpoints), (9, 2));
        add_events(&t, 9, 11).await;
        seal(&t).await;
        assert_eq!(proved(&t).await.checkpoints, 3, "three events are enough");
    }
}

#[tokio::test]
async fn a_changed_event_is_found() {
    for t in sealed().await {
        tamper(&t, "UPDATE audit_events SET actor = 'nobody' WHERE id = 'audit-3'");
        let (sequence, event, what) = broken(&t).await;
        assert_eq!((sequence, event.as_str()), (Some(4), "audit-3"));
        assert!(what.contains("was changed"), "{what}");
    }
}

#[tokio::test]
async fn a_removed_event_is_found() {
    for t in sealed().await {
        tamper(&t, "DELETE FROM audit_events WHERE id = 'audit-3'");
        assert_eq!(broken(&t).await, (Some(4), "audit-3".to_owned(), "the event is missing".to_owned()));
        tamper(&t, "DELETE FROM audit_chain WHERE event_id = 'audit-3'");
        let (sequence, _, what) = broken(&t).await;
        assert_eq!(sequence, Some(5));
        assert!(what.contains("places between are missing"), "{what}");
    }
}

#[tokio::test]
async fn swapped_events_are_found() {
    for t in sealed().await {
        for (from, to) in [(4, 100), (5, 4), (100, 5)] {
            tamper(&t, &format!("UPDATE audit_chain SET seq = {to} WHERE seq = {from}"));
        }
        assert_eq!(broken(&t).await.0, Some(4));
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found_by_the_checkpoint_beyond_it() {
    for t in sealed().await {
        tamper(&t, "DELETE FROM audit_events WHERE id IN ('audit-5', 'audit-6')");
        tamper(&t, "DELETE FROM audit_chain WHERE seq > 5");
        let (sequence, _, what) = broken(&t).await;
        assert_eq!(sequence, Some(7));
        assert!(what.contains("its end is missing"), "{what}");

        // Without the stored checkpoint the one that was kept elsewhere still tells.
        let kept = t.read(|tx| tx.audit_chain().latest_checkpoint()).await;
        tamper(&t, "DELETE FROM audit_checkpoints");
        assert_eq!(proved(&t).await.broken, None);
        let options = VerifyOptions { checkpoint: kept, ..VerifyOptions::default() };
        assert_eq!(
            verify(&t.base, &options).await.unwrap().broken.map(|found| found.sequence),
            Some(Some(7))
        );
    }
}

#[tokio::test]
async fn a_chain_that_was_written_anew_does_not_fit_its_signatures() {
    for t in sealed().await {
        tamper(&t, "UPDATE audit_checkpoints SET hash = 'ab'");
        let (sequence, _, what) = broken(&t).await;
        assert_eq!(sequence, Some(7));
        assert!(what.contains("signature of the checkpoint is not valid"), "{what}");
    }
    for t in sealed().await {
        // The forger empties the chain and lets the server seal a changed trail again.
        tamper(&t, "UPDATE audit_events SET actor = 'nobody' WHERE id = 'audit-3'");
        tamper(&t, "DELETE FROM audit_chain");
        tamper(&t, "INSERT INTO audit_unsealed (event_id, timestamp) SELECT id, timestamp FROM audit_events");
        // The chain goes on after what was signed, so its beginning is missing.
        seal(&t).await;
        assert_eq!(broken(&t).await.0, Some(8));
    }
}

#[tokio::test]
async fn an_event_that_was_slipped_in_is_found() {
    for t in sealed().await {
        tamper(
            &t,
            "INSERT INTO audit_events SELECT 'audit-forged', actor, actor_type, action, resource_type, \
             resource_id, details, request_id, client_address, timestamp FROM audit_events WHERE id = 'audit-1'",
        );
        let (sequence, event, what) = broken(&t).await;
        assert_eq!((sequence, event.as_str()), (None, "audit-forged"));
        assert!(what.contains("not written by certctl"), "{what}");
    }
}

#[tokio::test]
async fn only_the_kept_public_key_counts_when_it_is_given() {
    let [t, other] = ServiceBench::both().await;
    for bench in [&t, &other] {
        keys(bench).ensure().await.unwrap();
        seal(bench).await;
    }
    let foreign = audit::public_key(&other.base).await.unwrap().unwrap().pem;
    let own = keys(&t).public_key().await.unwrap();
    assert_eq!(audit::public_key_id(&own.pem), Some(own.id));
    assert_eq!(audit::public_key_id("no key"), None);
    let with = |key: &str| VerifyOptions { public_key: Some(key.to_owned()), ..VerifyOptions::default() };
    assert_eq!(verify(&t.base, &with(&own.pem)).await.unwrap().broken, None);
    assert!(verify(&t.base, &with(&foreign)).await.unwrap().broken.is_some());
}

#[tokio::test]
async fn the_signing_key_is_made_once_and_survives_a_new_master_key() {
    let t = ServiceBench::new().await;
    let (one, two) = tokio::join!(async { keys(&t).ensure().await }, async { keys(&t).ensure().await });
    one.unwrap();
    two.unwrap();
    let before = keys(&t).public_key().await.unwrap();
    seal(&t).await;
    let next = "the next passphrase, with 32 bytes or more";
    let both = Secrets::new(Arc::new(keyring(next, &[crate::bench::PASSPHRASE])));
    rotate_keys(&t.base, &both).await.unwrap();

    let alone = Secrets::new(Arc::new(keyring(next, &[])));
    let rotated = Arc::new(AuditKeys::new(t.base.clone(), alone));
    assert_eq!(rotated.public_key().await.unwrap(), before);
    t.clock.advance(Duration::from_hours(1));
    let options = SealOptions { look: Duration::from_secs(1), events: 1, time: Duration::from_mins(1) };
    assert_eq!(AuditSealer::new(t.base.clone(), rotated, options).activate(&Never).await.error, None);
    let done = proved(&t).await;
    assert_eq!((done.checkpoints, done.broken), (2, None));
}

#[tokio::test]
async fn what_was_exported_can_be_removed_and_the_rest_is_still_proved() {
    for t in sealed().await {
        let until = build::at(4);
        let mut file = Vec::new();
        // The key's own event, at 0, and three more.
        let part = export(&t.base, until, &mut file).await.unwrap();
        assert_eq!((part.first, part.last, part.count()), (1, 4, 4));
        let keys = keys(&t);

        let text = String::from_utf8(file.clone()).unwrap();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.swap(1, 2);
        let damaged = [
            text.replace("\"ops\"", "\"nobody\""),
            lines.concat(),
            lines[..3].concat(),
            format!("{text}{{}}\n"),
        ];
        for wrong in damaged {
            let refused = prune(&t.base, &keys, until, &mut wrong.as_bytes()).await.unwrap_err().to_string();
            assert!(refused.contains("nothing was removed"), "{refused}");
            assert_eq!(proved(&t).await.events, 7);
        }

        assert_eq!(prune(&t.base, &keys, until, &mut file.as_slice()).await.unwrap(), part);
        let left: Vec<String> = t.audit().await.into_iter().map(|event| event.id.to_string()).collect();
        assert!(left.iter().all(|id| id != "audit-3"), "{left:?}");
        assert!(left.contains(&"audit-4".to_owned()), "{left:?}");
        assert_eq!(t.audited().await.last().map(String::as_str), Some("audit_pruned"));
        let starts = t.read(|tx| tx.audit_chain().checkpoints()).await;
        assert!(starts.iter().any(|point| point.kind == CheckpointKind::Start && point.sequence == 4));

        seal(&t).await;
        let done = proved(&t).await;
        assert_eq!((done.first, done.last, done.broken), (5, 8, None));
        // A second pruning goes on where the first ended.
        let mut rest = Vec::new();
        let part = export(&t.base, build::at(7), &mut rest).await.unwrap();
        assert_eq!((part.first, part.last), (5, 7));
        prune(&t.base, &keys, build::at(7), &mut rest.as_slice()).await.unwrap();
        t.clock.advance(Duration::from_mins(10));
        seal(&t).await;
        assert_eq!(proved(&t).await.broken, None);
        tamper(&t, "DELETE FROM audit_chain");
        tamper(&t, "DELETE FROM audit_events");
        assert!(proved(&t).await.broken.is_some(), "what came after the pruning is missed");
    }
}

#[tokio::test]
async fn a_changed_event_is_never_removed() {
    for t in sealed().await {
        tamper(&t, "UPDATE audit_events SET actor = 'nobody' WHERE id = 'audit-2'");
        let mut file = Vec::new();
        export(&t.base, build::at(4), &mut file).await.unwrap();
        let refused = prune(&t.base, &keys(&t), build::at(4), &mut file.as_slice()).await.unwrap_err();
        assert!(refused.to_string().contains("was changed after it was written"), "{refused}");
        assert_eq!(t.audit().await.len(), 7);
    }
}
