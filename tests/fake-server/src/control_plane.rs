//! The fake control plane as tests handle it.

use crate::HttpsServer;
use crate::routes::Shared;
use crate::state::{Fault, State};
use anyhow::{Context, Result};
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId, VersionId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::target::TargetKind;
use parking_lot::{Condvar, Mutex};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long [`ControlPlane::wait_for`] waits before it gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// What an issuance job asks an agent for.
#[derive(Debug, Clone)]
pub struct Issuance {
    /// Certificate.
    pub certificate: &'static str,
    /// Common name.
    pub common_name: &'static str,
    /// Names, the common name included.
    pub sans: Vec<&'static str>,
    /// Kind of key.
    pub key: KeySpec,
    /// Whether to ask for the TLS feature extension.
    pub must_staple: bool,
    /// Targets that get the result.
    pub targets: Vec<&'static str>,
}

impl Default for Issuance {
    fn default() -> Self {
        Self {
            certificate: "mc-web",
            common_name: "www.example.com",
            sans: vec!["www.example.com"],
            key: KeySpec::P256,
            must_staple: false,
            targets: vec!["tgt-web"],
        }
    }
}

/// A control plane with one agent route tree, all in memory.
#[derive(Debug)]
pub struct ControlPlane {
    server: HttpsServer,
    shared: Arc<Shared>,
}

impl ControlPlane {
    /// Starts one.
    pub fn start() -> Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::new(State::new()?), changed: Condvar::new() });
        let routes = Arc::clone(&shared);
        let server = HttpsServer::start(move |request| routes.answer(request))?;
        Ok(Self { server, shared })
    }

    /// `https://localhost:<port>`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What clients must trust.
    pub fn ca_pem(&self) -> &str {
        self.server.certificate_pem()
    }

    /// A fresh enrolment token.
    pub fn enrolment_token(&self) -> String {
        let mut state = self.shared.state.lock();
        let token = state.mint("token");
        state.tokens.insert(token.clone());
        token
    }

    /// An agent that has enrolled, with its credential.
    pub fn agent(&self) -> Result<(AgentId, String)> {
        let mut state = self.shared.state.lock();
        let (id, key) = (AgentId::parse(&state.mint("agent"))?, state.mint("secret"));
        state.agents.insert(id.clone(), key.clone());
        Ok((id, key))
    }

    /// Queues an issuance; what is issued is deployed to its targets.
    pub fn queue_issuance(&self, issuance: &Issuance) -> Result<JobId> {
        let follow_up = issuance
            .targets
            .iter()
            .map(|target| Ok((TargetId::parse(target)?, Map::new())))
            .collect::<Result<Vec<_>>>()?;
        let id = self.change(|state| {
            let mut item = state.blank(JobKind::Issuance, JobStatus::AwaitingCsr)?;
            item.certificate_id = CertificateId::parse(issuance.certificate).ok();
            item.common_name = Some(issuance.common_name.to_owned());
            item.sans = Some(issuance.sans.iter().map(|san| (*san).to_owned()).collect());
            item.key_algorithm = Some(issuance.key.algorithm);
            item.key_size = Some(issuance.key.size);
            item.ekus = Some(vec![ExtendedKeyUsage::ServerAuth]);
            item.must_staple = Some(issuance.must_staple);
            let id = state.push(item);
            state.job_mut(&id)?.follow_up = follow_up;
            Some(id)
        });
        id.context("the issuance cannot be queued")
    }

    /// Queues the deployment of a version to a target.
    pub fn queue_deployment(
        &self,
        version: &VersionId,
        target: &str,
        config: Map<String, Value>,
    ) -> Result<JobId> {
        let target = TargetId::parse(target)?;
        self.change(|state| state.deploy(version, target, config)).context("the version is not known")
    }

    /// Queues the dry run of a target's configuration.
    pub fn queue_validation(&self, target: &str, config: Map<String, Value>) -> Result<JobId> {
        let target = TargetId::parse(target)?;
        let id = self.change(|state| {
            let mut item = state.blank(JobKind::Validation, JobStatus::Pending)?;
            item.target_id = Some(target);
            item.target_type = TargetKind::ALL.first().copied();
            item.target_config = Some(config);
            Some(state.push(item))
        });
        id.context("the validation cannot be queued")
    }

    /// Makes the next fitting request fail.
    pub fn fail_next(&self, fault: Fault) {
        self.change(|state| state.faults.push_back(fault));
    }

    /// Answers everything with 503, or no longer.
    pub fn set_outage(&self, outage: bool) {
        self.change(|state| state.outage = outage);
    }

    /// Answers every agent with 410.
    pub fn retire(&self) {
        self.change(|state| state.retired = true);
    }

    /// Length of the leases handed out from now on.
    pub fn set_lease(&self, lease: Duration) {
        self.change(|state| state.lease = lease);
    }

    /// Gives the lease of a job to somebody else, who does nothing with it.
    pub fn take_lease_away(&self, job: &JobId) {
        self.change(|state| {
            if let Some(job) = state.job_mut(job) {
                job.item.lease_token += 1;
                job.due = false;
            }
        });
    }

    /// Offers a job again, as a retry does.
    pub fn offer_again(&self, job: &JobId) {
        self.change(|state| {
            if let Some(job) = state.job_mut(job) {
                (job.due, job.holder) = (true, None);
            }
        });
    }

    /// Looks at the state.
    pub fn inspect<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.shared.state.lock())
    }

    /// Blocks until `found` gives something; an error after two minutes.
    pub fn wait_for<T>(&self, what: &str, mut found: impl FnMut(&State) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.shared.state.lock();
        loop {
            if let Some(value) = found(&state) {
                return Ok(value);
            }
            if self.shared.changed.wait_until(&mut state, deadline).timed_out() {
                anyhow::bail!("gave up waiting for {what}; the state is {state:#?}");
            }
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let value = change(&mut self.shared.state.lock());
        self.shared.changed.notify_all();
        value
    }
}
