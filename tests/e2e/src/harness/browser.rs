//! The web console in a real browser: Playwright drives Chromium through the console that was built
//! in `web/`.

use super::{Running, until};
use anyhow::{Context, Result, ensure};
use certctl_test_support::require_program;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Where the suites read what was started for them.
const SETTING: &str = "CERTCTL_CONSOLE_E2E";
/// Longest time of one project: no test of it takes as long, so each tells by itself what it waits for.
const LIMIT: Duration = Duration::from_mins(20);

/// Node.js, Chromium and the console: everything that a look at the console takes.
#[derive(Debug, Clone)]
pub struct Browser {
    node: PathBuf,
    chromium: PathBuf,
    web: PathBuf,
}

impl Browser {
    /// Finds all three; what is missing is named with the command that brings it.
    pub fn find() -> Result<Self> {
        let node =
            require_program("node", "nodejs npm").context("the console needs Node.js 20.19 or newer")?;
        let chromium = require_program("chromium", "chromium")?;
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web").canonicalize()?;
        let browser = Self { node, chromium, web };
        ensure!(
            browser.web.join("dist/console/index.html").is_file() && browser.playwright().is_file(),
            "the console is not built; build it with: cargo xtask web"
        );
        Ok(browser)
    }

    /// Runs the suites of one project of `web/playwright.config.ts`; fails with everything they
    /// said unless all of them pass. `setting` is what was started for them, after `e2e/setting.ts`.
    pub async fn run(&self, project: &str, mut setting: Value, directory: &Path) -> Result<String> {
        setting["chromium"] = self.chromium.display().to_string().into();
        setting["results"] = project.into();
        let mut command = Command::new(&self.node);
        command.arg(self.playwright()).args(["test", "--project", project]);
        command.env(SETTING, setting.to_string()).current_dir(&self.web);
        let mut playwright = Running::start(&format!("playwright-{project}"), &mut command, directory)?;
        let status =
            until("the end of the browser's tests", LIMIT, async || playwright.exit_status()).await?;
        let said = format!("{}{}", playwright.output(), playwright.log());
        ensure!(status.success(), "the console failed in the browser:\n{said}");
        Ok(said)
    }

    fn playwright(&self) -> PathBuf {
        self.web.join("node_modules/@playwright/test/cli.js")
    }
}
