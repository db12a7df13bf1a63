//! Commands as child processes: no shell, a clean environment, an end in any case.

use async_trait::async_trait;
use certctl_connector_api::command::{Argv, CommandError, CommandOutput, CommandRunner};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::io;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};

const OUTPUT_LIMIT: usize = 8 * 1024;
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs commands as children of this process, each in its own process group, with only `PATH`,
/// `LANG` and `LC_ALL` set, nothing to read, and `/` as working directory.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessRunner;

#[async_trait]
impl CommandRunner for ProcessRunner {
    async fn run(&self, command: &Argv, limit: Duration) -> Result<CommandOutput, CommandError> {
        let program = command.program().to_owned();
        let start = |source| CommandError::Start { program: program.clone(), source };
        let (mut child, mut pipe) = start_child(command).map_err(start)?;
        let group = Group::of(&child);
        let mut tail = Tail::default();
        match tokio::time::timeout(limit, follow(&mut child, &mut pipe, &mut tail)).await {
            Ok(status) => {
                // What the command left running on purpose, a daemon for example, may go on.
                group.release();
                Ok(CommandOutput { status: status.map_err(start)?.code(), output: tail.into_text() })
            }
            Err(_elapsed) => {
                drop(group);
                // Killed a moment ago; a child in uninterruptible sleep is left to the runtime.
                drop(tokio::time::timeout(Duration::from_secs(1), child.wait()).await);
                Err(CommandError::TimedOut { program, limit })
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the command runner that all others have to use")]
fn start_child(command: &Argv) -> io::Result<(Child, Receiver)> {
    // One pipe for both streams keeps their lines in order.
    let (output, input) = io::pipe()?;
    let child = Command::new(command.program())
        .args(command.arguments())
        .env_clear()
        .env("PATH", PATH)
        .env("LANG", "C")
        .env("LC_ALL", "C")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(input.try_clone()?)
        .stderr(input)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    Ok((child, Receiver::from_owned_fd(output.into())?))
}

/// Reads until the child ends. Something it started may keep the pipe open, so the end of output
/// is not waited for.
async fn follow(
    child: &mut Child,
    pipe: &mut Receiver,
    tail: &mut Tail,
) -> io::Result<std::process::ExitStatus> {
    let mut buffer = [0; 4096];
    let mut open = true;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            read = pipe.read(&mut buffer), if open => match read {
                Ok(length) if length > 0 => tail.push(buffer.get(..length).unwrap_or_default()),
                _ => open = false,
            },
        }
    };
    // At most a full pipe can be left.
    for _ in 0..16 {
        match pipe.try_read(&mut buffer) {
            Ok(length) if length > 0 => tail.push(buffer.get(..length).unwrap_or_default()),
            _ => break,
        }
    }
    status
}

/// A process group that is killed when this is dropped, also when the caller is cancelled.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }

    fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself in the meantime, which is as good.
            let _gone = killpg(group, Signal::SIGKILL);
        }
    }
}

/// The last bytes of an output.
#[derive(Default)]
struct Tail(Vec<u8>);

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        let surplus = self.0.len().saturating_sub(OUTPUT_LIMIT);
        self.0.drain(..surplus);
    }

    /// Text without control characters other than line feeds, at most 8 KiB.
    fn into_text(self) -> String {
        let lossy = String::from_utf8_lossy(&self.0);
        let mut text: String = lossy.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        let mut cut = text.len().saturating_sub(OUTPUT_LIMIT);
        while !text.is_char_boundary(cut) {
            cut += 1;
        }
        text.drain(..cut);
        text.trim().to_owned()
    }
}
