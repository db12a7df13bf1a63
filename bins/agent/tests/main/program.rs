//! Starts the program with an environment of its own.

use certctl_fake_server::ControlPlane;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A host: a control plane, a place for state, and what the program prints.
pub(crate) struct Host {
    pub(crate) plane: ControlPlane,
    pub(crate) directory: TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        let host = Self { plane: ControlPlane::start().unwrap(), directory: TempDir::new().unwrap() };
        std::fs::write(host.ca_bundle(), host.plane.ca_pem()).unwrap();
        host
    }

    pub(crate) fn ca_bundle(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// The program with everything it needs to reach the control plane.
    pub(crate) fn agent(&self, words: &[&str]) -> Command {
        let mut command = agent(words);
        command
            .env("CERTCTL_SERVER_URL", self.plane.url())
            .env("CERTCTL_SERVER_CA_BUNDLE_PATH", self.ca_bundle())
            .env("CERTCTL_STATE_DIR", self.state());
        command
    }

    pub(crate) fn enrol(&self) {
        let output = run(self
            .agent(&["enroll", "--name", "web1"])
            .env("CERTCTL_ENROLLMENT_TOKEN", self.plane.enrolment_token()));
        assert!(output.status.success(), "{output:?}");
    }
}

/// The program with an empty environment.
pub(crate) fn agent(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certctl-agent"));
    command.args(words).env_clear().stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Sends SIGTERM.
pub(crate) fn terminate(child: &Child) {
    let status = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
}
