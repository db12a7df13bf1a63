//! Setting everything up: server, agent, web server, issuer, target, certificate.

use super::listener::Listener;
use super::screen::Screen;
use crate::harness::{AgentProcess, Nginx, Scenario, ScenarioSettings, fingerprint_at};
use anyhow::Result;
use certctl_api_types::certificate::Certificate;
use certctl_crypto::SecretString;
use certctl_test_support::{find_program, install_line};
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) const NAME: &str = "www.demo.example";

/// What serves the certificate.
#[derive(Debug)]
enum Web {
    Nginx(Nginx),
    Listener(Listener),
}

/// Everything that runs. The agent ends first, the server last.
#[derive(Debug)]
pub(super) struct Stage {
    agent: AgentProcess,
    web: Web,
    pub(super) scenario: Scenario,
    pub(super) certificate: Certificate,
}

impl Stage {
    /// Starts everything and asks for a certificate that lives for `lifetime`.
    pub(super) async fn set(screen: &Screen, lifetime: Duration, without_nginx: bool) -> Result<Self> {
        Screen::line(
            "certctl demo: a server, an agent and a web server on this machine, private to this demo.\n",
        )?;
        let directory = tempfile::Builder::new().prefix("certctl-demo-").tempdir()?;
        let scenario = ScenarioSettings::within(directory)?.start()?;
        Screen::line(&format!(
            "  server   {}   SQLite, no configuration at all; data in {}",
            scenario.server.url(),
            scenario.server.settings().data_dir().display()
        ))?;
        let agent = scenario.agent("web-1").await?;
        Screen::line(&format!(
            "  agent    web-1, enrolled with a one-time token; keys stay in {}",
            agent.settings().state_dir().display()
        ))?;
        let web = Web::start(&scenario, without_nginx).await?;
        Screen::line(&web.introduction())?;
        let issuer = scenario.issuer(&format!("{}s", lifetime.as_secs())).await?;
        let target = scenario.target("web", &agent.id, web.target_config()).await?;
        Screen::line(&format!(
            "  issuer   a local CA whose certificates live for {} s; renewal comes after two thirds of that\n",
            lifetime.as_secs()
        ))?;
        let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?;
        screen.step("requested", &format!("{NAME}, certificate {}", certificate.id))?;
        Ok(Self { agent, web, scenario, certificate })
    }

    /// Fingerprint of the leaf that visitors get now.
    pub(super) async fn served(&self) -> Option<String> {
        fingerprint_at(&self.web.address(), NAME).await.ok()
    }

    /// What serves it, for messages.
    pub(super) const fn server_kind(&self) -> &'static str {
        match &self.web {
            Web::Nginx(_) => "nginx",
            Web::Listener(_) => "the listener",
        }
    }

    /// How to look around, for a demo that stays up.
    pub(super) fn hints(&self) -> String {
        let ca = self.scenario.server.ca_bundle();
        format!(
            "\nLook around while it runs:\n  \
             openssl s_client -connect {web} -servername {NAME} </dev/null 2>/dev/null | openssl x509 -noout -serial -dates\n  \
             curl --cacert {ca} -H 'Authorization: Bearer {key}' {url}/api/v1/certificates/{id}\n  \
             curl --cacert {ca} -H 'Authorization: Bearer {key}' {url}/api/v1/jobs\n\
             Ctrl-C ends the demo and removes everything.\n",
            web = self.web.address(),
            ca = ca.display(),
            key = SecretString::expose(&self.scenario.admin_key),
            url = self.scenario.server.url(),
            id = self.certificate.id,
        )
    }

    /// What the processes said last, for a demo that failed.
    pub(super) fn last_words(&self) -> String {
        format!("{}\n{}", self.scenario.server.running.story(), self.agent.running.story())
    }
}

impl Web {
    async fn start(scenario: &Scenario, without_nginx: bool) -> Result<Self> {
        let installed = find_program("nginx").is_some();
        if installed && !without_nginx {
            return Ok(Self::Nginx(scenario.nginx(NAME).await?));
        }
        if !installed {
            Screen::line(&format!(
                "  nginx is not installed ({}), so a small TLS listener of this demo takes its place",
                install_line(&["nginx-light"])
            ))?;
        }
        Ok(Self::Listener(Listener::start(scenario.directory(), NAME).await?))
    }

    fn introduction(&self) -> String {
        match self {
            Self::Nginx(nginx) => format!(
                "  nginx    https://{}   own configuration in {}; still serves a self-signed certificate",
                nginx.address(),
                nginx.prefix().display()
            ),
            Self::Listener(listener) => {
                format!("  listener https://{}   still serves a self-signed certificate", listener.address())
            }
        }
    }

    fn address(&self) -> String {
        match self {
            Self::Nginx(nginx) => nginx.address(),
            Self::Listener(listener) => listener.address().to_owned(),
        }
    }

    fn target_config(&self) -> Map<String, Value> {
        match self {
            Self::Nginx(nginx) => nginx.target_config(),
            Self::Listener(listener) => {
                let config = json!({
                    "cert_path": listener.certificate().display().to_string(),
                    "key_path": listener.key().display().to_string(),
                    "reload_command": ["/bin/true"],
                    "verify": {"endpoint": listener.address(), "sni": NAME, "timeout": "20s"},
                });
                config.as_object().cloned().unwrap_or_default()
            }
        }
    }
}
