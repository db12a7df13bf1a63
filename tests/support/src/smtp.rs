//! A mail server of the test's own.

use crate::program::install_line;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The system's Python: packages of the distribution are there, whatever Python comes first in `PATH`.
const PYTHON: &str = "/usr/bin/python3";
const PACKAGE: &str = "python3-aiosmtpd";

/// An SMTP server on loopback (aiosmtpd). It ends with this value.
///
/// User `certctl` with password `pass-word` may authenticate, over TLS only. The first word of a recipient's
/// address decides what happens to mail: `refused` is unknown (550), `busy` never works (451),
/// `greylisted` works at the second attempt (451), `members` needs authentication (530).
#[derive(Debug)]
pub struct TestSmtp {
    child: Child,
    mails: TempDir,
    /// Port of plain SMTP, with STARTTLS if there is a certificate.
    pub port: u16,
    /// Port of SMTP in TLS; `None` without a certificate.
    pub tls_port: Option<u16>,
}

impl TestSmtp {
    /// Says what to install when the server's package is missing.
    pub fn require_installed() -> Result<()> {
        let mut probe = Command::new(PYTHON);
        probe.args(["-I", "-c", "import aiosmtpd"]).stdin(Stdio::null()).stderr(Stdio::null());
        if probe.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
        bail!("the mail server of the tests is not installed; install it with: {}", install_line(&[PACKAGE]))
    }

    /// Starts a server without TLS.
    pub fn plain() -> Result<Self> {
        Self::start(&[])
    }

    /// Starts a server with this certificate and key (PEM files).
    pub fn with_tls(certificate: &Path, key: &Path) -> Result<Self> {
        Self::start(&[certificate, key])
    }

    fn start(tls: &[&Path]) -> Result<Self> {
        Self::require_installed()?;
        let mails = TempDir::new()?;
        let mut child = Command::new(PYTHON)
            .args(["-I", "-W", "ignore", "-c", include_str!("smtp.py")])
            .arg(mails.path())
            .args(tls)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the mail server")?;
        let mut line = String::new();
        let output = child.stdout.take().context("the mail server has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let ports: Vec<u16> = line.split_whitespace().filter_map(|port| port.parse().ok()).collect();
        let Some(port) = ports.first().copied() else {
            child.kill().ok();
            child.wait().ok();
            bail!("the mail server did not start; its messages are above");
        };
        Ok(Self { child, mails, port, tls_port: ports.get(1).copied() })
    }

    /// The mails that were accepted, oldest first: JSON objects with `from`, `to`, `tls`, `authenticated` and `data`
    /// (headers and body as they came).
    pub fn mails(&self) -> Result<Vec<String>> {
        let path = |n: usize| -> PathBuf { self.mails.path().join(format!("{n}.json")) };
        (1..)
            .map(path)
            .take_while(|path| path.exists())
            .map(|path| std::fs::read_to_string(path).map_err(Into::into))
            .collect()
    }
}

impl Drop for TestSmtp {
    fn drop(&mut self) {
        if let Some(mut input) = self.child.stdin.take() {
            input.flush().ok();
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
