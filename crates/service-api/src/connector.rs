//! Which connectors the server was built with, and what their configuration looks like.

use crate::{Actor, ServiceError};
use async_trait::async_trait;

/// What a connector is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectorFamily {
    /// Issues certificates.
    Issuer,
    /// Takes certificates to where they are served.
    Target,
    /// Tells people.
    Channel,
}

impl ConnectorFamily {
    /// `issuer`, `target` or `channel`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Target => "target",
            Self::Channel => "channel",
        }
    }
}

/// One kind of connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorType {
    /// What it is for.
    pub family: ConnectorFamily,
    /// Its name, which is the `type` of its issuers, targets or channels.
    pub name: &'static str,
    /// Its configuration, in the order of forms.
    pub fields: Vec<ConnectorField>,
}

/// One field of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorField {
    /// JSON name.
    pub name: &'static str,
    /// `text`, `choice`, `integer`, `boolean`, `duration`, `file_mode`, `text_list`, `text_map`,
    /// `command` or `object`.
    pub kind: &'static str,
    /// What a choice may be.
    pub choices: Vec<&'static str>,
    /// Fields of an object.
    pub fields: Vec<Self>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether its value is never shown again.
    pub secret: bool,
    /// Default as people would write it; absent when there is none.
    pub default: Option<&'static str>,
    /// One sentence about it.
    pub help: &'static str,
}

/// Use cases of connectors.
#[async_trait]
pub trait ConnectorService: Send + Sync {
    /// Every kind, by family and name.
    async fn list(&self, who: &Actor) -> Result<Vec<ConnectorType>, ServiceError>;
}
