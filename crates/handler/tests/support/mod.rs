//! The application on fakes, and a client for it.

mod agent_groups;
mod agents;
mod api_keys;
mod approvals;
mod audit;
mod certificates;
mod channels;
mod connectors;
mod crls;
mod digest;
mod events;
mod exports;
mod imports;
mod issuers;
mod jobs;
mod notifications;
mod ocsp;
mod operations;
mod owners;
mod policies;
mod profiles;
mod renewal_policies;
mod renewals;
mod revocations;
mod routings;
pub(crate) mod sample;
mod sessions;
mod statistics;
mod system;
mod targets;
mod teams;
mod work;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, IdSource};
use certctl_handler::{Api, BuildInfo, Services};
use certctl_http_core::{Authentication, Edge, HttpCore, Unobserved, Unrecorded, app};
use certctl_service_api::auth::Authenticator;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::session::Stay;
use certctl_service_api::{Identity, ServiceError};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use approvals::Approvals;
pub(crate) use certificates::Certificates;
pub(crate) use digest::Digests;
pub(crate) use jobs::Jobs;
pub(crate) use sessions::Sessions;
pub(crate) use system::System;
pub(crate) use work::Work;

/// Whom tokens stand for: the name of a role, `agent:<id>` or `retired:<id>`.
struct Tokens;

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, bearer: &str) -> Result<Identity, ServiceError> {
        let agent = |id: &str, retired| Ok(Identity::Agent { id: AgentId::parse(id).unwrap(), retired });
        if let Some(id) = bearer.strip_prefix("agent:") {
            return agent(id, false);
        }
        if let Some(id) = bearer.strip_prefix("retired:") {
            return agent(id, true);
        }
        let unknown =
            ServiceError::Unauthenticated { code: "invalid_credential", message: "the token is not known" };
        bearer
            .parse()
            .map(|role| Identity::Key { name: bearer.to_owned(), role, identity: bearer.to_owned() })
            .or(Err(unknown))
    }

    /// Sessions are named like tokens.
    async fn resume(&self, session_token: &str) -> Result<Stay, ServiceError> {
        let ended = ServiceError::Unauthenticated { code: "session_ended", message: "the session ended" };
        let identity = self.authenticate(session_token).await.or(Err(ended))?;
        Ok(Stay {
            identity,
            csrf_token: format!("csrf of {session_token}"),
            idle_end: Timestamp::from_unix_seconds(1_800_000_000),
            expires_at: Timestamp::from_unix_seconds(1_800_040_000),
        })
    }
}

#[derive(Debug)]
struct NilIds;

impl IdSource for NilIds {
    fn next(&self) -> Uuid {
        Uuid::nil()
    }
}

/// One application with its fakes; each test has its own.
pub(crate) struct Bench {
    pub(crate) certificates: Arc<Certificates>,
    pub(crate) approvals: Arc<Approvals>,
    pub(crate) digests: Arc<Digests>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) work: Arc<Work>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) system: Arc<System>,
    pub(crate) stopping: CancellationToken,
    core: Arc<HttpCore>,
    api: Api,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let (certificates, jobs): (Arc<Certificates>, Arc<Jobs>) = Default::default();
        let approvals: Arc<Approvals> = Arc::default();
        let digests: Arc<Digests> = Arc::default();
        let (work, system): (Arc<Work>, Arc<System>) = Default::default();
        let sessions: Arc<Sessions> = Arc::default();
        let stopping = CancellationToken::new();
        let services = Services {
            certificates: certificates.clone(),
            crls: Arc::new(crls::Crls),
            ocsp: Arc::new(ocsp::Responders),
            digests: digests.clone(),
            exports: Arc::new(exports::Exports),
            imports: Arc::new(imports::Imports),
            channels: Arc::new(channels::Channels::default()),
            connectors: Arc::new(connectors::Connectors),
            events: Arc::new(events::Events),
            issuers: Arc::new(issuers::Issuers::default()),
            targets: Arc::new(targets::Targets::default()),
            agents: Arc::new(agents::Agents),
            agent_groups: Arc::new(agent_groups::AgentGroups::default()),
            agent_work: work.clone(),
            approvals: approvals.clone(),
            jobs: jobs.clone(),
            notifications: Arc::new(notifications::Notifications),
            operations: Arc::new(operations::Operations),
            renewals: Arc::new(renewals::Renewals),
            renewal_policies: Arc::new(renewal_policies::RenewalPolicies::default()),
            revocations: Arc::new(revocations::Revocations),
            routing: Arc::new(routings::Routings),
            policies: Arc::new(policies::Policies),
            profiles: Arc::new(profiles::Profiles::default()),
            teams: Arc::new(teams::Teams::default()),
            audit: Arc::new(audit::Audit),
            statistics: Arc::new(statistics::Statistics),
            metrics: Arc::new(statistics::Statistics),
            owners: Arc::new(owners::Owners::default()),
            api_keys: Arc::new(api_keys::ApiKeys),
            sessions: sessions.clone(),
            system: system.clone(),
        };
        let build = BuildInfo {
            version: "1.2.3".to_owned(),
            commit: "0123456789abcdef".to_owned(),
            modified: false,
            build_time: "2026-11-21T10:00:00Z".to_owned(),
            rustc_version: "1.95.0".to_owned(),
        };
        let core = Arc::new(HttpCore {
            encrypted: true,
            authentication: Authentication::required(Arc::new(Tokens)),
            ids: Arc::new(NilIds),
            observer: Arc::new(Unobserved),
            calls: Arc::new(Unrecorded),
            stopping: stopping.clone(),
            max_body_size: 10_000,
            body_timeout: Duration::from_secs(5),
            edge: Edge::default(),
        });
        Self {
            certificates,
            approvals,
            digests,
            jobs,
            work,
            sessions,
            system,
            stopping,
            core,
            api: Api::new(services, build).unwrap(),
        }
    }

    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let api = self.api.clone();
        let service = init_service(app(Arc::clone(&self.core), move |config| api.configure(config))).await;
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response).await;
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(request(Method::GET, path, who)).await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> Answer {
        self.send(request(Method::DELETE, path, who)).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.send(request(Method::POST, path, who).set_json(body)).await
    }

    pub(crate) async fn patch(&self, who: &str, path: &str, body: &Value) -> Answer {
        let request = request(Method::PATCH, path, who).set_payload(body.to_string());
        self.send(request.insert_header(("content-type", "application/merge-patch+json"))).await
    }

    /// A POST without a body.
    pub(crate) async fn act(&self, who: &str, path: &str) -> Answer {
        self.send(request(Method::POST, path, who)).await
    }

    pub(crate) async fn put(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.send(request(Method::PUT, path, who).set_json(body)).await
    }
}

/// A request below `/api/v1`, or to an absolute path of its own; without `who`, anonymous.
pub(crate) fn request(method: Method, path: &str, who: &str) -> TestRequest {
    let uri = match path {
        "/health" | "/health/scheduler" | "/ready" => path.to_owned(),
        path if path.starts_with("/api/") => path.to_owned(),
        path => format!("/api/v1{path}"),
    };
    let request = TestRequest::default().method(method).uri(&uri);
    if who.is_empty() { request } else { request.insert_header(("authorization", format!("Bearer {who}"))) }
}

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of an error.
    pub(crate) fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        let code = self.json()["error"].as_str().map(str::to_owned);
        (self.status, code.unwrap_or_else(|| panic!("no error: {self:?}")))
    }

    /// Name of the first refused field.
    pub(crate) fn field(&self) -> String {
        assert_eq!(self.refusal(), (400, "invalid_request".to_owned()), "{self:?}");
        self.json()["details"]["fields"][0]["field"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }
}

/// The page of `rows` that `wanted` asks for. The cursor is the number of the next row.
pub(crate) fn page_of<T: Clone>(rows: &[T], wanted: &ListRequest) -> Result<Listing<T>, ServiceError> {
    let per_page = usize::try_from(wanted.per_page).unwrap();
    let start = match &wanted.cursor {
        Some(cursor) => {
            cursor.parse().or(Err(ServiceError::invalid("cursor", "invalid_value", "not a cursor")))?
        }
        None => usize::try_from(wanted.page - 1).unwrap() * per_page,
    };
    let end = start.saturating_add(per_page).min(rows.len());
    Ok(Listing {
        items: rows.get(start..end).unwrap_or_default().to_vec(),
        total: rows.len().try_into().unwrap(),
        page: wanted.page,
        per_page: wanted.per_page,
        next_cursor: (end < rows.len()).then(|| end.to_string()),
    })
}
