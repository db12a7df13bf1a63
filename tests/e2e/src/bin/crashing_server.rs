//! The real server, except that it stops dead in the middle of an issuance and waits to be killed, or that
//! its CA does not answer.
//!
//! `crashing-server claimed|recorded|signed|silent MARKER [command]`: at the named point it makes the file
//! `MARKER` and goes no further. `claimed` lies between the claim of the job and any record of what will be
//! signed; `recorded` between that record and the signature; `signed` between the signature and
//! the transaction that would make it known. `silent` fails every signature, as if the CA were away.

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use certctl_config::{OsEnv, ServerConfig};
use certctl_connector_api::issuer::{
    IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities, IssuerEnv, IssuerFactory, Prepared,
};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, IssuerRegistry, RawConfig,
};
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_issuers::LocalCaFactory;
use certctl_server::Environment;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Where to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Claimed,
    Recorded,
    Signed,
    Silent,
}

/// The point and the file that says it was reached.
#[derive(Debug, Clone)]
struct Trap {
    point: Point,
    marker: PathBuf,
}

impl Trap {
    async fn at(&self, point: Point) {
        if self.point == point {
            // Without the marker the test sees that nothing was reached.
            let _ = std::fs::File::create(&self.marker);
            std::future::pending::<()>().await;
        }
    }
}

/// Local CAs that fall into the trap.
#[derive(Debug)]
struct TrappedFactory(Trap);

impl IssuerFactory for TrappedFactory {
    fn kind(&self) -> IssuerKind {
        LocalCaFactory.kind()
    }

    fn config_schema(&self) -> ConfigSchema {
        LocalCaFactory.config_schema()
    }

    fn build(
        &self,
        id: &IssuerId,
        config: &RawConfig,
        env: &IssuerEnv,
    ) -> Result<Arc<dyn Issuer>, Vec<ConfigError>> {
        let inner = LocalCaFactory.build(id, config, env)?;
        Ok(Arc::new(Trapped { inner, trap: self.0.clone() }))
    }
}

#[derive(Debug)]
struct Trapped {
    inner: Arc<dyn Issuer>,
    trap: Trap,
}

#[async_trait]
impl Issuer for Trapped {
    fn kind(&self) -> IssuerKind {
        self.inner.kind()
    }

    fn capabilities(&self) -> IssuerCapabilities {
        self.inner.capabilities()
    }

    async fn prepare(&self, order: IssuanceOrder, now: Timestamp) -> Result<Prepared, ConnectorError> {
        self.trap.at(Point::Claimed).await;
        self.inner.prepare(order, now).await
    }

    async fn issue(&self, prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError> {
        self.trap.at(Point::Recorded).await;
        if self.trap.point == Point::Silent {
            return Err(ConnectorError::transient(ErrorKind::Timeout, "the CA did not answer in time"));
        }
        let issued = self.inner.issue(prepared).await;
        self.trap.at(Point::Signed).await;
        issued
    }

    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError> {
        self.inner.ca_chain().await
    }

    async fn check(&self, now: Timestamp) -> Result<(), ConnectorError> {
        self.inner.check(now).await
    }
}

async fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let point = match arguments.next().as_deref() {
        Some("claimed") => Point::Claimed,
        Some("recorded") => Point::Recorded,
        Some("signed") => Point::Signed,
        Some("silent") => Point::Silent,
        other => bail!("claimed, recorded, signed or silent, not {other:?}"),
    };
    let marker = arguments.next().context("the marker file is missing")?.into();
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let config = ServerConfig::load(&OsEnv, None)?;
    let issuers = IssuerRegistry::new(vec![Arc::new(TrappedFactory(Trap { point, marker }))]);
    certctl_server::run::run(config, Environment { issuers, ..Environment::system() }).await
}

fn main() -> ExitCode {
    certctl_lifecycle::entry(run)
}
