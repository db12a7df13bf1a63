//! The contract between certctl and the outside: certificate authorities,
//! deployment targets and notification channels.
//!
//! A connector is built by a factory from a configuration that its [`ConfigSchema`] describes;
//! the schema drives validation, masking of secrets, forms and documentation. Connectors get
//! everything they touch (clock, commands, CA keys) from their factory's environment.

pub mod command;
mod config;
mod error;
pub mod issuer;
pub mod notifier;
mod registry;
pub mod schema;
pub mod target;

pub use config::{ConfigError, RawConfig};
pub use error::{ConnectorError, ErrorKind};
pub use registry::{IssuerRegistry, NotifierRegistry, TargetRegistry};
pub use schema::{ConfigSchema, Field, FieldType};
