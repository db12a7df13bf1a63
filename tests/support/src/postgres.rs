//! A PostgreSQL server for one test run: own directory, own port, gone afterwards.
//!
//! A small shell process, the guard, holds the reading end of a pipe from this process. When
//! the pipe closes, the guard stops the server and removes the directory. So the server also
//! goes away when the test process is interrupted, killed or keeps the value in a static.

mod account;
mod binaries;

use account::Account;
use anyhow::{Context, Result, bail, ensure};
use binaries::Binaries;
use std::fs::File;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Time a server gets to accept connections; crash recovery on a busy machine is the slow case.
const READY_WITHIN: Duration = Duration::from_mins(1);
const POLL_EVERY: Duration = Duration::from_millis(50);
/// Tries to bring a server up. A port can be lost between choosing and binding, and after
/// [`TestPostgres::kill9`] the server's orphans need a moment to notice.
const LAUNCH_ATTEMPTS: u32 = 10;

/// The path of a Unix socket has at most 107 bytes; this leaves room for the file's own name.
const LONGEST_DIRECTORY: usize = 80;

/// A running PostgreSQL server with the superuser `postgres`, trusted without a password on
/// 127.0.0.1 and on a Unix socket in its private directory. It does not sync to disk, so it
/// survives [`TestPostgres::kill9`] but not a power cut.
#[derive(Debug)]
pub struct TestPostgres {
    directory: PathBuf,
    binaries: Binaries,
    account: Option<Account>,
    port: u16,
    server: Option<Child>,
    guard: Child,
}

impl TestPostgres {
    /// Creates a cluster and starts it on a free port. When the caller is root, the server
    /// runs as the system account `certctl-test`, which is created if needed, because
    /// PostgreSQL refuses to run as root.
    pub fn start() -> Result<Self> {
        let binaries = Binaries::find()?;
        let account = Account::for_server()?;
        let (directory, guard) = guarded_directory(account.as_ref())?;
        let mut postgres = Self { directory, binaries, account, port: 0, server: None, guard };
        postgres.create_cluster()?;
        postgres.launch(crate::free_port)?;
        Ok(postgres)
    }

    /// Fails with the install line when PostgreSQL's server programs are missing.
    pub fn require_installed() -> Result<()> {
        Binaries::find().map(drop)
    }

    /// TCP port on 127.0.0.1; it stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connection URL of `database` for the superuser. `postgres` exists from the start.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Directory of the Unix socket, for `host=` in a connection string.
    pub fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// Runs `sql` with psql and returns its output: one line per row, columns parted by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = without_client_settings(&self.binaries.path("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]);
        psql.args(["--dbname", &self.url(database), "--command", sql]);
        let output = finished(&mut psql)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Creates an empty database.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.psql("postgres", &format!("CREATE DATABASE \"{name}\"")).map(drop)
    }

    /// Ends the server at once, as a crash would. Committed data survives a [`Self::restart`].
    pub fn kill9(&mut self) -> Result<()> {
        let mut server = self.server.take().context("PostgreSQL is not running")?;
        server.kill().context("cannot kill PostgreSQL")?;
        server.wait().context("cannot wait for PostgreSQL")?;
        Ok(())
    }

    /// Ends the server in order, with open connections cut. Does nothing when it is down.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        let mut stop = self.as_server("pg_ctl");
        stop.args(["stop", "--mode=fast", "--wait", "--timeout=60", "--silent", "--pgdata"]);
        finished(stop.arg(self.data()))?;
        server.wait().context("cannot wait for PostgreSQL")?;
        Ok(())
    }

    /// Starts the server again on the same port with the same data, stopping it first if it runs.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        let port = self.port;
        self.launch(|| Ok(port))
    }

    /// The server's log so far.
    pub fn log(&self) -> String {
        std::fs::read(self.log_file())
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    fn create_cluster(&self) -> Result<()> {
        let mut initdb = self.as_server("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        initdb.args(["--no-sync", "--no-instructions", "--pgdata"]);
        finished(initdb.arg(self.data())).map(drop)
    }

    fn launch(&mut self, choose_port: impl Fn() -> Result<u16>) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        for _ in 0..LAUNCH_ATTEMPTS {
            self.port = choose_port()?;
            self.server = Some(self.spawn()?);
            if self.becomes_ready(deadline)? {
                return Ok(());
            }
            self.server = None;
            std::thread::sleep(POLL_EVERY * 4);
        }
        bail!("PostgreSQL does not start; the end of its log:\n{}", last_lines(&self.log(), 20))
    }

    fn spawn(&self) -> Result<Child> {
        let log = File::options().create(true).append(true).open(self.log_file())?;
        let mut server = self.as_server("postgres");
        server.arg("-D").arg(self.data()).arg("-k").arg(&self.directory);
        server.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-F"]);
        server.args(["-c", "max_connections=300", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB"]);
        // Its own process group keeps Ctrl-C away from it: the guard is the one who stops it.
        server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        server.spawn().with_context(|| format!("cannot start {}", self.binaries.path("postgres").display()))
    }

    /// Waits for the server to accept connections; false when it exited instead.
    fn becomes_ready(&mut self, deadline: Instant) -> Result<bool> {
        loop {
            if let Some(server) = &mut self.server
                && server.try_wait()?.is_some()
            {
                return Ok(false);
            }
            let mut probe = without_client_settings(&self.binaries.path("pg_isready"));
            probe.args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()]);
            if probe.stdin(Stdio::null()).status().context("cannot run pg_isready")?.success() {
                return Ok(true);
            }
            ensure!(
                Instant::now() < deadline,
                "PostgreSQL is not ready after {} s; the end of its log:\n{}",
                READY_WITHIN.as_secs(),
                last_lines(&self.log(), 20)
            );
            std::thread::sleep(POLL_EVERY);
        }
    }

    /// A PostgreSQL program, run as the account the server may run as.
    fn as_server(&self, program: &str) -> Command {
        let program = self.binaries.path(program);
        let mut command = match &self.account {
            Some(account) => account.command(&program),
            None => without_client_settings(&program),
        };
        command.current_dir(&self.directory).env("LC_ALL", "C").env("TZ", "UTC");
        command
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.directory.join("server.log")
    }
}

impl Drop for TestPostgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
        // Only if somebody ended the guard is there anything left to kill.
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A private directory, and the guard that removes it.
fn guarded_directory(account: Option<&Account>) -> Result<(PathBuf, Child)> {
    let mut parent = std::env::temp_dir();
    if parent.as_os_str().len() > LONGEST_DIRECTORY {
        parent = PathBuf::from("/tmp");
    }
    let directory = tempfile::Builder::new().prefix("certctl-pg-").tempdir_in(parent)?;
    if let Some(account) = account {
        chown(directory.path(), Some(account.uid), Some(account.gid))?;
    }
    let path = directory.path().canonicalize()?;
    let mut guard = Command::new("/bin/sh");
    guard.args(["-c", include_str!("postgres/guard.sh"), "certctl-pg-guard"]).arg(&path);
    guard.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let guard = guard.spawn().context("cannot start /bin/sh")?;
    let _kept_for_the_guard = directory.keep();
    Ok((path, guard))
}

/// A command that the `PG…` variables of the caller's shell do not reach.
fn without_client_settings(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end; failure carries what it printed.
fn finished(command: &mut Command) -> Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {name}"))?;
    ensure!(
        output.status.success(),
        "{name} failed ({}): {}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end(),
        String::from_utf8_lossy(&output.stdout).trim_end()
    );
    Ok(output)
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
