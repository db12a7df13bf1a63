//! Delivery over SMTP.

use super::compose::compose;
use super::config::{EmailConfig, Security};
use super::failure::{Secrets, failed};
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, Receipt};
use certctl_connector_api::{ConfigError, ConnectorError, ErrorKind};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Longest wait for a connection or for one reply.
const ONE_REPLY: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next mail.
const IDLE: Duration = Duration::from_secs(30);
/// Most connections to one address.
const CONNECTIONS: u32 = 4;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A mail channel.
pub(super) struct Email {
    config: EmailConfig,
    tls: Tls,
    env: NotifierEnv,
    /// Connections by address. The name is resolved for every mail, and only addresses that the
    /// policy allows get here: a name cannot change its meaning between the check and the connection.
    transports: Mutex<HashMap<IpAddr, Transport>>,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Email {
    pub(super) fn new(config: EmailConfig, env: NotifierEnv) -> Result<Self, ConfigError> {
        let tls = match config.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(parameters(&config.host, &env)?),
            Security::Tls => Tls::Wrapper(parameters(&config.host, &env)?),
        };
        Ok(Self { config, tls, env, transports: Mutex::default() })
    }

    fn server(&self) -> String {
        format!("{}:{}", self.config.host, self.config.port)
    }

    /// Addresses of the server that may be connected to.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, ConnectorError> {
        let host = self.config.host.as_str();
        let found = tokio::net::lookup_host((host, self.config.port)).await.map_err(|error| {
            let message = format!("the address of the mail server {host} cannot be found");
            ConnectorError::transient(ErrorKind::Network, message).caused_by(error)
        })?;
        let mut refused = None;
        let mut allowed = Vec::new();
        for address in found {
            match self.env.egress.check(address.ip()) {
                Ok(()) => allowed.push(address),
                Err(refusal) => refused = Some(refusal),
            }
        }
        match refused {
            Some(refusal) if allowed.is_empty() => {
                let message = format!("the mail server {host} may not be used");
                Err(ConnectorError::permanent(ErrorKind::Validation, message).caused_by(refusal))
            }
            _ => Ok(allowed),
        }
    }

    fn transport(&self, address: IpAddr) -> Transport {
        let build = || {
            let builder = Transport::builder_dangerous(address.to_string())
                .port(self.config.port)
                .tls(self.tls.clone())
                .timeout(Some(ONE_REPLY.min(self.env.time_limit)))
                .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE));
            match &self.config.login {
                None => builder.build(),
                Some(login) => {
                    let password = login.password.expose().to_owned();
                    builder.credentials(Credentials::new(login.username.clone(), password)).build()
                }
            }
        };
        self.transports.lock().entry(address).or_insert_with(build).clone()
    }

    async fn send(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let mail = compose(&self.config.from, message, self.env.clock.now())?;
        let secrets = Secrets::of(self.config.login.as_ref(), &message.recipient);
        let mut last = None;
        for address in self.addresses().await? {
            match self.transport(address.ip()).send(mail.clone()).await {
                Ok(reply) => {
                    let words: Vec<_> = reply.message().collect();
                    let detail = secrets.clean(&format!("{} {}", reply.code(), words.join(" ")));
                    return Ok(Receipt { detail });
                }
                Err(error) => {
                    let answered = error.status().is_some() || error.is_client();
                    let failure = failed(&self.server(), &error, &secrets);
                    // A server that speaks is the server; only silence is a reason to ask its other address.
                    if answered {
                        return Err(failure);
                    }
                    last = Some(failure);
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            let message = format!("the mail server {} has no address", self.config.host);
            ConnectorError::transient(ErrorKind::Network, message)
        }))
    }
}

#[async_trait]
impl Notifier for Email {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let limit = self.env.time_limit;
        tokio::time::timeout(limit, self.send(message)).await.unwrap_or_else(|_elapsed| {
            let message = format!(
                "the mail server {} did not take the mail within {} s",
                self.server(),
                limit.as_secs()
            );
            Err(ConnectorError::transient(ErrorKind::Timeout, message))
        })
    }
}

/// TLS 1.2 or newer, with the roots of the system and those of the operator.
fn parameters(host: &str, env: &NotifierEnv) -> Result<TlsParameters, ConfigError> {
    let refused = |error: lettre::transport::smtp::Error| {
        ConfigError::new("host", format!("TLS with this server cannot be prepared: {error}"))
    };
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = &env.extra_roots_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(refused)?);
    }
    builder.build().map_err(refused)
}
