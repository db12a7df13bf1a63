//! What the configuration and the build mean for the parts that are wired.

use certctl_config::ServerConfig;
use certctl_handler::BuildInfo;
use certctl_service::{Guards, StaticKey};

pub(super) fn guards(config: &ServerConfig) -> Guards {
    Guards {
        issuances_per_names: config.guards.issuances_per_names,
        window: config.guards.window,
        failures_before_pause: config.guards.failures_before_pause,
    }
}

pub(super) fn static_keys(config: &ServerConfig) -> Vec<StaticKey> {
    let named = config.auth.named_keys.iter().map(|key| StaticKey::named(&*key.name, &key.secret, key.admin));
    let legacy =
        config.auth.legacy_keys.iter().enumerate().map(|(index, secret)| StaticKey::legacy(index, secret));
    named.chain(legacy).collect()
}

pub(super) fn build_info() -> BuildInfo {
    BuildInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("CERTCTL_BUILD_COMMIT").unwrap_or("unknown").to_owned(),
        modified: option_env!("CERTCTL_BUILD_MODIFIED") == Some("true"),
        build_time: option_env!("CERTCTL_BUILD_TIME").unwrap_or("unknown").to_owned(),
        rustc_version: option_env!("CERTCTL_BUILD_RUSTC").unwrap_or("unknown").to_owned(),
    }
}
