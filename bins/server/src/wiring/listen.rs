//! The listeners: who may ask what, and the certificate that they show.

use super::options::build_info;
use crate::observers::CountedRequests;
use crate::server_certificate::OwnCertificate;
use crate::{Environment, edge};
use certctl_config::ServerConfig;
use certctl_config::section::auth::AuthMode;
use certctl_console::{Assets, Console};
use certctl_domain::access::Role;
use certctl_handler::{Api, Services};
use certctl_handler_enroll::PkiRoutes;
use certctl_http_core::{
    Authentication, CallRecorder, Edge, HotCertificate, HttpCore, Server, ServerOptions, server_config,
};
use certctl_lifecycle::{Exit, Explain, Lifecycle};
use certctl_service::{Foundation, IdempotencyKeys};
use certctl_telemetry::HttpMetrics;
use std::sync::Arc;
use std::time::Duration;

/// How often the server looks whether its own certificate must be replaced.
const OWN_CERTIFICATE_CHECK: Duration = Duration::from_hours(12);
/// How long a request with an idempotency key may be under way before it counts as lost.
const KEYED_REQUEST: Duration = Duration::from_mins(1);

/// What surrounds every request.
pub(super) fn core(
    config: &ServerConfig,
    life: &Lifecycle,
    environment: &Environment,
    base: &Foundation,
    authenticator: Arc<certctl_service::Authentication>,
    calls: Arc<dyn CallRecorder>,
    metrics: HttpMetrics,
) -> Arc<HttpCore> {
    let authentication = match config.auth.mode {
        AuthMode::ApiKey => Authentication::required(authenticator),
        // Reading only: what changes anything still needs a key.
        AuthMode::None => Authentication::optional(authenticator, Role::Viewer),
    };
    Arc::new(HttpCore {
        encrypted: true,
        authentication,
        ids: Arc::clone(&environment.ids),
        observer: Arc::new(CountedRequests(metrics)),
        calls,
        stopping: life.tasks().draining().clone(),
        max_body_size: config.http.max_body_bytes,
        body_timeout: Duration::from_secs(30),
        edge: Edge {
            replays: Some(Arc::new(IdempotencyKeys::new(base.clone(), KEYED_REQUEST))),
            ..edge::rules(&config.edge, &environment.clock)
        },
    })
}

/// Binds the listener of API, relying parties and console, and the one that serves only metrics.
pub(super) fn bind(
    config: &ServerConfig,
    life: &Lifecycle,
    environment: &Environment,
    core: &Arc<HttpCore>,
    services: Services,
    relying_parties: PkiRoutes,
) -> anyhow::Result<(Server, Option<Server>)> {
    let certificate = certificate(config, life, environment)?;
    let metrics = edge::metrics_listener(&config.edge, core, &services.metrics, &certificate)?;
    let api = Api::new(services, build_info())?;
    let console = Console::new(Assets::embedded());
    let options = ServerOptions {
        drain: config.shutdown.grace,
        ..ServerOptions::new(&*config.http.host, config.http.port)
    };
    let http = Server::bind(&options, server_config(certificate)?, core, move |routes| {
        // Paths are tried one after the other, and relying parties ask most often.
        relying_parties.configure(routes);
        api.configure(routes);
        console.configure(routes);
    })
    .hint("choose another address with CERTCTL_SERVER_HOST and CERTCTL_SERVER_PORT (0 picks a free port)")?;
    Ok((http, metrics))
}

/// The configured certificate, or the server's own; both are read again at SIGHUP.
fn certificate(
    config: &ServerConfig,
    life: &Lifecycle,
    environment: &Environment,
) -> anyhow::Result<Arc<HotCertificate>> {
    if let Some(files) = &config.tls.files {
        let hot = Arc::new(HotCertificate::load(&files.cert, &files.key).exit_with(Exit::Configuration)?);
        let reloaded = Arc::clone(&hot);
        life.on_reload("server certificate", move || Ok(reloaded.reload().map(|_| ())?));
        return Ok(hot);
    }
    let own = OwnCertificate::new(&config.data_dir, &config.http.host, &config.tls.extra_names);
    own.ensure(environment.clock.now())?;
    let hot = Arc::new(HotCertificate::load(own.certificate(), own.key())?);
    let (reloaded, clock) = (Arc::clone(&hot), Arc::clone(&environment.clock));
    let refresh = move || {
        own.ensure(clock.now())?;
        Ok(reloaded.reload().map(|_| ())?)
    };
    life.on_reload("server certificate", refresh.clone());
    let stop = life.tasks().soft().clone();
    life.tasks().spawn("own certificate", async move {
        while tokio::time::timeout(OWN_CERTIFICATE_CHECK, stop.cancelled()).await.is_err() {
            if let Err(error) = refresh() {
                let error: &(dyn std::error::Error + 'static) = error.as_ref();
                tracing::error!(error, "cannot replace the server's own certificate");
            }
        }
    });
    Ok(hot)
}
