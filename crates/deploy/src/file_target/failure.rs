//! Messages of failed deployments: what happened, to what, how it ended, what to do.

use crate::Error;
use crate::destination::{Found, Place};
use crate::probe::{Endpoint, ProbeError};
use certctl_connector_api::command::{Argv, CommandError, CommandOutput};
use certctl_connector_api::target::Deployment;
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_crypto::SecretBytes;

const EXCERPT: usize = 1024;
/// Shorter lines of a PEM file are no secret worth hiding.
const SHORTEST_SECRET_LINE: usize = 8;

/// How a command ended that should have succeeded.
#[derive(Debug)]
pub(super) enum Ended {
    Output(CommandOutput),
    Error(CommandError),
}

/// Which files a failure is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Culprit {
    NewFiles,
    FilesInPlace,
}

impl Culprit {
    const fn files(self) -> &'static str {
        match self {
            Self::NewFiles => "the new files",
            Self::FilesInPlace => "the files in place",
        }
    }

    pub(super) fn refused(self, command: &Argv, ended: &Ended, keys: &Keys) -> ConnectorError {
        let message = format!(
            "`{command}` refused {}: {}; correct the target's configuration and deploy again",
            self.files(),
            ended.describe(keys)
        );
        ConnectorError::transient(ended.kind(ErrorKind::Validation), message)
    }

    pub(super) fn not_reloaded(self, command: &Argv, ended: &Ended, keys: &Keys) -> ConnectorError {
        let message = format!(
            "`{command}` could not load {}: {}; see whether the target runs, then deploy again",
            self.files(),
            ended.describe(keys)
        );
        ConnectorError::transient(ended.kind(ErrorKind::Other), message)
    }

    pub(super) fn not_served(self, endpoint: &Endpoint, error: ProbeError) -> ConnectorError {
        let kind = match error {
            ProbeError::Connect { .. } => ErrorKind::Network,
            _ => ErrorKind::Timeout,
        };
        let message = format!(
            "{endpoint} does not serve the certificate of {}; see that the server behind it reads them, \
             and that endpoint and SNI of the target are right",
            self.files()
        );
        ConnectorError::transient(kind, message).caused_by(error)
    }
}

impl Ended {
    fn kind(&self, exit: ErrorKind) -> ErrorKind {
        match self {
            Self::Error(CommandError::TimedOut { .. }) => ErrorKind::Timeout,
            Self::Error(CommandError::Start { .. }) => ErrorKind::Other,
            Self::Error(CommandError::NotAllowed { .. }) => ErrorKind::Validation,
            Self::Output(_) => exit,
        }
    }

    fn describe(&self, keys: &Keys) -> String {
        match self {
            Self::Error(error) => crate::error::chain(error),
            Self::Output(CommandOutput { status, output }) => {
                let status = status
                    .map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit status {code}"));
                match keys.excerpt(output) {
                    text if text.is_empty() => format!("{status}, no output"),
                    text => format!("{status}, output: {text}"),
                }
            }
        }
    }
}

/// Private keys that commands can read, to keep them out of messages.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<SecretBytes>);

impl Keys {
    /// The key to deploy and those in place.
    pub(super) fn of(plan: Option<&Deployment>, places: &[Place], found: &[Option<Found>]) -> Self {
        let in_place = places.iter().zip(found).filter(|(place, _)| place.destination.secret);
        let in_place = in_place.filter_map(|(_, found)| found.as_ref().map(|found| found.content.clone()));
        let new = plan.map(|plan| SecretBytes::new(plan.key_pem.expose().as_bytes()));
        Self(in_place.chain(new).collect())
    }

    /// The end of an output on one line, without any line of a key and without any other private
    /// key in PEM form.
    fn excerpt(&self, output: &str) -> String {
        let mut lines = Vec::new();
        let mut within_key = false;
        for line in output.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let marks_key = line.contains("PRIVATE KEY-----");
            if marks_key && line.contains("-----END ") && !within_key {
                // The output was cut within a key.
                lines.clear();
            }
            if marks_key || within_key || self.knows(line) {
                within_key = (within_key || line.contains("-----BEGIN ")) && !line.contains("-----END ");
                lines.push("[redacted]");
            } else {
                lines.push(line);
            }
        }
        lines.dedup_by(|line, before| *line == "[redacted]" && line == before);
        let joined = lines.join("; ");
        let skipped = joined.chars().count().saturating_sub(EXCERPT);
        joined.chars().skip(skipped).collect()
    }

    /// Whether `line` holds a line of a key.
    fn knows(&self, line: &str) -> bool {
        let secret = |text: &&str| text.len() >= SHORTEST_SECRET_LINE && !text.starts_with("-----");
        let keys = self.0.iter().filter_map(|key| std::str::from_utf8(key.expose()).ok());
        keys.flat_map(str::lines).map(str::trim).filter(secret).any(|secret| line.contains(secret))
    }
}

/// A failure of the file store, with its consequence in front.
pub(super) fn from_store(consequence: &str, error: Error) -> ConnectorError {
    let build = if error.is_permanent() { ConnectorError::permanent } else { ConnectorError::transient };
    let kind = if error.is_permanent() { ErrorKind::Validation } else { ErrorKind::Other };
    build(kind, consequence).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(key: &str, output: &str) -> String {
        Keys(vec![SecretBytes::new(key)]).excerpt(output)
    }

    #[test]
    fn keys_are_redacted_whole_cut_or_alone() {
        let key =
            "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n0brmcpkjtHUx\n-----END PRIVATE KEY-----\n";
        assert_eq!(excerpt("", &format!("before\n{key}after")), "before; [redacted]; after");
        assert_eq!(excerpt("", "0brmcpkjtHUx\n-----END PRIVATE KEY-----\nafter"), "[redacted]; after");
        assert_eq!(excerpt("", "before\n-----BEGIN EC PRIVATE KEY-----\n0brmcpkjtHUx"), "before; [redacted]");
        assert_eq!(excerpt(key, "line 3: 0brmcpkjtHUx is odd\n\n after "), "[redacted]; after");
        let cert = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
        assert_eq!(excerpt(key, cert), cert.replace('\n', "; "));
    }
}
