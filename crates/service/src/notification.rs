//! What people are told: raising alerts, routing them, delivering notifications.

mod approval_reminders;
mod channels;
mod deliver;
mod destinations;
mod digest;
mod environment;
mod expiry;
mod live_channels;
mod notifications;
pub mod raise;
mod reference;
mod requeue;
mod router;
mod routing;
pub mod stories;

pub use approval_reminders::ApprovalReminders;
pub use channels::Channels;
pub use deliver::{Delivery, DeliveryLoop, DeliveryOptions};
pub(crate) use digest::Run;
pub use digest::{DigestOptions, Digests};
pub use environment::{EnvironmentChannel, follow_environment};
pub use expiry::ExpiryAlerts;
pub use live_channels::LiveChannels;
pub use notifications::Notifications;
pub(crate) use reference::check_channels;
pub use router::NotificationRouter;
pub use routing::Routings;
