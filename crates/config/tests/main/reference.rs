//! The reference page and its sample.

use crate::support::load;
use certctl_config::{MapEnv, ServerConfig, reference_markdown};
use std::path::PathBuf;

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md")
}

#[test]
fn the_reference_page_is_current() {
    let current = reference_markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(page().parent().unwrap()).unwrap();
        std::fs::write(page(), &current).unwrap();
    }
    let checked_in = std::fs::read_to_string(page()).unwrap_or_default();
    assert!(
        checked_in == current,
        "docs/reference/configuration.md is out of date; run `UPDATE_DOCS=1 cargo test -p certctl-config`"
    );
}

#[test]
fn the_sample_of_the_reference_page_loads() {
    let page = reference_markdown();
    let sample = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sample.toml");
    std::fs::write(&path, sample).unwrap();
    let plain = ServerConfig::load(&MapEnv::default(), Some(&path)).unwrap();
    assert!(plain.tls.files.is_none() && plain.pki.sub_ca.is_none() && plain.warnings().is_empty());

    let is_optional = |line: &&str| !line.contains("_file = ");
    let whole: Vec<&str> =
        sample.lines().filter(is_optional).map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    std::fs::write(&path, whole.join("\n")).unwrap();
    let config = ServerConfig::load(&MapEnv::default(), Some(&path)).unwrap();
    assert_eq!(config.tls.extra_names, ["certctl.example.com", "10.0.0.5"]);
    assert!(config.tls.files.is_some() && config.pki.sub_ca.is_some());
}

#[test]
fn every_documented_key_is_read_once_and_in_order() {
    let page = reference_markdown();
    let documented: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let config = load([]).unwrap();
    let read: Vec<&str> = config.effective_settings().iter().map(|setting| setting.env).collect();
    assert_eq!(read, documented);
}

#[test]
fn every_default_can_be_set_explicitly() {
    let config = load([]).unwrap();
    for setting in config.effective_settings() {
        if let Some(value) = &setting.value {
            let again =
                ServerConfig::load(&MapEnv::default().with(setting.env, value.as_str()), None).unwrap();
            let reread = again.effective_settings().iter().find(|other| other.env == setting.env).unwrap();
            assert_eq!(reread.value.as_ref(), Some(value), "{}", setting.env);
        }
    }
}
