//! A private nginx: own prefix, own port on loopback; never the system's service.

use super::{Running, self_signed, tail, until, wait::PATIENCE, write};
use anyhow::{Context, Result, bail};
use certctl_deploy::probe::{Endpoint, probe};
use certctl_test_support::{free_port, require_program};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const PORT_ATTEMPTS: u32 = 5;

/// A running nginx that serves `tls/site.crt` with `tls/site.key`.
#[derive(Debug)]
pub struct Nginx {
    program: PathBuf,
    prefix: PathBuf,
    name: String,
    port: u16,
    /// The master process.
    pub running: Running,
}

impl Nginx {
    /// Starts in the new directory `<directory>/nginx` with a self-signed pair for `name`, as a
    /// server has one before certctl manages it.
    pub async fn start(directory: &Path, name: &str) -> Result<Self> {
        let program = require_program("nginx", "nginx-light")?;
        let prefix = directory.join("nginx");
        std::fs::create_dir_all(prefix.join("tls")).context("cannot make nginx's directory")?;
        let (certificate, key) = self_signed(&[name])?;
        write(&prefix.join("tls/site.crt"), &certificate)?;
        write(&prefix.join("tls/site.key"), &key)?;
        for _ in 0..PORT_ATTEMPTS {
            let port = free_port()?;
            write(&prefix.join("nginx.conf"), &configuration(&prefix, port, name))?;
            let mut master = Command::new(&program);
            master.args(arguments(&prefix)).args(["-g", "daemon off;"]);
            let mut running = Running::start("nginx", &mut master, directory)?;
            if listening(&mut running, port).await? {
                return Ok(Self { program, prefix, name: name.to_owned(), port, running });
            }
        }
        let log = std::fs::read_to_string(prefix.join("error.log")).unwrap_or_default();
        bail!("nginx does not start; the end of its log:\n{}", tail(&log, 20))
    }

    /// `127.0.0.1:<port>`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Server name it serves.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its directory.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The file of `ssl_certificate`.
    pub fn certificate(&self) -> PathBuf {
        self.prefix.join("tls/site.crt")
    }

    /// The file of `ssl_certificate_key`.
    pub fn key(&self) -> PathBuf {
        self.prefix.join("tls/site.key")
    }

    /// `nginx -t`.
    pub fn validate_command(&self) -> Vec<String> {
        self.with(&["-t", "-q"])
    }

    /// `nginx -s reload`.
    pub fn reload_command(&self) -> Vec<String> {
        self.with(&["-s", "reload"])
    }

    /// The configuration of a target that deploys here.
    pub fn target_config(&self) -> Map<String, Value> {
        let config = json!({
            "cert_path": self.certificate().display().to_string(),
            "key_path": self.key().display().to_string(),
            "validate_command": self.validate_command(),
            "reload_command": self.reload_command(),
            "verify": {"endpoint": self.address(), "sni": self.name, "timeout": "1m"},
        });
        config.as_object().cloned().unwrap_or_default()
    }

    /// Makes every validation fail from now on.
    pub fn break_configuration(&self) -> Result<()> {
        write(
            &self.prefix.join("nginx.conf"),
            &format!("{}\nno_such_directive on;\n", configuration(&self.prefix, self.port, &self.name)),
        )
    }

    /// Makes validations work again.
    pub fn mend_configuration(&self) -> Result<()> {
        write(&self.prefix.join("nginx.conf"), &configuration(&self.prefix, self.port, &self.name))
    }

    /// Fingerprint of the leaf that a client gets now.
    pub async fn served(&self) -> Result<String> {
        fingerprint_at(&self.address(), &self.name).await
    }

    /// Waits until clients get this leaf.
    pub async fn serves(&self, fingerprint: &str) -> Result<()> {
        until(&format!("serving {fingerprint}"), PATIENCE, async || {
            Ok(self.served().await.is_ok_and(|served| served == fingerprint).then_some(()))
        })
        .await
    }

    /// How often it was told to read its configuration again.
    pub fn reloads(&self) -> usize {
        let log = std::fs::read_to_string(self.prefix.join("error.log")).unwrap_or_default();
        log.matches("(SIGHUP) received").count()
    }

    fn with(&self, last: &[&str]) -> Vec<String> {
        let mut words = vec![self.program.display().to_string()];
        words.extend(arguments(&self.prefix));
        words.extend(last.iter().map(|word| (*word).to_owned()));
        words
    }
}

/// Fingerprint of the leaf that `address` serves to a client that asks for `name`.
pub async fn fingerprint_at(address: &str, name: &str) -> Result<String> {
    let endpoint = Endpoint::parse(address)?.with_sni(name)?;
    Ok(probe(&endpoint, PATIENCE).await?.fingerprint_sha256)
}

pub(super) fn arguments(prefix: &Path) -> Vec<String> {
    let file = |name: &str| prefix.join(name).display().to_string();
    ["-p".to_owned(), file(""), "-e".to_owned(), file("error.log"), "-c".to_owned(), file("nginx.conf")]
        .into()
}

/// The directories of its `http` block that would lie in the system's otherwise.
pub(super) fn temporary_paths(prefix: &Path) -> String {
    ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {};\n", prefix.join(name).display()))
        .concat()
}

fn configuration(prefix: &Path, port: u16, name: &str) -> String {
    let file = |name: &str| prefix.join(name).display().to_string();
    let temporary = temporary_paths(prefix);
    format!(
        "worker_processes 1;\npid {pid};\nerror_log {log} notice;\nevents {{ worker_connections 64; }}\n\
         http {{\n    access_log off;\n{temporary}    server {{\n        listen 127.0.0.1:{port} ssl;\n        \
         server_name {name};\n        ssl_certificate {certificate};\n        ssl_certificate_key {key};\n        \
         return 200 \"certctl\\n\";\n    }}\n}}\n",
        pid = file("nginx.pid"),
        log = file("error.log"),
        certificate = file("tls/site.crt"),
        key = file("tls/site.key"),
    )
}

/// Whether it comes to listen; false when it ended instead, for example because the port was lost.
pub(super) async fn listening(running: &mut Running, port: u16) -> Result<bool> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline && running.exit_status()?.is_none() {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(false)
}
