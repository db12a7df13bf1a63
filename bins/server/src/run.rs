//! From a configuration to a served request, and back.

use crate::wiring::{self, App};
use crate::{Environment, output};
use certctl_config::ServerConfig;
use certctl_config::section::log::LogFormat;
use certctl_config::{EnvSource, OsEnv};
use certctl_http_core::Server;
use certctl_lifecycle::{Exit, Explain, Lifecycle, LifecycleOptions, ShutdownSteps};
use certctl_telemetry::LogOptions;

/// Runs the server until it is told to stop.
pub async fn run(config: ServerConfig, environment: Environment) -> anyhow::Result<()> {
    let format = match config.log.format {
        LogFormat::Json => certctl_telemetry::LogFormat::Json,
        LogFormat::Text => certctl_telemetry::LogFormat::Text,
    };
    certctl_telemetry::init(&LogOptions { level: config.log.level.clone(), format })
        .exit_with(Exit::Configuration)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let life = Lifecycle::install(LifecycleOptions {
        lame_duck: config.shutdown.lame_duck,
        grace: config.shutdown.grace,
        notify_socket: OsEnv.get("NOTIFY_SOCKET"),
    })?;
    let app = wiring::build(config, &life, environment).await?;
    serve(app, life).await
}

async fn serve(app: App, life: Lifecycle) -> anyhow::Result<()> {
    let App {
        http,
        address,
        metrics,
        relying_parties,
        workers,
        reconcilers,
        engine,
        delivery,
        store,
        first_key,
    } = app;
    let listener = http.stopper();
    life.tasks().spawn_essential("http", async move { Ok(http.run().await?) });
    let metrics_listener = metrics.as_ref().map(Server::stopper);
    if let Some(metrics) = metrics {
        let addresses = metrics.addresses().to_vec();
        tracing::info!(?addresses, "metrics are served at {addresses:?}");
        life.tasks().spawn_essential("metrics", async move { Ok(metrics.run().await?) });
    }
    let pki_listener = relying_parties.as_ref().map(Server::stopper);
    if let Some(pki) = relying_parties {
        let addresses = pki.addresses().to_vec();
        tracing::info!(?addresses, "relying parties are served without TLS at {addresses:?}");
        life.tasks().spawn_essential("relying parties", async move { Ok(pki.run().await?) });
    }
    workers.start(life.tasks());
    reconcilers.start(life.tasks());
    if let Some(token) = first_key {
        output::line(&format!("Admin API key (shown only once): {}", token.expose()))?;
    }
    life.ready();
    tracing::info!(%address, "certctl is ready at https://{address}");
    output::line(&format!("certctl is ready at https://{address}"))?;
    let steps = ShutdownSteps::default()
        .stop_listening(async move {
            listener.stop().await;
            for other in [metrics_listener, pki_listener].into_iter().flatten() {
                other.stop().await;
            }
        })
        .release_leases(async move {
            if let Err(error) = engine.release().await.and(delivery.release().await) {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot give back the leases of this process; they end by themselves"
                );
            }
        })
        .close(async move { store.close().await });
    life.run_until_stopped(steps).await
}
