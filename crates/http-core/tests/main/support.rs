//! A small application with one route of each sort.

use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{Data, Json, ServiceConfig};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::{Permission, Role};
use certctl_domain::id::{AgentId, IdSource, JobId};
use certctl_http_core::{
    Access, ApiError, Authentication, Body, Caller, Edge, HttpCore, IfMatch, NoContent, OptionalBody,
    Outcome, PathId, PathIds, Query, RequestObserver, RouteTable, Unrecorded, app, route,
};
use certctl_service_api::auth::Authenticator;
use certctl_service_api::session::Stay;
use certctl_service_api::{Identity, ServiceError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl IdSource for Counting {
    fn next(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

/// Tokens: the name of a role, or `agent:<id>`, or `retired:<id>`.
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: &'static str,
    pub(crate) route: Option<String>,
    pub(crate) status: Option<u16>,
}

#[derive(Debug, Default)]
pub(crate) struct Observed {
    pub(crate) started: AtomicU64,
    pub(crate) finished: Mutex<Vec<Seen>>,
}

impl RequestObserver for Observed {
    fn started(&self) {
        self.started.fetch_add(1, Ordering::SeqCst);
    }

    fn finished(&self, outcome: Outcome<'_>) {
        let Outcome { method, route, status, .. } = outcome;
        self.finished.lock().unwrap().push(Seen { method, route: route.map(str::to_owned), status });
    }
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    text: String,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Line {
    number: u8,
    #[serde(default)]
    job: Option<JobId>,
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    #[serde(default)]
    force: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    role: Option<Role>,
    #[serde(default)]
    deep: bool,
    size: Option<u32>,
}

#[utoipa::path(
    post, path = "/api/v1/notes", request_body = Note,
    params(("x" = Option<String>, Query, description = "Nothing.")),
    responses((status = 200, body = Note))
)]
async fn take_note(_who: Caller, body: Body<Note>) -> Json<Note> {
    Json(body.0)
}

#[utoipa::path(post, path = "/api/v1/choices", responses((status = 200, body = Choice)))]
async fn choose(body: OptionalBody<Choice>) -> Json<Choice> {
    Json(body.0)
}

#[utoipa::path(get, path = "/api/v1/notes", responses((status = 200, body = String)))]
async fn filter_notes(filter: Query<Filter>) -> Json<Value> {
    let Filter { role, deep, size } = filter.0;
    Json(serde_json::json!({ "role": role, "deep": deep, "size": size }))
}

#[utoipa::path(put, path = "/api/v1/notes", responses((status = 200, body = String)))]
async fn change_note(revision: IfMatch) -> Json<Option<i64>> {
    Json(revision.0)
}

#[utoipa::path(get, path = "/api/v1/agents/{id}", params(("id" = String, Path)), responses((status = 204)))]
async fn own(_who: Caller, _id: PathId<AgentId>) -> NoContent {
    NoContent
}

#[utoipa::path(
    get, path = "/api/v1/agents/{id}/jobs/{job_id}",
    params(("id" = String, Path), ("job_id" = String, Path)),
    responses((status = 200, body = String)),
)]
async fn own_job(_who: Caller, ids: PathIds<AgentId, JobId>) -> Json<String> {
    Json(format!("{} {}", ids.0, ids.1))
}

#[utoipa::path(get, path = "/api/v1/agents/literal", responses((status = 204)))]
async fn literal() -> NoContent {
    NoContent
}

#[utoipa::path(
    get, path = "/api/v1/me",
    params(("token" = Option<String>, Query, description = "Nothing.")),
    responses((status = 200, body = String))
)]
async fn me(who: Caller) -> Json<String> {
    Json(format!("{} {:?} {:?}", who.name(), who.request_id, who.client_address))
}

/// Fails with whatever the test put into the application.
#[utoipa::path(get, path = "/api/v1/failure", responses((status = 200, body = String)))]
async fn fail(make: Data<MakeError>) -> Result<String, ApiError> {
    Err((make.0)().into())
}

pub(crate) struct MakeError(pub(crate) fn() -> ServiceError);

#[utoipa::path(get, path = "/api/v1/panic", responses((status = 200, body = String)))]
async fn explode() -> String {
    panic!("secret detail")
}

#[utoipa::path(get, path = "/api/v1/stop", responses((status = 204)))]
async fn wait_for_stop(core: Data<HttpCore>) -> NoContent {
    core.stopping.cancelled().await;
    NoContent
}

pub(crate) fn table() -> RouteTable {
    let mut table = RouteTable::default();
    // The parameter first: literal paths must win nevertheless.
    route!(table, Access::OwnAgent, own);
    route!(table, Access::OwnAgent, own_job);
    route!(table, Access::Public, literal);
    route!(table, Access::Holding(Permission::CertificateWrite), take_note);
    route!(table, Access::Public, choose);
    route!(table, Access::Public, filter_notes);
    route!(table, Access::Public, change_note);
    route!(table, Access::Authenticated, me);
    route!(table, Access::Public, fail);
    route!(table, Access::Public, explode);
    route!(table, Access::Public, wait_for_stop);
    table
}

pub(crate) fn core() -> (Arc<HttpCore>, Arc<Observed>) {
    let observed = Arc::new(Observed::default());
    let core = HttpCore {
        encrypted: true,
        authentication: Authentication::required(Arc::new(Tokens)),
        ids: Arc::new(Counting::default()),
        observer: observed.clone(),
        calls: Arc::new(Unrecorded),
        stopping: CancellationToken::new(),
        max_body_size: 1_000,
        body_timeout: Duration::from_secs(1),
        edge: Edge::default(),
    };
    (Arc::new(core), observed)
}

pub(crate) fn anonymous_core(role: Role) -> Arc<HttpCore> {
    let (core, _) = core();
    Arc::new(HttpCore { authentication: Authentication::optional(Arc::new(Tokens), role), ..(*core).clone() })
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.app_data(Data::new(MakeError(|| ServiceError::not_found("note", "n-1"))));
    table().register(config);
}

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: actix_web::http::header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of an error.
    pub(crate) fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        (self.status, self.json()["error"].as_str().unwrap().to_owned())
    }

    /// Status, field and code of the first refused field.
    pub(crate) fn field(&self) -> (u16, String, String) {
        let json = self.json();
        let text = |name: &str| json["details"]["fields"][0][name].as_str().unwrap_or("none").to_owned();
        (self.status, text("field"), text("code"))
    }
}

pub(crate) async fn send_to(
    core: Arc<HttpCore>,
    routes: impl FnOnce(&mut ServiceConfig) + 'static,
    request: TestRequest,
) -> Answer {
    let service = init_service(app(core, routes)).await;
    let response = call_service(&service, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = read_body(response).await;
    Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

pub(crate) async fn send(request: TestRequest) -> Answer {
    send_to(core().0, routes, request).await
}

pub(crate) fn to(method: Method, path: &str) -> TestRequest {
    TestRequest::default().method(method).uri(path)
}

pub(crate) fn as_who(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {token}")))
}
