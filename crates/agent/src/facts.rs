//! What the agent tells about its host.

use certctl_api_types::agent::Heartbeat;
use certctl_client::Client;

/// What the agent tells about its host, apart from its address, which may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Version of the agent.
    pub version: String,
    /// Host name.
    pub hostname: String,
    /// Operating system, Go-style name (`linux`, `darwin`).
    pub os: String,
    /// CPU architecture, Go-style name (`amd64`, `arm64`).
    pub architecture: String,
}

impl Facts {
    /// Facts about the host this program was built for. The wire keeps Go's names, which existing
    /// inventories use.
    pub fn new(version: impl Into<String>, hostname: impl Into<String>) -> Self {
        let os = match std::env::consts::OS {
            "macos" => "darwin",
            other => other,
        };
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            other => other,
        };
        Self {
            version: version.into(),
            hostname: hostname.into(),
            os: os.to_owned(),
            architecture: architecture.to_owned(),
        }
    }

    /// The facts with the address from which `client` reaches its server.
    pub(crate) async fn heartbeat(&self, client: &Client) -> Heartbeat {
        Heartbeat {
            version: self.version.clone(),
            hostname: self.hostname.clone(),
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            ip_address: local_address(client).await.unwrap_or_default(),
        }
    }
}

/// The local address on the route to the server. Connecting a datagram socket sends nothing.
pub(crate) async fn local_address(client: &Client) -> Option<String> {
    let server = client.server();
    let host = server.host_str()?.trim_start_matches('[').trim_end_matches(']');
    let peer = tokio::net::lookup_host((host, server.port_or_known_default()?)).await.ok()?.next()?;
    let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = tokio::net::UdpSocket::bind(any).await.ok()?;
    socket.connect(peer).await.ok()?;
    Some(socket.local_addr().ok()?.ip().to_string())
}
