//! Alerts, notifications, channels and what belongs to them.

mod alert;
mod channel;
mod delivery;
mod list;
