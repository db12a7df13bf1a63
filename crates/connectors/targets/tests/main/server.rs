//! A private nginx: own configuration, high ports on loopback, ended with the test.

use crate::support::Host;
use certctl_deploy::probe::{Endpoint, probe};
use certctl_test_support::free_port;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_mins(2);

/// Path of nginx; its absence fails the test.
fn nginx() -> &'static str {
    let known = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
    let found = known.into_iter().find(|path| fs::exists(path).unwrap_or_default());
    found.expect("nginx is missing; install it with: apt-get install nginx-light")
}

pub(crate) struct Server {
    pub(crate) host: Host,
    /// Serves `tls/site.crt`.
    pub(crate) endpoint: Endpoint,
    /// Serves `fixed.crt`, whatever is deployed.
    pub(crate) fixed: Endpoint,
    master: Child,
}

impl Server {
    /// Starts with `tls/site.*` (when present) and `fixed.*` as they are in `host`.
    pub(crate) fn start(host: Host) -> Self {
        // Another process may take a free port first, so a failed start is repeated with others.
        for _ in 0..10 {
            let (one, two) = (free_port().unwrap(), free_port().unwrap());
            let site = host.path("tls/site.crt").exists();
            host.write("nginx.conf", &configuration(&host, one, two, site), 0o644);
            let mut command = Command::new(nginx());
            command.args(arguments(&host)).args(["-g", "daemon off;"]);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut master = command.spawn().unwrap();
            if listening(&mut master, two) {
                host.write("nginx.conf", &configuration(&host, one, two, true), 0o644);
                let local = |port| Endpoint::parse(&format!("127.0.0.1:{port}")).unwrap();
                return Self { host, endpoint: local(one), fixed: local(two), master };
            }
            master.wait().unwrap();
        }
        panic!("nginx does not start: {}", fs::read_to_string(host.path("error.log")).unwrap_or_default());
    }

    /// A target configuration for this server.
    pub(crate) fn config(&self) -> Value {
        let command = |last: &[&str]| {
            let mut words = vec![nginx().to_owned()];
            words.extend(arguments(&self.host));
            words.extend(last.iter().map(|word| (*word).to_owned()));
            json!(words)
        };
        json!({
            "cert_path": self.host.text("tls/site.crt"), "key_path": self.host.text("tls/site.key"),
            "validate_command": command(&["-t", "-q"]), "reload_command": command(&["-s", "reload"]),
            "verify": {"endpoint": self.endpoint.to_string(), "timeout": "1m"},
        })
    }

    /// Fingerprints served now, leaf first.
    pub(crate) async fn served(&self) -> Vec<String> {
        let seen = probe(&self.endpoint, LONG).await.unwrap();
        seen.chain.iter().map(|der| certctl_crypto::sha256_hex(der)).collect()
    }

    /// Waits until the workers of before the last reload are gone: until then they may still answer.
    pub(crate) async fn settled(&self) {
        let deadline = Instant::now() + LONG;
        let ended =
            || fs::read_to_string(self.host.path("error.log")).unwrap().matches("exited with code 0").count();
        while ended() < self.reloads() {
            assert!(Instant::now() < deadline, "old workers do not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How often the daemon was told to read its configuration again.
    pub(crate) fn reloads(&self) -> usize {
        fs::read_to_string(self.host.path("error.log")).unwrap().matches(", reconfiguring").count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A killed master would leave its workers behind; this one ends them.
        let pid = Pid::from_raw(i32::try_from(self.master.id()).unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
        self.master.wait().unwrap();
    }
}

fn arguments(host: &Host) -> Vec<String> {
    ["-p", &host.text(""), "-e", &host.text("error.log"), "-c", &host.text("nginx.conf")]
        .map(ToOwned::to_owned)
        .to_vec()
}

fn configuration(host: &Host, one: u16, two: u16, site: bool) -> String {
    let server = |port: u16, name: &str| {
        let (cert, key) = (host.text(&format!("{name}.crt")), host.text(&format!("{name}.key")));
        format!(
            "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key}; return 204; }}"
        )
    };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {}; ", host.text(name)))
        .concat();
    let site = if site { server(one, "tls/site") } else { String::new() };
    format!(
        "worker_processes 1;\npid {};\nerror_log {} notice;\nevents {{}}\n\
         http {{ access_log off; {temporary}\n{site}\n{}\n}}\n",
        host.text("nginx.pid"),
        host.text("error.log"),
        server(two, "fixed"),
    )
}

fn listening(master: &mut Child, port: u16) -> bool {
    let deadline = Instant::now() + LONG;
    while Instant::now() < deadline && master.try_wait().unwrap().is_none() {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}
