//! The agent's credential on disk.

use crate::{AgentError, files};
use certctl_crypto::SecretString;
use certctl_domain::id::AgentId;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Who the agent is, to which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Identifier of the agent.
    pub agent_id: AgentId,
    /// Bearer credential.
    pub api_key: SecretString,
    /// URL of the server that issued it.
    pub server: String,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    agent_id: AgentId,
    api_key: String,
    server: String,
}

impl Credential {
    /// The credential file of the state directory `root`.
    pub fn path(root: &Path) -> PathBuf {
        root.join("credential.json")
    }

    /// Reads the credential of the state directory `root` without locking it.
    pub fn load(root: &Path) -> Result<Option<Self>, AgentError> {
        let path = Self::path(root);
        let Some(content) = files::read(&path)? else { return Ok(None) };
        let stored: Stored =
            serde_json::from_slice(&content).map_err(|source| AgentError::Malformed { path, source })?;
        let Stored { agent_id, api_key, server } = stored;
        Ok(Some(Self { agent_id, api_key: SecretString::new(api_key), server }))
    }

    pub(super) fn store(&self, root: &Path) -> Result<(), AgentError> {
        let path = Self::path(root);
        let stored = Stored {
            agent_id: self.agent_id.clone(),
            api_key: self.api_key.expose().to_owned(),
            server: self.server.clone(),
        };
        let content = serde_json::to_vec_pretty(&stored)
            .map_err(|source| AgentError::Malformed { path: path.clone(), source })?;
        files::write(&path, &content)
    }
}
