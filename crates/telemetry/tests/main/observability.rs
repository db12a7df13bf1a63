//! What `deploy/observability` has for Prometheus and Grafana.

use certctl_telemetry::names;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/observability").join(name)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "promtool is what this test is about")]
fn prometheus_takes_the_rules() {
    let checked = std::process::Command::new("promtool")
        .args(["check", "rules"])
        .arg(file("alerts.yml"))
        .output()
        .expect("promtool is missing: run `cargo xtask setup`");
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}

#[test]
fn rules_and_dashboard_ask_for_metrics_that_exist() {
    let known: BTreeSet<&str> = names::ALL.iter().map(|family| family.name).collect();
    for name in ["alerts.yml", "grafana-dashboard.json"] {
        let text = std::fs::read_to_string(file(name)).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let asked: BTreeSet<&str> = words.filter(|word| word.starts_with("certctl_")).collect();
        assert!(asked.len() > 8, "{name} asks for {asked:?}");
        // A histogram is asked for by its parts.
        let whole = |word: &str| word.trim_end_matches("_bucket").trim_end_matches("_count").to_owned();
        let unknown: Vec<_> = asked.iter().filter(|word| !known.contains(whole(word).as_str())).collect();
        assert!(unknown.is_empty(), "{name} asks for {unknown:?}, which nobody tells");
    }
    let dashboard = std::fs::read_to_string(file("grafana-dashboard.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&dashboard).unwrap();
}
