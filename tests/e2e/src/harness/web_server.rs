//! Web servers that staple OCSP responses to the certificates they serve: private ones on loopback,
//! never the system's services.

use super::{Leaf, RelyingParty, Running, nginx, write};
use anyhow::{Result, bail};
use certctl_test_support::{free_port, require_program};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

const PORT_ATTEMPTS: u32 = 5;

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebServerKind {
    /// nginx.
    Nginx,
    /// Apache.
    Apache,
    /// Caddy.
    Caddy,
}

/// A running web server.
#[derive(Debug)]
pub struct WebServer {
    port: u16,
    directory: PathBuf,
    leaf: Leaf,
    /// The process.
    pub running: Running,
}

/// What a configuration is made of.
struct Site<'a> {
    directory: &'a Path,
    files: &'a Path,
    /// Stem of the certificate's files.
    name: &'a str,
    /// Absent: it reads that in the certificate.
    responder: Option<&'a str>,
    port: u16,
}

impl Site<'_> {
    fn own(&self, name: &str) -> String {
        self.directory.join(name).display().to_string()
    }

    fn of_client(&self, name: &str) -> String {
        self.files.join(name).display().to_string()
    }

    fn certificate(&self) -> String {
        self.of_client(&format!("{}.pem", self.name))
    }

    fn chain(&self) -> String {
        self.of_client(&format!("{}-chain.pem", self.name))
    }

    fn key(&self) -> String {
        self.of_client(&format!("{}.key", self.name))
    }
}

impl WebServer {
    /// Starts one in the new directory `<scenario>/<name>`, with the certificate of `leaf`. nginx and Apache
    /// can be told of another responder than the one that stands in it.
    pub async fn start(
        kind: WebServerKind,
        world: &RelyingParty,
        name: &str,
        leaf: &Leaf,
        responder: Option<&str>,
    ) -> Result<Self> {
        let directory = world.scenario.subdirectory(name)?;
        for _ in 0..PORT_ATTEMPTS {
            let site = Site {
                directory: &directory,
                files: &world.files,
                name: leaf.file.trim_end_matches(".pem"),
                responder,
                port: free_port()?,
            };
            let mut command = match kind {
                WebServerKind::Nginx => nginx_command(&site)?,
                WebServerKind::Apache => apache_command(&site)?,
                WebServerKind::Caddy => caddy_command(&site)?,
            };
            let mut running = Running::start(name, &mut command, world.scenario.directory())?;
            if nginx::listening(&mut running, site.port).await? {
                let port = site.port;
                return Ok(Self { port, directory, leaf: leaf.clone(), running });
            }
            if !running.log().contains("in use") {
                bail!("{} {}", running.story(), read_log(&directory));
            }
        }
        bail!("{name} finds no free port")
    }

    /// `127.0.0.1:<port>`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it serves.
    pub const fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.running.log() + &read_log(&self.directory)
    }
}

fn read_log(directory: &Path) -> String {
    std::fs::read_to_string(directory.join("error.log")).unwrap_or_default()
}

fn nginx_command(site: &Site<'_>) -> Result<Command> {
    let configuration = format!(
        "worker_processes 1;\npid {pid};\nerror_log {log} info;\nevents {{ worker_connections 64; }}\n\
         http {{\n    access_log off;\n{temporary}    server {{\n        listen 127.0.0.1:{port} ssl;\n        \
         ssl_certificate {chain};\n        ssl_certificate_key {key};\n        ssl_stapling on;\n        \
         ssl_stapling_verify on;\n        {responder}\n        ssl_trusted_certificate {ca};\n        return 200 \"certctl\\n\";\n    }}\n}}\n",
        pid = site.own("nginx.pid"),
        log = site.own("error.log"),
        temporary = nginx::temporary_paths(site.directory),
        port = site.port,
        chain = site.chain(),
        key = site.key(),
        responder = site.responder.map(|url| format!("ssl_stapling_responder {url};")).unwrap_or_default(),
        ca = site.of_client("ca.pem"),
    );
    write(&site.directory.join("nginx.conf"), &configuration)?;
    let mut command = Command::new(require_program("nginx", "nginx-light")?);
    command.args(nginx::arguments(site.directory)).args(["-g", "daemon off;"]);
    Ok(command)
}

fn apache_command(site: &Site<'_>) -> Result<Command> {
    let modules = Path::new("/usr/lib/apache2/modules");
    let load: String = ["mpm_event", "authz_core", "socache_shmcb", "ssl"]
        .map(|module| {
            format!("LoadModule {module}_module {}\n", modules.join(format!("mod_{module}.so")).display())
        })
        .concat();
    let configuration = format!(
        "ServerRoot {root}\nDefaultRuntimeDir {root}\nPidFile {pid}\nErrorLog {log}\nLogLevel info\n{load}\
         User nobody\nGroup nogroup\nMutex posixsem\nStartServers 1\nServerName localhost\nListen 127.0.0.1:{port}\n\
         SSLStaplingCache shmcb:{staples}(64000)\n<VirtualHost 127.0.0.1:{port}>\n    SSLEngine on\n    \
         SSLCertificateFile {chain}\n    SSLCertificateKeyFile {key}\n    SSLUseStapling on\n    \
         {responder}\n</VirtualHost>\n",
        root = site.directory.display(),
        pid = site.own("apache.pid"),
        log = site.own("error.log"),
        port = site.port,
        staples = site.own("staples"),
        chain = site.chain(),
        key = site.key(),
        responder = site.responder.map(|url| format!("SSLStaplingForceURL {url}")).unwrap_or_default(),
    );
    write(&site.directory.join("apache.conf"), &configuration)?;
    let mut command = Command::new(require_program("apache2", "apache2-bin")?);
    command.args(["-f", &site.own("apache.conf"), "-D", "FOREGROUND"]);
    Ok(command)
}

fn caddy_command(site: &Site<'_>) -> Result<Command> {
    let server = json!({
        "listen": [format!("127.0.0.1:{}", site.port)],
        "protocols": ["h1", "h2"],
        "automatic_https": {"disable": true},
        "tls_connection_policies": [{}],
        "routes": [{"handle": [{"handler": "static_response", "body": "certctl\n"}]}],
    });
    // The leaf alone: caddy fetches the certificate of the CA from where the leaf says it is.
    let pair = json!({"certificate": site.certificate(), "key": site.key()});
    let configuration = json!({
        "admin": {"disabled": true},
        "storage": {"module": "file_system", "root": site.own("storage")},
        "logging": {"logs": {"default": {"level": "DEBUG"}}},
        "apps": {
            "http": {"servers": {"site": server}},
            "tls": {"certificates": {"load_files": [pair]}},
        },
    });
    write(&site.directory.join("caddy.json"), &configuration.to_string())?;
    let mut command = Command::new(require_program("caddy", "caddy")?);
    command.args(["run", "--config", &site.own("caddy.json")]).env("HOME", site.directory);
    command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    command.current_dir(site.directory).stdin(std::process::Stdio::null());
    Ok(command)
}
