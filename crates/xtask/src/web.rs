//! The web console: building and checking what is in `web/`, where there is Node.js.

use crate::generated::OPENAPI;
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result};
use certctl_test_support::{find_program, require_program};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where the scripts of the console look for the description of the API, when not in the docs.
const DESCRIPTION: &str = "CERTCTL_OPENAPI";
/// Keeps what was installed together with the lock file it was installed from.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Builds the console into `web/dist`, where the server finds it.
pub fn build(workspace: &Workspace) -> Result<()> {
    let web = Web::of(workspace)?;
    web.install()?;
    web.npm(["run", "build"], None)
}

/// Types, lints, unit tests and the build, against the API as the code describes it now. Unless it is
/// `needed`, because a browser looks at it later, nothing happens without Node.js.
pub fn check(workspace: &Workspace, needed: bool) -> Result<()> {
    if !needed && find_program("npm").is_none() {
        println!("there is no Node.js here, so the console is neither checked nor built");
        return Ok(());
    }
    let web = Web::of(workspace)?;
    web.install()?;
    let description = web.folder.join("node_modules/.openapi.json");
    std::fs::write(&description, OPENAPI.text(workspace)?)?;
    web.npm(["run", "check"], Some(description))
}

struct Web {
    folder: PathBuf,
    npm: PathBuf,
}

impl Web {
    fn of(workspace: &Workspace) -> Result<Self> {
        let npm = require_program("npm", "npm").context("the console needs Node.js 20.19 or newer")?;
        Ok(Self { folder: workspace.root().join("web"), npm })
    }

    /// Installs the packages of the lock file, unless that was done before.
    fn install(&self) -> Result<()> {
        let lock =
            std::fs::read(self.folder.join("package-lock.json")).context("cannot read the lock file")?;
        let stamp = self.folder.join(INSTALLED);
        if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        self.npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"], None)?;
        std::fs::write(&stamp, lock).context("cannot note what was installed")
    }

    fn npm<const N: usize>(&self, arguments: [&str; N], description: Option<PathBuf>) -> Result<()> {
        let mut npm = Command::new(&self.npm);
        npm.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        if let Some(description) = description {
            npm.env(DESCRIPTION, description);
        }
        run(&mut npm)
    }
}
