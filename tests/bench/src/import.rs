//! Taking in what others issued: from PEM text to committed rows, in batches as the route takes them.

use crate::core::Core;
use crate::place::{Place, Postgres};
use crate::table;
use anyhow::{Result, ensure};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::Timestamp;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::San;
use certctl_pki::{CaTemplate, Certificate, LeafTemplate, PublicKey, Serial};
use certctl_service::Imports;
use certctl_service_api::Actor;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_testkit::{build, seed_basics};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Certificates in one request.
const BATCH: usize = 1_000;
const DAY: Duration = Duration::from_hours(24);

/// Imports `count` certificates on each engine and prints the table.
pub(crate) async fn measure(count: u32) -> Result<()> {
    let items = leaves(count)?;
    let server = Postgres::start()?;
    let mut rows = Vec::new();
    for (name, place) in [("SQLite", Place::sqlite()?), ("PostgreSQL", Place::postgres(&server)?)] {
        let time = import(&place, &items).await?;
        rows.push(vec![
            name.to_owned(),
            table::time(time),
            table::rate(f64::from(count) / time.as_secs_f64()),
        ]);
    }
    let title = format!("Import of {count} certificates, {BATCH} in a request");
    table::print(&title, &["", "time", "certificates"], &rows)
}

async fn import(place: &Place, items: &[ImportItem]) -> Result<Duration> {
    let core = Core::open(place.url.clone()).await?;
    seed_basics(&core.base.store).await;
    let service = Imports::new(core.base.clone());
    let place = ImportPlace {
        environment: "bench".to_owned(),
        owner_id: build::id(build::OWNER),
        team_id: build::id(build::TEAM),
        issuer_id: build::id(build::ISSUER),
        renewal_policy_id: build::id(build::POLICY),
        profile_id: None,
        tags: BTreeMap::new(),
    };
    let begun = Instant::now();
    for batch in items.chunks(BATCH) {
        let imported = service.import_many(&Actor::system(), place.clone(), batch.to_vec()).await?;
        ensure!(imported.iter().all(Result::is_ok), "some were refused: {:?}", imported.first());
    }
    let time = begun.elapsed();
    core.base.store.close().await;
    Ok(time)
}

/// Leaves of one authority with one key, each for a name of its own.
fn leaves(count: u32) -> Result<Vec<ImportItem>> {
    let (key, leaf_key) = (KeyPair::generate(KeySpec::P256)?, KeyPair::generate(KeySpec::P256)?);
    let now = Timestamp::from_unix_seconds(1_767_225_600);
    let root = CaTemplate {
        serial: Serial::random()?,
        common_name: "Another Root".to_owned(),
        not_before: now,
        not_after: now.plus(3650 * DAY),
        path_len: None,
        ocsp_urls: Vec::new(),
        crl_urls: Vec::new(),
        freshest_crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
    }
    .self_signed(&key)?;
    (0..count).map(|number| leaf(&root, &key, &leaf_key, now, number)).collect()
}

fn leaf(
    root: &Certificate,
    key: &KeyPair,
    leaf_key: &KeyPair,
    now: Timestamp,
    number: u32,
) -> Result<ImportItem> {
    let name = format!("host-{number}.bench.example");
    let template = LeafTemplate {
        serial: Serial::random()?,
        not_before: now,
        not_after: now.plus(3000 * DAY),
        sans: vec![San::dns(&name)?],
        common_name: Some(name),
        public_key: PublicKey::from_spki_der(leaf_key.public_spki_der())?,
        extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
        must_staple: false,
        ocsp_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        crl_urls: Vec::new(),
        freshest_crl_urls: Vec::new(),
        no_rev_avail: false,
    };
    let leaf = template.to_be_signed(root, key.algorithm())?.sign(key)?;
    Ok(ImportItem { id: None, name: None, pem: leaf.to_pem() })
}
