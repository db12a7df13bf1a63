//! `demo`: a server to try things out. Its data directory is removed at the end.

use crate::{Environment, output, run};
use anyhow::Context;
use certctl_config::{MapEnv, ServerConfig};

pub(crate) async fn run(config: ServerConfig, environment: Environment, seed: bool) -> anyhow::Result<()> {
    let data = tempfile::Builder::new()
        .prefix("certctl-demo-")
        .tempdir()
        .context("cannot make a temporary directory")?;
    let env = MapEnv::default()
        .with("CERTCTL_DATA_DIR", data.path())
        .with("CERTCTL_SERVER_PORT", config.http.port.to_string())
        .with("CERTCTL_DEMO_SEED", seed.to_string())
        .with("CERTCTL_LOG_FORMAT", "text")
        .with("CERTCTL_LOG_LEVEL", "warn");
    let demo = ServerConfig::load(&env, None)?;
    output::line(&format!(
        "this is a demo: everything in {} is removed when it ends",
        data.path().display()
    ))?;
    output::line(&format!(
        "a token for an agent: CERTCTL_DATA_DIR={} certctl-server enroll-token",
        data.path().display()
    ))?;
    run::run(demo, environment).await
}
