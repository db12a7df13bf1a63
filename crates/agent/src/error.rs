//! What stops an agent, and what its operator can do about it.

use certctl_client::ClientError;
use std::io;
use std::path::{Path, PathBuf};

/// A failure of the agent itself. Failures of single jobs are reported to the server instead.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Others than the agent's user may enter a directory that holds keys.
    #[error("{} is open to other users (mode {mode:04o})", path.display())]
    Exposed {
        /// Directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A directory that holds keys belongs to somebody else.
    #[error("{} belongs to user {owner}, not to the agent's user {user}", path.display())]
    ForeignOwner {
        /// Directory.
        path: PathBuf,
        /// User id of its owner.
        owner: u32,
        /// User id of the agent.
        user: u32,
    },
    /// Another agent process uses the state directory.
    #[error("another agent process uses {}", path.display())]
    InUse {
        /// State directory.
        path: PathBuf,
    },
    /// There is no credential.
    #[error("this agent is not enrolled: {} does not exist", path.display())]
    NotEnrolled {
        /// Credential file.
        path: PathBuf,
    },
    /// There is a credential that an enrolment would overwrite.
    #[error("this host is enrolled as {agent} ({})", path.display())]
    AlreadyEnrolled {
        /// Credential file.
        path: PathBuf,
        /// Agent it belongs to.
        agent: String,
    },
    /// A file of the state directory cannot be understood.
    #[error("{} cannot be read", path.display())]
    Malformed {
        /// File.
        path: PathBuf,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// A file operation failed.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried, for example `write`.
        action: &'static str,
        /// File or directory.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The server did not accept the enrolment.
    #[error("the enrolment failed")]
    Enrolment(#[source] ClientError),
    /// The server could not be asked for work.
    #[error("the server gave no answer that the agent can work with")]
    Server(#[source] ClientError),
    /// The server has retired this agent.
    #[error("the server has retired this agent")]
    Retired,
    /// A key cannot be made, read or used.
    #[error("private key {}", path.display())]
    Key {
        /// Key file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: certctl_crypto::Error,
    },
    /// A CSR cannot be made or read.
    #[error("certificate signing request {}", path.display())]
    Request {
        /// Request file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: certctl_pki::Error,
    },
    /// No key in the store belongs to a certificate.
    #[error("no key in {} belongs to the certificate", path.display())]
    NoKey {
        /// Directory of the certificate.
        path: PathBuf,
    },
    /// The stored key of a version is not the key of its certificate.
    #[error("{} is not the key of the certificate", path.display())]
    WrongKey {
        /// Key file.
        path: PathBuf,
    },
    /// A background thread ended without a result.
    #[error("internal error")]
    Lost(#[from] certctl_lifecycle::TaskLost),
}

impl AgentError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { action, path: path.to_owned(), source }
    }

    /// What the operator can do, a full sentence.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exposed { path, .. } => {
                Some(format!("Keep keys private: chmod 700 {}", path.display()))
            }
            Self::ForeignOwner { path, user, .. } => Some(format!(
                "Run the agent as the owner, or hand the directory over: chown -R {user} {}",
                path.display()
            )),
            Self::InUse { .. } => Some(
                "Stop the other process (systemctl stop certctl-agent), or give this one its own --state-dir."
                    .to_owned(),
            ),
            Self::NotEnrolled { .. } => Some(
                "Enrol first: certctl-agent enroll --server https://… --token …; or set CERTCTL_AGENT_ID and CERTCTL_API_KEY."
                    .to_owned(),
            ),
            Self::AlreadyEnrolled { .. } => {
                Some("Pass --force to replace the credential; keys are kept.".to_owned())
            }
            Self::Malformed { .. } => {
                Some("Enrol again with --force, or restore the file from a backup.".to_owned())
            }
            Self::Enrolment(error) | Self::Server(error) => client_hint(error),
            Self::File { .. }
            | Self::Retired
            | Self::Key { .. }
            | Self::Request { .. }
            | Self::NoKey { .. }
            | Self::WrongKey { .. }
            | Self::Lost(_) => None,
        }
    }

    /// Message and causes in one line, for reports.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

fn client_hint(error: &ClientError) -> Option<String> {
    if error.is_untrusted_certificate() {
        return Some(
            "The server's certificate is not trusted here: pass its CA with --ca-bundle (CERTCTL_SERVER_CA_BUNDLE_PATH), and use a host name that the certificate holds."
                .to_owned(),
        );
    }
    let text = match (error.status(), error.code()) {
        (_, Some("invalid_enrolment_token")) => {
            "A token works once and expires: ask an administrator for a new one (POST /api/v1/agents/enrolment-tokens)."
        }
        (Some(401), _) => {
            "The credential is not valid any more: enrol again with certctl-agent enroll --force."
        }
        (Some(409), _) => {
            "An agent of this name is in service: choose another --name, or retire the old one."
        }
        (Some(404) | None, _) => {
            "Check --server: is it the address of a certctl server that this host can reach?"
        }
        _ => return None,
    };
    Some(text.to_owned())
}
