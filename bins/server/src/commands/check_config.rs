//! `check-config`: the effective settings.

use crate::output;
use certctl_config::ServerConfig;

pub(crate) fn run(config: &ServerConfig) -> anyhow::Result<()> {
    for setting in config.effective_settings() {
        output::line(&setting.to_string())?;
    }
    for warning in config.warnings() {
        output::line(&format!("warning: {warning}"))?;
    }
    output::line("the configuration is valid")
}
