//! What people are told: raising alerts, routing them, delivering notifications.

mod digest;
mod live_channels;

pub(crate) use digest::Run;
pub use digest::{DigestOptions, Digests};
pub use live_channels::LiveChannels;
