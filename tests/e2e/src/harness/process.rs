//! One child process with its output in files, ended by its own id when dropped.

use super::{PATIENCE, guard, tail};
use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Time to end in order when dropped.
const GRACE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// A running program.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    output: PathBuf,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Starts `command`. Standard output goes to `<directory>/<name>.out`, standard error to
    /// `<directory>/<name>.log`; both are appended to, so that a restart loses nothing. The process
    /// is its own group: Ctrl-C reaches only this process, which then ends its children in order.
    pub fn start(name: &str, command: &mut Command, directory: &Path) -> Result<Self> {
        let (output, log) = (directory.join(format!("{name}.out")), directory.join(format!("{name}.log")));
        let append = |path: &Path| {
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("cannot open {}", path.display()))
        };
        command.stdin(Stdio::null()).stdout(append(&output)?).stderr(append(&log)?).process_group(0);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        guard::watch(child.id());
        Ok(Self { name: name.to_owned(), child, output, log, ended: None })
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Standard output so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Standard error so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Name and the ends of both outputs, for messages.
    pub fn story(&self) -> String {
        format!("{} said:\n{}\n{}", self.name, tail(&self.output(), 15), tail(&self.log(), 40))
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?);
        kill(pid, signal).with_context(|| format!("cannot send {signal} to {}", self.name))
    }

    /// Ends the process at once, as a crash would.
    pub fn kill9(&mut self) -> Result<()> {
        self.child.kill().with_context(|| format!("cannot kill {}", self.name))?;
        self.wait(PATIENCE).map(drop)
    }

    /// The exit status, when the process has ended.
    pub fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none()
            && let Some(status) = self.child.try_wait()?
        {
            guard::forget(self.child.id());
            self.ended = Some(status);
        }
        Ok(self.ended)
    }

    /// Waits for the end.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.exit_status()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                bail!("{} did not end within {} s; {}", self.name, limit.as_secs(), self.story());
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Asks the process to end (SIGTERM) and waits for it.
    pub fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        if self.exit_status()?.is_none() {
            self.signal(Signal::SIGTERM)?;
        }
        self.wait(limit)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // nginx: a killed master would leave its workers behind, so everybody is asked first.
        if self.terminate(GRACE).is_err() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            guard::forget(self.child.id());
        }
    }
}
