//! A receiver that takes everything, and a notifier that posts to it.

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, ErrorKind, RawConfig};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// An HTTP receiver on loopback; ends with the value.
pub(super) struct Receiver {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Receiver {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(async move {
                    // A client that goes away ends its connection, nothing else.
                    let _ = serve(stream).await;
                });
            }
        });
        Ok(Self { address, _tasks: tasks })
    }

    pub(super) fn poster(&self) -> Result<Poster> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build()?;
        Ok(Poster { client, url: format!("http://{}/hook", self.address) })
    }
}

async fn serve(stream: TcpStream) -> Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("a length")?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await?;
    }
}

/// Posts to the receiver.
#[derive(Debug, Clone)]
pub(super) struct Poster {
    client: reqwest::Client,
    url: String,
}

impl Poster {
    pub(super) async fn post(&self, body: String) -> Result<u16> {
        let answer = self.client.post(&self.url).body(body).send().await?;
        match answer.status().as_u16() {
            202 => Ok(202),
            other => bail!("the receiver answered {other}"),
        }
    }
}

#[async_trait]
impl Notifier for Poster {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let body = format!("{}\n{}\n{}", message.dedup_key, message.story.subject, message.story.message);
        match self.post(body).await {
            Ok(status) => Ok(Receipt { detail: status.to_string() }),
            Err(error) => Err(ConnectorError::transient(ErrorKind::Network, error.to_string())),
        }
    }
}

/// Makes every webhook channel one that posts to the receiver.
#[derive(Debug)]
pub(super) struct PosterFactory(pub(super) Poster);

impl NotifierFactory for PosterFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::Webhook
    }

    fn config_schema(&self) -> ConfigSchema {
        ConfigSchema { fields: &[] }
    }

    fn build(
        &self,
        _id: &ChannelId,
        _config: &RawConfig,
        _env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        Ok(Arc::new(self.0.clone()))
    }
}
