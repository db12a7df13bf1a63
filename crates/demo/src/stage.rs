//! What the story is played on: the services, on the story's clock.

use crate::clock::DemoClock;
use certctl_domain::access::Role;
use certctl_domain::id::{AgentId, IdError};
use certctl_service_api::agent::AgentService;
use certctl_service_api::agent_group::AgentGroupService;
use certctl_service_api::agent_work::AgentWorkService;
use certctl_service_api::approval::ApprovalService;
use certctl_service_api::auth::ApiKeyService;
use certctl_service_api::certificate::CertificateService;
use certctl_service_api::channel::ChannelService;
use certctl_service_api::engine::{JobEngine, Reconciler, StopSignal};
use certctl_service_api::issuer::IssuerService;
use certctl_service_api::job::JobService;
use certctl_service_api::notification::NotificationService;
use certctl_service_api::operation::OperationService;
use certctl_service_api::owner::OwnerService;
use certctl_service_api::policy::PolicyService;
use certctl_service_api::profile::ProfileService;
use certctl_service_api::renewal_policy::RenewalPolicyService;
use certctl_service_api::revocation::RevocationService;
use certctl_service_api::routing::RoutingService;
use certctl_service_api::target::TargetService;
use certctl_service_api::team::TeamService;
use certctl_service_api::{Actor, Identity, ServiceError};
use std::fmt;
use std::sync::Arc;

/// The services, all on [`Stage::clock`].
#[derive(Clone)]
pub struct Stage {
    /// The clock that all services read.
    pub clock: DemoClock,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyService>,
    /// Agents, for operators.
    pub agents: Arc<dyn AgentService>,
    /// Agent groups.
    pub agent_groups: Arc<dyn AgentGroupService>,
    /// Agents, for themselves.
    pub agent_work: Arc<dyn AgentWorkService>,
    /// Approvals.
    pub approvals: Arc<dyn ApprovalService>,
    /// Managed certificates.
    pub certificates: Arc<dyn CertificateService>,
    /// Notification channels, [played](crate::played).
    pub channels: Arc<dyn ChannelService>,
    /// Issuers.
    pub issuers: Arc<dyn IssuerService>,
    /// Jobs.
    pub jobs: Arc<dyn JobService>,
    /// Notifications.
    pub notifications: Arc<dyn NotificationService>,
    /// Bulk operations.
    pub operations: Arc<dyn OperationService>,
    /// Owners.
    pub owners: Arc<dyn OwnerService>,
    /// Policy rules.
    pub policies: Arc<dyn PolicyService>,
    /// Certificate profiles.
    pub profiles: Arc<dyn ProfileService>,
    /// Renewal policies.
    pub renewal_policies: Arc<dyn RenewalPolicyService>,
    /// Who is told of what.
    pub routing: Arc<dyn RoutingService>,
    /// Revocations.
    pub revocations: Arc<dyn RevocationService>,
    /// Targets.
    pub targets: Arc<dyn TargetService>,
    /// Teams.
    pub teams: Arc<dyn TeamService>,
    /// Runs the jobs of the server.
    pub engine: Arc<dyn JobEngine>,
    /// Everything that runs by itself, in the order it is to run in each round.
    pub reconcilers: Vec<Arc<dyn Reconciler>>,
    /// What tells people of it, after the others.
    pub telling: Vec<Arc<dyn Reconciler>>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// Why the story could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A service refused.
    #[error("the demo's {scene} failed")]
    Refused {
        /// Where in the story.
        scene: &'static str,
        /// Why.
        #[source]
        source: ServiceError,
    },
    /// An id of the story is none.
    #[error("an id of the demo is not valid")]
    Id(#[from] IdError),
    /// A reconciler gave up.
    #[error("the demo's {name} stopped early: {reason}")]
    Reconciler {
        /// Its name.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// A simulated agent could not make a key or a request.
    #[error("a simulated agent could not make a key")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something that the story made is not there.
    #[error("the demo lacks {0}")]
    Missing(&'static str),
}

/// Names the scene that an error belongs to.
pub(crate) trait InScene<T> {
    fn scene(self, scene: &'static str) -> Result<T, DemoError>;
}

impl<T> InScene<T> for Result<T, ServiceError> {
    fn scene(self, scene: &'static str) -> Result<T, DemoError> {
        self.map_err(|source| DemoError::Refused { scene, source })
    }
}

/// Never says stop: a round of the story is short.
struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

impl Stage {
    /// One round of everything that runs by itself.
    pub(crate) async fn run_reconcilers(&self) -> Result<(), DemoError> {
        activate(&self.reconcilers).await?;
        self.tell().await
    }

    /// Tells people what has happened.
    pub(crate) async fn tell(&self) -> Result<(), DemoError> {
        activate(&self.telling).await
    }

    /// Runs every due job of the server; how many there were.
    pub(crate) async fn run_jobs(&self) -> Result<usize, DemoError> {
        let mut done = 0;
        loop {
            let jobs = self.engine.claim(50).await.scene("work of the server")?;
            if jobs.is_empty() {
                return Ok(done);
            }
            done += jobs.len();
            for job in jobs {
                let _outcome = self.engine.run(job).await;
            }
        }
    }
}

async fn activate(reconcilers: &[Arc<dyn Reconciler>]) -> Result<(), DemoError> {
    for reconciler in reconcilers {
        let report = reconciler.activate(&Never).await;
        if let Some(reason) = report.error {
            return Err(DemoError::Reconciler { name: reconciler.name(), reason });
        }
    }
    Ok(())
}

/// A person of the story with a key of this role.
pub(crate) fn person(name: &str, role: Role) -> Actor {
    Actor {
        identity: Identity::Key { name: name.to_owned(), role, identity: name.to_owned() },
        request_id: None,
        // A documentation address (RFC 5737).
        client_address: Some("192.0.2.10".to_owned()),
    }
}

/// An agent itself.
pub(crate) fn agent(id: &AgentId) -> Actor {
    Actor {
        identity: Identity::Agent { id: id.clone(), retired: false },
        request_id: None,
        client_address: Some("192.0.2.20".to_owned()),
    }
}
