//! The bench of all service tests: a real database, a stopped clock, predictable ids, real
//! sealing and the real local CA.

use certctl_connector_api::issuer::IssuerEnv;
use certctl_connector_api::{IssuerRegistry, TargetRegistry};
use certctl_crypto::{Keyring, MasterKey, SecretString};
use certctl_domain::access::Role;
use certctl_domain::audit::AuditEvent;
use certctl_domain::certificate::Certificate;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::AgentId;
use certctl_domain::job::Job;
use certctl_repository::{AuditFilter, JobFilter, PageRequest, Store, StoreError, Tx};
use certctl_service::{
    Agents, ApiKeys, ApprovalGate, Approvals, Foundation, Issuers, Jobs, LiveIssuers, SealedCaKeys, Secrets,
    Targets, Wakeups,
};
use certctl_service_api::edit::Edit;
use certctl_service_api::{Actor, Identity};
use certctl_telemetry::{ApprovalCounters, Registry};
use certctl_testkit::{Basics, FakeClock, SequentialIds, TestStore, build, seed_basics};
use serde_json::{Map, Value};
use std::sync::Arc;

mod fakes;

pub(crate) use fakes::{SecretiveIssuers, SecretiveTargets, TARGET_TOKEN};

/// A master key for tests.
pub(crate) const PASSPHRASE: &str = "a passphrase of the tests, 32 bytes or more";

pub(crate) struct ServiceBench {
    pub(crate) db: TestStore,
    pub(crate) clock: FakeClock,
    pub(crate) base: Foundation,
    pub(crate) secrets: Secrets,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) live: Arc<LiveIssuers>,
    /// What the base counts.
    pub(crate) metrics: Registry,
}

impl ServiceBench {
    /// SQLite with the rows of [`seed_basics`], at `build::at(0)`.
    pub(crate) async fn new() -> Self {
        let bench = Self::empty().await;
        bench.seed().await;
        bench
    }

    /// SQLite without any row.
    pub(crate) async fn empty() -> Self {
        Self::on(TestStore::sqlite().await)
    }

    /// Every engine with the rows of [`seed_basics`], for cases that depend on isolation.
    pub(crate) async fn both() -> [Self; 2] {
        let benches = [Self::empty().await, Self::on(TestStore::postgres().await)];
        for bench in &benches {
            bench.seed().await;
        }
        benches
    }

    /// Any database.
    pub(crate) fn on(db: TestStore) -> Self {
        let clock = FakeClock::default();
        let metrics = Registry::new();
        let base = Foundation {
            store: db.store().clone(),
            clock: Arc::new(clock.clone()),
            ids: Arc::new(SequentialIds::default()),
            approvals: ApprovalGate::new(false, Arc::new(ApprovalCounters::register(&metrics).unwrap())),
            guards: certctl_service::Guards::default(),
        };
        let secrets = Secrets::new(Arc::new(keyring(PASSPHRASE, &[])));
        let live = live_issuers(&base, &secrets, certctl_issuers::registry());
        Self { db, clock, base, secrets, wakeups: Arc::default(), live, metrics }
    }

    async fn seed(&self) -> Basics {
        seed_basics(self.store()).await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.base.store
    }

    pub(crate) fn issuers(&self) -> Issuers {
        Issuers::new(self.base.clone(), Arc::clone(&self.live), self.secrets.clone())
    }

    /// Targets with a fake NGINX connector that has a secret field, see [`SecretiveTargets`].
    pub(crate) fn targets(&self) -> Targets {
        let registry = TargetRegistry::new(vec![Arc::new(SecretiveTargets)]);
        Targets::new(self.base.clone(), registry, self.secrets.clone(), Arc::clone(&self.wakeups))
    }

    pub(crate) fn agents(&self) -> Agents {
        Agents::new(self.base.clone(), None)
    }

    pub(crate) fn api_keys(&self) -> ApiKeys {
        ApiKeys::new(self.base.clone(), false)
    }

    pub(crate) fn approvals(&self) -> Approvals {
        Approvals::new(self.base.clone(), Arc::clone(&self.wakeups))
    }

    pub(crate) fn jobs(&self) -> Jobs {
        Jobs::new(self.base.clone(), Arc::clone(&self.wakeups))
    }

    /// Runs `body` in a write transaction; its failure fails the test.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store().write("test.write", body).await.unwrap()
    }

    /// Runs `body` in a read transaction; its failure fails the test.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store().read("test.read", body).await.unwrap()
    }

    /// Runs SQL past the store, as an operator with a client could.
    pub(crate) fn execute(&self, statement: &str) {
        self.db.execute(statement).unwrap();
    }

    /// All audit events, oldest first.
    pub(crate) async fn audit(&self) -> Vec<AuditEvent> {
        let page = PageRequest::first(500);
        let mut events = self.read(move |tx| tx.audit().list(&AuditFilter::default(), &page)).await.items;
        events.reverse();
        events
    }

    /// Actions of all audit events, oldest first.
    pub(crate) async fn audited(&self) -> Vec<String> {
        self.audit().await.into_iter().map(|event| event.action).collect()
    }

    /// All jobs, oldest first.
    pub(crate) async fn all_jobs(&self) -> Vec<Job> {
        let page = PageRequest::first(500);
        let mut jobs = self.read(move |tx| tx.jobs().list(&JobFilter::default(), &page)).await.items;
        jobs.reverse();
        jobs
    }

    pub(crate) async fn job(&self, id: &str) -> Job {
        let id = build::id(id);
        self.read(move |tx| tx.jobs().find(&id)).await.unwrap()
    }

    pub(crate) async fn certificate(&self, id: &str) -> Certificate {
        let id = build::id(id);
        self.read(move |tx| tx.certificates().find(&id)).await.unwrap()
    }

    pub(crate) async fn mapping(&self, certificate: &str, target: &str) -> TargetMapping {
        let (certificate, target) = (build::id(certificate), build::id(target));
        self.read(move |tx| tx.deployments().find(&certificate, &target)).await.unwrap()
    }

    /// Stores a certificate that is mapped to the target of the basics.
    pub(crate) async fn add_mapped(&self, certificate: Certificate) {
        self.write(move |tx| {
            tx.certificates().insert(&certificate)?;
            tx.deployments().insert(&build::mapping(certificate.id.as_str()))
        })
        .await;
    }

    pub(crate) async fn add_job(&self, job: Job) {
        self.write(move |tx| tx.jobs().insert(&job)).await;
    }
}

/// Connectors of `registry` with the CA keys of the database.
pub(crate) fn live_issuers(
    base: &Foundation,
    secrets: &Secrets,
    registry: IssuerRegistry,
) -> Arc<LiveIssuers> {
    let env = IssuerEnv {
        clock: Arc::clone(&base.clock),
        ca_keys: Arc::new(SealedCaKeys::new(base.clone(), secrets.clone())),
        pki_base_url: None,
    };
    Arc::new(LiveIssuers::new(registry, env, secrets.clone()))
}

/// A keyring that seals with `current` and opens with `previous` as well.
pub(crate) fn keyring(current: &str, previous: &[&str]) -> Keyring {
    let key = |text: &str| MasterKey::from_passphrase(&SecretString::new(text)).unwrap();
    Keyring::new(key(current), previous.iter().map(|text| key(text)).collect())
}

/// A person with a key of this role; the key is named like the role.
pub(crate) fn person(role: Role) -> Actor {
    Actor {
        identity: Identity::Key { name: role.as_str().to_owned(), role, identity: role.as_str().to_owned() },
        request_id: Some("req-1".to_owned()),
        client_address: Some("192.0.2.7".to_owned()),
    }
}

pub(crate) fn admin() -> Actor {
    person(Role::Admin)
}

pub(crate) fn operator() -> Actor {
    person(Role::Operator)
}

pub(crate) fn viewer() -> Actor {
    person(Role::Viewer)
}

pub(crate) fn agent(id: &str) -> Actor {
    let id: AgentId = build::id(id);
    Actor { identity: Identity::Agent { id, retired: false }, request_id: None, client_address: None }
}

/// The change of a PUT: whatever is stored becomes `spec`.
pub(crate) fn to<Row, Spec: Clone + Send + Sync + 'static>(spec: Spec) -> Edit<Row, Spec> {
    Box::new(move |_| Ok(spec.clone()))
}

/// A JSON object as clients send it.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("not an object: {other}"),
    }
}
