//! The table of routes, and the services behind it.

use crate::{
    agent, agent_group, agent_work, api_key, approval, audit, certificate, channel, connector, crl, digest,
    event, export, import, issuer, job, metrics, notification, ocsp, operation, owner, policy, profile,
    renewal, renewal_policy, revocation, routing, session, statistics, system, target, team, violation,
};
use actix_web::web::{Bytes, Data, ServiceConfig};
use certctl_api_types::system::Version;
use certctl_http_core::{Description, RouteTable};
use certctl_service_api::agent::AgentService;
use certctl_service_api::agent_group::AgentGroupService;
use certctl_service_api::agent_work::AgentWorkService;
use certctl_service_api::approval::ApprovalService;
use certctl_service_api::audit::AuditService;
use certctl_service_api::auth::ApiKeyService;
use certctl_service_api::certificate::CertificateService;
use certctl_service_api::channel::ChannelService;
use certctl_service_api::connector::ConnectorService;
use certctl_service_api::crl::CrlService;
use certctl_service_api::digest::DigestService;
use certctl_service_api::event::EventService;
use certctl_service_api::export::ExportService;
use certctl_service_api::import::ImportService;
use certctl_service_api::issuer::IssuerService;
use certctl_service_api::job::JobService;
use certctl_service_api::metrics::MetricsService;
use certctl_service_api::notification::NotificationService;
use certctl_service_api::ocsp::OcspService;
use certctl_service_api::operation::OperationService;
use certctl_service_api::owner::OwnerService;
use certctl_service_api::policy::PolicyService;
use certctl_service_api::profile::ProfileService;
use certctl_service_api::renewal::RenewalService;
use certctl_service_api::renewal_policy::RenewalPolicyService;
use certctl_service_api::revocation::RevocationService;
use certctl_service_api::routing::RoutingService;
use certctl_service_api::session::SessionService;
use certctl_service_api::statistics::StatisticsService;
use certctl_service_api::system::SystemService;
use certctl_service_api::target::TargetService;
use certctl_service_api::team::TeamService;
use std::fmt;
use std::sync::Arc;

/// What the routes call.
#[derive(Clone)]
pub struct Services {
    /// Managed certificates.
    pub certificates: Arc<dyn CertificateService>,
    /// Notification channels.
    pub channels: Arc<dyn ChannelService>,
    /// Kinds of connectors.
    pub connectors: Arc<dyn ConnectorService>,
    /// CRLs, for people.
    pub crls: Arc<dyn CrlService>,
    /// The digest.
    pub digests: Arc<dyn DigestService>,
    /// Live events.
    pub events: Arc<dyn EventService>,
    /// Certificates as files.
    pub exports: Arc<dyn ExportService>,
    /// Certificates of others.
    pub imports: Arc<dyn ImportService>,
    /// Issuers.
    pub issuers: Arc<dyn IssuerService>,
    /// Targets.
    pub targets: Arc<dyn TargetService>,
    /// Agents, for operators.
    pub agents: Arc<dyn AgentService>,
    /// Agent groups.
    pub agent_groups: Arc<dyn AgentGroupService>,
    /// Agents, for themselves.
    pub agent_work: Arc<dyn AgentWorkService>,
    /// Approval requests.
    pub approvals: Arc<dyn ApprovalService>,
    /// Jobs.
    pub jobs: Arc<dyn JobService>,
    /// Notifications.
    pub notifications: Arc<dyn NotificationService>,
    /// Actions on many certificates.
    pub operations: Arc<dyn OperationService>,
    /// What happens to certificates by itself.
    pub renewals: Arc<dyn RenewalService>,
    /// Renewal policies.
    pub renewal_policies: Arc<dyn RenewalPolicyService>,
    /// Revocations.
    pub revocations: Arc<dyn RevocationService>,
    /// The routing of notifications.
    pub routing: Arc<dyn RoutingService>,
    /// Compliance rules.
    pub policies: Arc<dyn PolicyService>,
    /// Certificate profiles.
    pub profiles: Arc<dyn ProfileService>,
    /// Teams.
    pub teams: Arc<dyn TeamService>,
    /// The audit trail and the log of API calls.
    pub audit: Arc<dyn AuditService>,
    /// Figures about everything.
    pub statistics: Arc<dyn StatisticsService>,
    /// Monitoring.
    pub metrics: Arc<dyn MetricsService>,
    /// The OCSP responder, for people.
    pub ocsp: Arc<dyn OcspService>,
    /// Owners.
    pub owners: Arc<dyn OwnerService>,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyService>,
    /// Sessions of the console.
    pub sessions: Arc<dyn SessionService>,
    /// The server itself.
    pub system: Arc<dyn SystemService>,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

/// What this program was built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildInfo {
    /// Version of the product.
    pub version: String,
    /// Commit, or `unknown`.
    pub commit: String,
    /// Whether the tree had changes.
    pub modified: bool,
    /// When, or `unknown`.
    pub build_time: String,
    /// Compiler.
    pub rustc_version: String,
}

impl From<BuildInfo> for Version {
    fn from(build: BuildInfo) -> Self {
        let BuildInfo { version, commit, modified, build_time, rustc_version } = build;
        Self { version, commit, modified, build_time, rustc_version }
    }
}

/// Every route of the API.
pub fn route_table() -> RouteTable {
    let mut table = RouteTable::default();
    system::routes(&mut table);
    session::routes(&mut table);
    certificate::routes(&mut table);
    export::routes(&mut table);
    import::routes(&mut table);
    issuer::routes(&mut table);
    target::routes(&mut table);
    agent::routes(&mut table);
    agent_group::routes(&mut table);
    agent_work::routes(&mut table);
    approval::routes(&mut table);
    job::routes(&mut table);
    routing::routes(&mut table);
    notification::routes(&mut table);
    channel::routes(&mut table);
    connector::routes(&mut table);
    operation::routes(&mut table);
    revocation::routes(&mut table);
    crl::routes(&mut table);
    ocsp::routes(&mut table);
    renewal::routes(&mut table);
    renewal_policy::routes(&mut table);
    policy::routes(&mut table);
    violation::routes(&mut table);
    profile::routes(&mut table);
    team::routes(&mut table);
    audit::routes(&mut table);
    digest::routes(&mut table);
    statistics::routes(&mut table);
    metrics::routes(&mut table);
    owner::routes(&mut table);
    event::routes(&mut table);
    api_key::routes(&mut table);
    table
}

/// The OpenAPI document of [`route_table`], indented, with a newline at its end.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    let description = Description {
        title: "certctl",
        version: env!("CARGO_PKG_VERSION"),
        text: "Certificates: inventory, issuance, renewal and deployment.\n\n\
               Every error has the body `ErrorBody` with a stable code. `x-permission` names what a \
               route demands; `agent.self` is held by the agent named in the path, and by no role.",
    };
    let mut document = route_table().openapi(&description);
    crate::examples::add(&mut document);
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}

/// The OpenAPI document, made once.
#[derive(Debug, Clone)]
pub(crate) struct Document(pub(crate) Bytes);

/// The routes with the services behind them, ready for `certctl_http_core::app`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    table: Arc<RouteTable>,
    services: Services,
    build: BuildInfo,
    document: Document,
}

impl Api {
    /// Binds every route to `services`.
    pub fn new(services: Services, build: BuildInfo) -> Result<Self, serde_json::Error> {
        Ok(Self {
            table: Arc::new(route_table()),
            services,
            build,
            document: Document(Bytes::from(openapi_json()?)),
        })
    }

    /// Registers everything with one application.
    pub fn configure(&self, config: &mut ServiceConfig) {
        let Services {
            certificates,
            channels,
            connectors,
            crls,
            digests,
            events,
            exports,
            imports,
            issuers,
            targets,
            agents,
            agent_groups,
            agent_work,
            approvals,
            jobs,
            notifications,
            ocsp,
            operations,
            renewals,
            renewal_policies,
            revocations,
            routing,
            policies,
            profiles,
            teams,
            audit,
            statistics,
            metrics,
            owners,
            api_keys,
            sessions,
            system,
        } = self.services.clone();
        config
            .app_data(Data::from(certificates))
            .app_data(Data::from(channels))
            .app_data(Data::from(connectors))
            .app_data(Data::from(crls))
            .app_data(Data::from(digests))
            .app_data(Data::from(events))
            .app_data(Data::from(exports))
            .app_data(Data::from(imports))
            .app_data(Data::from(issuers))
            .app_data(Data::from(targets))
            .app_data(Data::from(agents))
            .app_data(Data::from(agent_groups))
            .app_data(Data::from(agent_work))
            .app_data(Data::from(approvals))
            .app_data(Data::from(jobs))
            .app_data(Data::from(notifications))
            .app_data(Data::from(ocsp))
            .app_data(Data::from(operations))
            .app_data(Data::from(renewals))
            .app_data(Data::from(renewal_policies))
            .app_data(Data::from(revocations))
            .app_data(Data::from(routing))
            .app_data(Data::from(policies))
            .app_data(Data::from(profiles))
            .app_data(Data::from(teams))
            .app_data(Data::from(audit))
            .app_data(Data::from(statistics))
            .app_data(Data::from(metrics))
            .app_data(Data::from(owners))
            .app_data(Data::from(api_keys))
            .app_data(Data::from(sessions))
            .app_data(Data::from(system))
            .app_data(Data::new(Version::from(self.build.clone())))
            .app_data(Data::new(self.document.clone()));
        self.table.register(config);
    }
}
