//! What the configuration and the build mean for the parts that are wired.

use certctl_config::ServerConfig;
use certctl_handler::BuildInfo;
use certctl_service::{ApprovalGate, Guards, StaticKey};
use certctl_telemetry::{ApprovalCounters, Registry};
use std::sync::Arc;

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

/// Who decides whether an issuance must wait for a second person.
pub(super) fn approval_gate(config: &ServerConfig, metrics: &Registry) -> anyhow::Result<ApprovalGate> {
    let bypass = config.jobs.approval_bypass;
    if bypass {
        tracing::warn!(
            "approvals are switched off by CERTCTL_APPROVAL_BYPASS: certificates whose profile demands a second person are issued without one"
        );
    }
    Ok(ApprovalGate::new(bypass, Arc::new(ApprovalCounters::register(metrics)?)))
}
