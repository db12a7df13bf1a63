//! Rotation of the master key.

use crate::bench::{PASSPHRASE, ServiceBench, TARGET_TOKEN, admin, keyring, live_issuers, object, operator};
use crate::channel::{channels, hook, live_with, spec};
use certctl_domain::target::Target;
use certctl_repository::{IssuerFilter, PageRequest, SealedColumn};
use certctl_service::Secrets;
use certctl_service::rotate::rotate_keys;
use certctl_service_api::channel::ChannelService;
use certctl_service_api::issuer::{IssuerService, IssuerSpec};
use certctl_service_api::target::{TargetService, TargetSpec};
use certctl_testkit::build;
use serde_json::json;
use std::sync::Arc;

const NEXT: &str = "the next passphrase, with 32 bytes or more";

async fn with_secrets() -> ServiceBench {
    let t = ServiceBench::new().await;
    let issuer = IssuerSpec {
        name: "Lab".to_owned(),
        kind: "local".to_owned(),
        config: object(json!({})),
        enabled: true,
    };
    let issuer = t.issuers().create(&admin(), None, issuer).await.unwrap();
    t.issuers().test(&admin(), &issuer.id).await.unwrap();
    for number in 0..3 {
        let target = TargetSpec {
            name: format!("web {number}"),
            kind: "NGINX".to_owned(),
            agent_id: build::id(build::AGENT),
            config: object(json!({"cert_path": "/x", "token": TARGET_TOKEN})),
            enabled: true,
        };
        t.targets().create(&operator(), None, target).await.unwrap();
    }
    channels(&t).create(&admin(), Some(build::id("nc-one")), spec("Ops", hook())).await.unwrap();
    t
}

#[tokio::test]
async fn afterwards_the_new_key_alone_opens_everything() {
    let t = with_secrets().await;
    let both = Secrets::new(Arc::new(keyring(NEXT, &[PASSPHRASE])));
    let rotated = rotate_keys(&t.base, &both).await.unwrap();
    let counts: Vec<_> =
        rotated.iter().map(|column| (column.column, column.current, column.resealed)).collect();
    assert_eq!(
        counts,
        [
            (SealedColumn::IssuerConfig, 0, 1),
            (SealedColumn::TargetConfig, 0, 3),
            (SealedColumn::CaKey, 0, 1),
            (SealedColumn::AuditKey, 0, 0),
            (SealedColumn::ChannelConfig, 0, 1),
            (SealedColumn::OcspResponder, 0, 0)
        ]
    );
    assert!(rotated.iter().all(|column| column.unreadable.is_empty()));

    let next = Secrets::new(Arc::new(keyring(NEXT, &[])));
    let issuers =
        t.read(|tx| tx.issuers().list(&IssuerFilter::default(), &PageRequest::first(9))).await.items;
    let issuer = issuers.into_iter().find(|issuer| issuer.name == "Lab").unwrap();
    let live = live_issuers(&t.base, &next, certctl_issuers::registry());
    live.connector(&issuer).unwrap().check(build::at(0)).await.unwrap();

    let channel = t.read(|tx| tx.channels().find(&build::id("nc-one"))).await.unwrap();
    live_with(&t, &next).notifier(&channel).unwrap();

    // The audit trail tells what was done, once per table.
    let resealed = t.audited().await.into_iter().filter(|action| action == "secrets_resealed").count();
    assert_eq!(resealed, 4);

    // A second run finds nothing to do.
    let again = rotate_keys(&t.base, &next).await.unwrap();
    assert_eq!(
        again.iter().map(|column| (column.current, column.resealed)).collect::<Vec<_>>(),
        [(1, 0), (3, 0), (1, 0), (0, 0), (1, 0), (0, 0)]
    );
}

#[tokio::test]
async fn what_no_key_opens_is_reported_and_left_alone() {
    let t = with_secrets().await;
    t.write(|tx| {
        let sealed_config = Some(b"damaged".to_vec());
        tx.targets().insert(&Target { sealed_config, ..build::target("tgt-damaged") })
    })
    .await;
    let both = Secrets::new(Arc::new(keyring(NEXT, &[PASSPHRASE])));
    let rotated = rotate_keys(&t.base, &both).await.unwrap();
    let targets = rotated.iter().find(|column| column.column == SealedColumn::TargetConfig).unwrap();
    assert_eq!((targets.resealed, targets.unreadable.len()), (3, 1));
    assert_eq!(targets.unreadable[0].0, "tgt-damaged");
    let damaged = t.read(|tx| tx.targets().find(&build::id("tgt-damaged"))).await.unwrap();
    assert_eq!(damaged.sealed_config.as_deref(), Some(b"damaged".as_slice()));
}
