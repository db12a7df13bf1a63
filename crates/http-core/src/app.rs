//! The application around the routes: what surrounds every request.

use crate::bucket::Quota;
use crate::call_log::{CallRecorder, CallWatch};
use crate::limit::Stranger;
use crate::observe::{Outcome, RequestObserver};
use crate::request::REQUEST_ID;
use crate::{ApiError, Authentication, Edge, Refusal, RequestInfo, gate, limit, problem, security};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse};
use certctl_domain::id::IdSource;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::field::Empty;
use tracing::{Instrument, Span};

/// What every request needs.
#[derive(Debug, Clone)]
pub struct HttpCore {
    /// How callers prove who they are.
    pub authentication: Authentication,
    /// Source of request ids.
    pub ids: Arc<dyn IdSource>,
    /// Who counts requests.
    pub observer: Arc<dyn RequestObserver>,
    /// Who is told about every call.
    pub calls: Arc<dyn CallRecorder>,
    /// Cancelled when the process is going away: requests that only wait answer at once.
    pub stopping: CancellationToken,
    /// Largest body in bytes.
    pub max_body_size: usize,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Whose address counts, who may ask how often, which other origins may read.
    pub edge: Edge,
    /// Whether connections are encrypted. [`crate::Server::bind_plain`] sees to it that its are not.
    pub encrypted: bool,
}

/// An application with everything around `routes`: request id, span, access log, metrics, security
/// headers, other origins, one body for every error. Called once per worker.
pub fn app(
    core: Arc<HttpCore>,
    routes: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(Data::from(Arc::clone(&core)))
        .configure(routes)
        .default_service(web::to(async |request: HttpRequest| {
            Err::<&str, _>(refused_by_table(&request, Refusal::RouteNotFound))
        }))
        .wrap(from_fn(move |request, next| surround(Arc::clone(&core), request, next)))
}

async fn surround<B: MessageBody + 'static>(
    core: Arc<HttpCore>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let info = RequestInfo::of(&request, &core.edge.proxies, core.ids.as_ref());
    let origin = core.edge.cors.allowed(request.headers());
    let preflight = request.method() == Method::OPTIONS;
    let span = tracing::info_span!(
        "http.request",
        request.id = %info.id,
        http.method = %request.method(),
        http.route = Empty,
        http.status = Empty,
        actor.id = Empty,
    );
    let watch = Watch::start(&core, &request, &info, span.clone());
    let call = CallWatch::start(&core, &request, &info);
    request.extensions_mut().insert(info.clone());
    async move {
        // Browsers ask before they know a credential, so this needs none and costs no quota.
        let response = if preflight {
            request.into_response(HttpResponse::NoContent().finish())
        } else {
            next.call(request).await?.map_into_boxed_body()
        };
        let mut response = problem::render(response, &info.id);
        let path = response.request().path().to_owned();
        let quota = response.request().extensions().get::<Quota>().copied();
        let headers = response.headers_mut();
        security::apply(headers, &path, core.encrypted);
        core.edge.cors.apply(origin, preflight, headers);
        if let Some(quota) = quota {
            limit::describe(quota, headers);
        }
        if let Ok(id) = HeaderValue::from_str(&info.id) {
            headers.insert(REQUEST_ID, id);
        }
        watch.finish(&response);
        call.finish(&response);
        Ok(response)
    }
    .instrument(span)
    .await
}

/// The refusal of a path or method that does not exist, unless the caller asks for too many of them.
pub(crate) fn refused_by_table(request: &HttpRequest, refusal: Refusal) -> ApiError {
    let core = request.app_data::<Data<HttpCore>>();
    match core.map(|core| gate::charge_stranger(core, request, Stranger::Public)) {
        Some(Err(error)) => error.into(),
        _ => refusal.into(),
    }
}

/// Follows one request to its end. Dropped early, it reports that the client went away.
struct Watch {
    observer: Arc<dyn RequestObserver>,
    started: Instant,
    method: &'static str,
    path: String,
    client_address: Option<String>,
    span: Span,
    finished: bool,
}

impl Watch {
    fn start(core: &HttpCore, request: &ServiceRequest, info: &RequestInfo, span: Span) -> Self {
        core.observer.started();
        Self {
            observer: Arc::clone(&core.observer),
            started: Instant::now(),
            method: known(request.method()),
            path: request.path().to_owned(),
            client_address: info.client_address.clone(),
            span,
            finished: false,
        }
    }

    fn finish(mut self, response: &ServiceResponse<BoxBody>) {
        self.finished = true;
        let pattern = response.request().match_pattern();
        self.report(pattern.as_deref(), Some(response.status().as_u16()));
    }

    /// The access log has paths, never query strings: those may hold names and cursors.
    fn report(&self, route: Option<&str>, status: Option<u16>) {
        let duration = self.started.elapsed();
        self.observer.finished(Outcome { method: self.method, route, status, duration });
        self.span.record("http.route", route);
        self.span.record("http.status", status);
        let (method, path) = (self.method, self.path.as_str());
        let ended =
            status.map_or_else(|| "ended with the connection".to_owned(), |status| status.to_string());
        self.span.in_scope(|| {
            tracing::info!(
                http.path = path,
                http.status = status,
                duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
                client.address = self.client_address,
                "{method} {path} {ended}"
            );
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.finished {
            self.report(None, None);
        }
    }
}

fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
