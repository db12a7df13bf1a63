//! Loopback ports for programs that cannot be told to listen on port 0.

use anyhow::{Result, bail};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};

/// Below the range from which Linux takes the ports of outgoing connections (32768 up), so
/// that a port which was free when it was chosen is not lost to somebody's client socket.
const FIRST: u16 = 15_000;
const COUNT: u16 = 17_000;

/// A port of 127.0.0.1 on which nobody listens. Nothing reserves it: use it at once, and
/// choose again when the program reports that the address is in use.
pub fn free_port() -> Result<u16> {
    for _ in 0..200 {
        let random = RandomState::new().build_hasher().finish();
        let port = FIRST + u16::try_from(random % u64::from(COUNT))?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port among 127.0.0.1:{FIRST}-{}", FIRST + COUNT - 1)
}
