//! What people are told: raising alerts, routing them, delivering notifications.

mod approval_reminders;
mod deliver;
mod destinations;
mod digest;
mod expiry;
mod live_channels;
pub mod raise;
mod router;
pub mod stories;

pub use approval_reminders::ApprovalReminders;
pub use deliver::{Delivery, DeliveryLoop, DeliveryOptions};
pub(crate) use digest::Run;
pub use digest::{DigestOptions, Digests};
pub use expiry::ExpiryAlerts;
pub use live_channels::LiveChannels;
pub use router::NotificationRouter;
