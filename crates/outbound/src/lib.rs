//! Connections to addresses that somebody else wrote down.
//!
//! Channels, issuers and certificates name hosts that certctl then connects to. [`EgressPolicy`]
//! decides which addresses it may connect to, so that nobody can use the server to reach what only
//! the server's own host can reach. [`Outbound`] is the HTTP client that keeps to it: names are
//! resolved first, and a connection goes to an address that was checked and to no other.
//!
//! ```
//! use certctl_outbound::{Address, EgressPolicy, Outbound, OutboundError};
//!
//! # async fn fetch() -> Result<(), Box<dyn std::error::Error>> {
//! let outbound = Outbound::builder().policy(EgressPolicy::default()).build()?;
//! let refused = outbound.get(&Address::parse("http://[::ffff:169.254.169.254]/latest")?).await;
//! assert!(matches!(refused, Err(OutboundError::Refused(_))));
//! # Ok(())
//! # }
//! # let _ = fetch();
//! ```

#![deny(clippy::indexing_slicing, clippy::as_conversions)]

mod address;
mod answer;
mod builder;
mod client;
mod error;
mod policy;
mod resolver;

pub use address::{Address, AddressError};
pub use answer::{Answer, BodyEnd};
pub use builder::{BuildError, Builder};
pub use client::Outbound;
pub use error::{Cause, OutboundError};
pub use http::header::{self, HeaderMap, HeaderName, HeaderValue};
pub use policy::{EgressPolicy, Refused};
pub use resolver::{Resolver, SystemResolver};
