//! The real server, except that it stops dead in the middle of an issuance or of making a CRL and waits
//! to be killed, that its CA does not answer, or that its clock is wrong.
//!
//! `crashing-server claimed|recorded|signed|listed|silent MARKER [command]`: at the named point it makes the
//! file `MARKER` and goes no further. `claimed` lies between the claim of the job and any record of what
//! will be signed; `recorded` between that record and the signature; `signed` between the signature and
//! the transaction that would make it known; `listed` between the number of a CRL and its signature.
//! `silent` fails every signature, as if the CA were away. `shifted FILE` has a clock that differs from
//! the machine's by the seconds that stand in `FILE`, whenever it is looked at.

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use certctl_config::{OsEnv, ServerConfig};
use certctl_connector_api::issuer::{
    Authority, CrlSettings, IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities, IssuerEnv,
    IssuerFactory, Prepared,
};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, IssuerRegistry, RawConfig,
};
use certctl_crypto::{Signature, SignatureAlgorithm, Signer};
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::{Clock, Timestamp};
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
    Listed,
    Silent,
    Shifted,
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

    async fn authorities(&self) -> Result<Vec<Authority>, ConnectorError> {
        let mut authorities = self.inner.authorities().await?;
        for authority in &mut authorities {
            authority.key =
                Arc::new(TrappedKey { inner: Arc::clone(&authority.key), trap: self.trap.clone() });
        }
        Ok(authorities)
    }

    fn crl_settings(&self) -> CrlSettings {
        self.inner.crl_settings()
    }

    async fn check(&self, now: Timestamp) -> Result<(), ConnectorError> {
        self.inner.check(now).await
    }
}

#[derive(Debug)]
struct TrappedKey {
    inner: Arc<dyn Signer>,
    trap: Trap,
}

impl Signer for TrappedKey {
    fn public_spki_der(&self) -> &[u8] {
        self.inner.public_spki_der()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.inner.algorithm()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, certctl_crypto::Error> {
        if self.trap.point == Point::Listed && is_crl(message) {
            let _ = std::fs::File::create(&self.trap.marker);
            loop {
                std::thread::park();
            }
        }
        self.inner.sign(message)
    }
}

/// A list begins with a bare version number, a certificate with a wrapped one.
fn is_crl(to_be_signed: &[u8]) -> bool {
    let header = match to_be_signed.get(1) {
        Some(length) if *length >= 0x80 => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    to_be_signed.get(header) == Some(&0x02)
}

/// The system's clock and what stands in a file.
#[derive(Debug)]
struct ShiftedClock {
    system: Arc<dyn Clock>,
    file: PathBuf,
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let shift = std::fs::read_to_string(&self.file).ok().and_then(|text| text.trim().parse::<i64>().ok());
        let now = self.system.now();
        Timestamp::from_unix_micros(now.unix_micros() + shift.unwrap_or_default() * 1_000_000)
    }
}

async fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let point = match arguments.next().as_deref() {
        Some("claimed") => Point::Claimed,
        Some("recorded") => Point::Recorded,
        Some("signed") => Point::Signed,
        Some("listed") => Point::Listed,
        Some("silent") => Point::Silent,
        Some("shifted") => Point::Shifted,
        other => bail!("claimed, recorded, signed, listed, silent or shifted, not {other:?}"),
    };
    let marker: PathBuf = arguments.next().context("the file is missing")?.into();
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let config = ServerConfig::load(&OsEnv, None)?;
    let system = Environment::system();
    let clock: Arc<dyn Clock> = match point {
        Point::Shifted => Arc::new(ShiftedClock { system: Arc::clone(&system.clock), file: marker.clone() }),
        _ => Arc::clone(&system.clock),
    };
    let issuers = IssuerRegistry::new(vec![Arc::new(TrappedFactory(Trap { point, marker }))]);
    certctl_server::run::run(config, Environment { clock, issuers, ..system }).await
}

fn main() -> ExitCode {
    certctl_lifecycle::entry(run)
}
