//! What people are told: raising alerts, routing them, delivering notifications.

mod live_channels;

pub use live_channels::LiveChannels;
