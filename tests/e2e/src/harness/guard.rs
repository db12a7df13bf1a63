//! A small shell process that ends our children should we be killed before we can.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// The pipe to the guard; absent when no shell could be started, then only `Drop` cleans up.
static GUARD: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

/// Has `pid` ended when this process is gone.
pub(super) fn watch(pid: u32) {
    tell("watch", pid);
}

/// `pid` has ended, and its number may soon be somebody else's.
pub(super) fn forget(pid: u32) {
    tell("forget", pid);
}

fn tell(verb: &str, pid: u32) {
    if let Some(pipe) = GUARD.get_or_init(start)
        && let Ok(mut pipe) = pipe.lock()
    {
        let _ = writeln!(pipe, "{verb} {pid}");
    }
}

fn start() -> Option<Mutex<ChildStdin>> {
    let mut guard = Command::new("/bin/sh");
    guard.args(["-c", include_str!("guard.sh"), "certctl-e2e-guard"]).current_dir("/");
    // Its own process group keeps Ctrl-C away from it.
    guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    guard.spawn().ok()?.stdin.map(Mutex::new)
}
