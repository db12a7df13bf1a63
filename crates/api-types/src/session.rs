//! Sessions of people in the console.

use certctl_domain::Timestamp;
use certctl_domain::access::{Permission, Role};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Body of `POST /api/v1/auth/session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionRequest {
    /// Token of an API key.
    #[cfg_attr(feature = "openapi", schema(write_only))]
    pub api_key: String,
}

impl fmt::Debug for SessionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRequest").finish_non_exhaustive()
    }
}

/// Who calls, and what that person may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Name of the key, or id of the agent.
    pub user: String,
    /// The person or machine behind the key.
    pub identity: String,
    /// Role; absent for agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What may be done.
    pub permissions: Vec<Permission>,
    /// The session; absent when the call came with a bearer token, or without a credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<ConsoleSession>,
}

/// An open session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleSession {
    /// To be sent as `X-CSRF-Token` with everything that changes something.
    pub csrf_token: String,
    /// When it ends unless it is used again.
    pub idle_end: Timestamp,
    /// Its end, however much it is used.
    pub expires_at: Timestamp,
}

impl fmt::Debug for ConsoleSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleSession").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
