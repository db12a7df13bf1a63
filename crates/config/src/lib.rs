//! The server's configuration: defaults, then a TOML file, then `CERTCTL_*` variables.
//!
//! [`ServerConfig::load`] reads everything once, reports every error at once and hands out typed
//! sections. Each key is declared once, beside the section that uses it; the reference page
//! ([`reference_markdown`]) and `check-config` are made from the same declarations. Only binaries
//! see this crate: libraries take small option structs of their own.

mod database_url;
mod env;
mod error;
mod file;
mod key;
mod known;
mod named_key;
mod nearest;
mod reader;
mod reference;
pub mod section;
mod server;
mod value;

pub use database_url::{DatabaseUrl, Engine};
pub use env::{EnvSource, MapEnv, OsEnv};
pub use error::{ConfigError, ConfigErrors};
pub use named_key::NamedKey;
pub use reader::Setting;
pub use reference::reference_markdown;
pub use server::ServerConfig;
