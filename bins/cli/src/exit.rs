//! Exit codes, and what to do about an error.

use certctl_client::ClientError;

/// Something failed: no connection, a refusal without a code of its own, a local file.
pub(crate) const FAILED: u8 = 1;
/// The command line is wrong.
pub(crate) const USAGE: u8 = 2;
/// The object does not exist.
pub(crate) const NOT_FOUND: u8 = 3;
/// The state of the object does not allow it.
pub(crate) const CONFLICT: u8 = 4;
/// No credential, a wrong one, or one without the permission.
pub(crate) const AUTH: u8 = 5;
/// What `--wait` followed did not end well.
pub(crate) const WAITED_IN_VAIN: u8 = 6;

/// The meaning of each code, for the reference.
pub(crate) const MEANINGS: &[(u8, &str)] = &[
    (0, "It worked."),
    (FAILED, "It failed: no connection, a refusal without a code of its own, an unreadable file."),
    (USAGE, "The command line is wrong; nothing was sent."),
    (NOT_FOUND, "The object does not exist (404)."),
    (CONFLICT, "The state of the object does not allow it (409, 410 or 412)."),
    (AUTH, "No credential, a wrong one, or one without the permission (401 or 403)."),
    (WAITED_IN_VAIN, "What `--wait` followed failed, was cancelled, or did not end in time."),
];

/// A command line that clap cannot judge.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// What `--wait` followed did not end well.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WaitedInVain(pub(crate) String);

/// The exit code of an error.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    // Also finds them where they were added as context, which the chain does not show.
    if error.is::<Usage>() {
        return USAGE;
    }
    if error.is::<WaitedInVain>() {
        return WAITED_IN_VAIN;
    }
    match client_error(error).and_then(ClientError::status) {
        Some(401 | 403) => AUTH,
        Some(404) => NOT_FOUND,
        Some(409 | 410 | 412) => CONFLICT,
        _ => FAILED,
    }
}

/// What to do next.
pub(crate) fn hint(error: &anyhow::Error) -> Option<&'static str> {
    let error = client_error(error)?;
    if error.is_untrusted_certificate() {
        return Some("name the server's CA with --ca-bundle FILE or CERTCTL_SERVER_CA_BUNDLE_PATH");
    }
    match error.status() {
        Some(401) => Some("log in with `certctl login`, or give a key with CERTCTL_API_KEY"),
        Some(403) => Some("`certctl status` shows the role of your key; ask an administrator for another"),
        None if matches!(error, ClientError::Transport { .. }) => {
            Some("`certctl doctor` looks at server, trust and key one by one")
        }
        _ => None,
    }
}

/// Whether the reader of our output went away.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let closed = |io: &std::io::Error| io.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|layer| layer.downcast_ref::<std::io::Error>().is_some_and(closed))
}

fn client_error(error: &anyhow::Error) -> Option<&ClientError> {
    error.chain().find_map(|layer| layer.downcast_ref::<ClientError>())
}
