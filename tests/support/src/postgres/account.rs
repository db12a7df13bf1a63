//! The unprivileged account that PostgreSQL runs as when the caller is root.

use super::{POLL_EVERY, finished};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const NAME: &str = "certctl-test";

/// A system account and the tool that starts programs under it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    setpriv: PathBuf,
}

impl Account {
    /// The account to use, or `None` when the caller is not root and can run PostgreSQL itself.
    pub(super) fn for_server() -> Result<Option<Self>> {
        if id(&["-u"])? != 0 {
            return Ok(None);
        }
        let setpriv = crate::require_program("setpriv", "util-linux")?;
        let uid = id(&["-u", NAME]).or_else(|_| create())?;
        Ok(Some(Self { uid, gid: id(&["-g", NAME])?, setpriv }))
    }

    /// `program` under this account. The process keeps its id, because setpriv replaces itself.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = super::without_client_settings(&self.setpriv);
        command.arg(format!("--reuid={}", self.uid)).arg(format!("--regid={}", self.gid));
        command.args(["--clear-groups", "--"]).arg(program);
        command
    }
}

/// Creates the account and returns its user id. Of several test processes that do this at
/// once, one succeeds; useradd turns the others away while it holds the account files.
fn create() -> Result<u32> {
    let useradd = crate::require_program("useradd", "passwd")?;
    let mut command = Command::new(useradd);
    command.args(["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]);
    command.args(["--shell", "/usr/sbin/nologin", "--comment", "certctl tests", NAME]);
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let created = finished(&mut command);
        match (id(&["-u", NAME]), created) {
            (Ok(uid), _) => return Ok(uid),
            (Err(_), Err(refused)) if Instant::now() > deadline => return Err(refused),
            (Err(missing), Ok(_)) => return Err(missing),
            (Err(_), Err(_)) => std::thread::sleep(POLL_EVERY),
        }
    }
}

fn id(arguments: &[&str]) -> Result<u32> {
    let output = finished(Command::new("id").args(arguments))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().with_context(|| format!("`id` printed `{}`", text.trim()))
}
