//! Service manager notifications (`sd_notify(3)`): one datagram per state change.

use std::ffi::OsString;
use std::io;

/// Tells the service manager about the state of the process; silent without a socket.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceManager(Option<OsString>);

impl ServiceManager {
    /// `socket` is the value of `$NOTIFY_SOCKET`: a path, or `@name` in the abstract namespace.
    pub(crate) fn new(socket: Option<OsString>) -> Self {
        Self(socket.filter(|name| !name.is_empty()))
    }

    /// Sends `state`, for example `READY=1`. A failure is logged: the process runs as well without.
    pub(crate) fn notify(&self, state: &str) {
        let Some(socket) = &self.0 else { return };
        if let Err(error) = send(socket, state) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                state,
                "the service manager was not told `{state}`"
            );
        }
    }
}

#[cfg(target_os = "linux")]
fn send(socket: &std::ffi::OsStr, state: &str) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    let address = match socket.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}

#[cfg(not(target_os = "linux"))]
fn send(_socket: &std::ffi::OsStr, _state: &str) -> io::Result<()> {
    Ok(())
}
