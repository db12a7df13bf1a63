//! From names to addresses that may be connected to.

use crate::{EgressPolicy, Refused};
use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Finds the addresses of a host. Tests bring their own; everything else uses [`SystemResolver`].
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The addresses of `host`, in the order they should be tried.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Resolves, then keeps what the policy allows. The HTTP client connects to these addresses and
/// does not resolve again, so a name that changes its mind in between (DNS rebinding) gains nothing.
pub(crate) struct Checked {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) policy: EgressPolicy,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, policy) = (Arc::clone(&self.resolver), self.policy.clone());
        Box::pin(async move {
            let allowed = allowed(&policy, resolver.resolve(name.as_str()).await?)?;
            // Port 0 stands for the port of the URL.
            let addresses = allowed.into_iter().map(|address| SocketAddr::new(address, 0));
            let addresses: Addrs = Box::new(addresses);
            Ok(addresses)
        })
    }
}

/// The allowed ones of `found`; when there are none, why the first is refused.
fn allowed(
    policy: &EgressPolicy,
    found: Vec<IpAddr>,
) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let mut refused: Option<Refused> = None;
    let mut allowed = Vec::new();
    for address in found {
        match policy.check(address) {
            Ok(()) => allowed.push(address),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    match refused {
        _ if !allowed.is_empty() => Ok(allowed),
        Some(why) => Err(why.into()),
        None => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
    }
}
