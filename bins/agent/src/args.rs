//! The command line, with the environment as its fallback.

use certctl_crypto::SecretString;
use clap::{Args as ClapArgs, CommandFactory as _, Parser, Subcommand};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Agent of certctl: makes private keys on this host, has them certified, deploys certificates and
/// proves that they are served.
///
/// Without a command it runs. Each option can also come from its variable or from the TOML file;
/// the command line wins, then the environment, then the file.
#[derive(Debug, Parser)]
#[command(name = "certctl-agent", version, max_term_width = 100)]
pub(crate) struct Args {
    /// Do what is due now, then exit.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the agent (the default).
    Run {
        /// Do what is due now, then exit.
        #[arg(long)]
        once: bool,
    },
    /// Trade a one-time token for this host's credential.
    Enroll(Enroll),
    /// Check the settings and print them, secrets redacted. Contacts nobody.
    CheckConfig,
    /// Print the version.
    Version,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Enroll {
    /// One-time token; the variable keeps it out of the process list.
    #[arg(long, env = "CERTCTL_ENROLLMENT_TOKEN", hide_env_values = true, value_parser = secret)]
    pub(crate) token: Option<SecretString>,
    /// File that holds the token.
    #[arg(long, env = "CERTCTL_ENROLLMENT_TOKEN_FILE", value_name = "FILE", conflicts_with = "token")]
    pub(crate) token_file: Option<PathBuf>,
    /// Replace a credential that exists. Keys are kept.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Options {
    /// TOML file with settings, for example `server = "https://certctl:8443"`.
    #[arg(long, global = true, env = "CERTCTL_AGENT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// URL of the server, https only [default: the server this host enrolled with, else port 8443 of this host].
    #[arg(long, global = true, env = "CERTCTL_SERVER_URL", value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Id of this agent, when it has no credential file; needs an API key.
    #[arg(long, global = true, env = "CERTCTL_AGENT_ID", value_name = "ID")]
    pub(crate) agent_id: Option<String>,
    /// Credential of this agent, when it has no credential file.
    #[arg(long, global = true, env = "CERTCTL_API_KEY", hide_env_values = true, value_parser = secret)]
    pub(crate) api_key: Option<SecretString>,
    /// File that holds the API key.
    #[arg(long, global = true, env = "CERTCTL_API_KEY_FILE", value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// Name under which this host enrols [default: its host name].
    #[arg(long, global = true, env = "CERTCTL_AGENT_NAME")]
    pub(crate) name: Option<String>,
    /// Private directory of the agent [default: the directory above the key directory, else /var/lib/certctl].
    #[arg(long, global = true, env = "CERTCTL_STATE_DIR", value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,
    /// Directory of the private keys [default: keys in the state directory].
    #[arg(long, global = true, env = "CERTCTL_KEY_DIR", value_name = "DIR")]
    pub(crate) key_dir: Option<PathBuf>,
    /// PEM file with the CA certificates to trust; it REPLACES the system's trust store.
    #[arg(long, global = true, env = "CERTCTL_SERVER_CA_BUNDLE_PATH", value_name = "FILE")]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// TOML file with the commands and paths that the server may use on this host [default:
    /// /etc/certctl/agent-commands.toml if it exists, else everything is allowed].
    #[arg(long, global = true, env = "CERTCTL_AGENT_COMMANDS_FILE", value_name = "FILE")]
    pub(crate) commands_file: Option<PathBuf>,
    /// Accept any certificate of the server. Anyone on the path can then take over this agent.
    #[arg(
        long, global = true, env = "CERTCTL_SERVER_TLS_INSECURE_SKIP_VERIFY", value_name = "BOOL",
        num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch,
    )]
    pub(crate) insecure_skip_verify: Option<bool>,
    /// error, warn, info, debug or trace, or filter directives [default: info].
    #[arg(long, global = true, env = "CERTCTL_LOG_LEVEL", value_name = "LEVEL")]
    pub(crate) log_level: Option<String>,
    /// Time between heartbeats [default: 60s].
    #[arg(long, global = true, env = "CERTCTL_HEARTBEAT_INTERVAL", value_name = "SPAN", value_parser = span)]
    pub(crate) heartbeat_interval: Option<Duration>,
    /// How long one request for work may wait at the server [default: 30s].
    #[arg(long, global = true, env = "CERTCTL_POLL_WAIT", value_name = "SPAN", value_parser = span)]
    pub(crate) poll_wait: Option<Duration>,
    /// Jobs that run at the same time [default: 4].
    #[arg(long, global = true, env = "CERTCTL_JOB_CONCURRENCY", value_name = "N")]
    pub(crate) job_concurrency: Option<usize>,
    /// How long running deployments may take to finish at the end [default: 30s].
    #[arg(long, global = true, env = "CERTCTL_SHUTDOWN_GRACE", value_name = "SPAN", value_parser = span)]
    pub(crate) shutdown_grace: Option<Duration>,
    /// Accepted so that existing environment files keep working.
    #[arg(long, global = true, env = "CERTCTL_DISCOVERY_DIRS", hide = true)]
    pub(crate) discovery_dirs: Option<OsString>,
    /// Set by the service manager.
    #[arg(long, global = true, env = "NOTIFY_SOCKET", hide = true)]
    pub(crate) notify_socket: Option<OsString>,
}

impl Args {
    /// Reads command line and environment. `None` when help was asked for, or when the line is
    /// wrong, which ends the process with exit code 64.
    pub(crate) fn read() -> Option<Self> {
        match Self::try_parse_from(with_double_dashes(std::env::args_os())) {
            Ok(args) => Some(args),
            Err(error) => {
                let _ = error.print();
                if error.use_stderr() {
                    std::process::exit(i32::from(certctl_lifecycle::Exit::Configuration.code()));
                }
                None
            }
        }
    }
}

/// Turns `-server` into `--server` for every long option: that is how Go programs spell them, and
/// units and scripts of such agents are meant to work unchanged.
fn with_double_dashes(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut command = Args::command();
    command.build();
    let known: BTreeSet<String> = std::iter::once(&command)
        .chain(command.get_subcommands())
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| argument.get_long().map(ToOwned::to_owned))
        .collect();
    let mut options_ended = false;
    words
        .map(|word| {
            options_ended |= word == "--";
            let name = word.to_str().and_then(|text| text.strip_prefix('-'));
            let is_long = name.is_some_and(|text| known.contains(text.split('=').next().unwrap_or(text)));
            if is_long && !options_ended { OsString::from_iter([OsString::from("-"), word]) } else { word }
        })
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a parser that could fail")]
fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::new(text))
}

fn span(text: &str) -> Result<Duration, String> {
    certctl_connector_api::schema::parse_duration(text)
        .ok_or_else(|| "use a time span such as 90s, 5m or 1h".to_owned())
}

fn switch(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "yes" | "on" => Ok(true),
        "0" | "f" | "false" | "no" | "off" | "" => Ok(false),
        _ => Err("use true or false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(line: &str) -> String {
        let words = with_double_dashes(line.split(' ').map(OsString::from));
        words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn long_options_with_one_dash_are_understood_and_nothing_else_changes() {
        assert_eq!(
            normalised("agent -server https://x -agent-id=a-1"),
            "agent --server https://x --agent-id=a-1"
        );
        assert_eq!(normalised("agent enroll -token T --name n -h"), "agent enroll --token T --name n -h");
        assert_eq!(normalised("agent -V -unknown -- -server"), "agent -V -unknown -- -server");
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn switches_take_the_words_of_environment_files() {
        for (text, expected) in [("TRUE", Ok(true)), (" on ", Ok(true)), ("f", Ok(false)), ("", Ok(false))] {
            assert_eq!(switch(text), expected, "{text}");
        }
        assert!(switch("maybe").is_err());
    }
}
