//! The command line as a person uses it.

use super::{Scenario, programs};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// `certctl` with a home of its own.
#[derive(Debug, Clone)]
pub struct Cli {
    home: PathBuf,
}

impl Cli {
    /// A person with an empty home directory.
    pub fn new(scenario: &Scenario, person: &str) -> Result<Self> {
        Ok(Self { home: scenario.subdirectory(person)? })
    }

    /// A person who has logged in as the administrator.
    pub fn admin(scenario: &Scenario) -> Result<Self> {
        let cli = Self::new(scenario, "admin-home")?;
        cli.login(scenario, scenario.admin_key.expose())?;
        Ok(cli)
    }

    /// Logs in with a key typed into a pipe.
    pub fn login(&self, scenario: &Scenario, key: &str) -> Result<String> {
        let bundle = scenario.server.ca_bundle();
        let bundle = bundle.to_str().context("the path is no text")?;
        let output = self.typed(&["login", "--server", scenario.server.url(), "--ca-bundle", bundle], key)?;
        ensure!(output.status.success(), "login failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str]) -> Result<Output> {
        self.command(words)?.stdin(Stdio::null()).output().context("cannot run certctl")
    }

    /// The same with something typed into a pipe.
    pub fn typed(&self, words: &[&str], text: &str) -> Result<Output> {
        let mut command = self.command(words)?;
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // A program that does not read ends first; its answer is what counts.
        let _ = child.stdin.take().context("no pipe")?.write_all(text.as_bytes());
        Ok(child.wait_with_output()?)
    }

    /// Standard output of a command that must succeed.
    pub fn told(&self, words: &[&str]) -> Result<String> {
        let output = self.run(words)?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "certctl {} ended with {}: {stderr}",
            words.join(" "),
            output.status
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The JSON answer of a command that must succeed.
    pub fn json(&self, words: &[&str]) -> Result<Value> {
        let words: Vec<&str> = words.iter().copied().chain(["-o", "json"]).collect();
        serde_json::from_str(&self.told(&words)?).context("the output is not JSON")
    }

    /// Exit code and standard error of a command.
    pub fn refused(&self, words: &[&str]) -> Result<(Option<i32>, String)> {
        let output = self.run(words)?;
        Ok((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    /// A command in this home, with nothing else from outside.
    pub fn command(&self, words: &[&str]) -> Result<Command> {
        let mut command = Command::new(&programs()?.cli);
        command.env_clear().env("HOME", &self.home).current_dir(&self.home).args(words);
        Ok(command)
    }
}
