//! The checks of this crate, run on the repository itself, so that plain `cargo test` covers them.

use xtask::workspace::Workspace;
use xtask::{layers, tidy};

#[test]
fn crates_keep_to_the_edges_of_layers_toml() {
    let findings = layers::check(&Workspace::current().unwrap()).unwrap();
    assert!(findings.failures.is_empty(), "\n{}\n", findings.failures.join("\n"));
}

#[test]
fn the_repository_is_tidy() {
    let findings = tidy::check(Workspace::current().unwrap().root()).unwrap();
    assert!(findings.failures.is_empty(), "\n{}\n", findings.failures.join("\n"));
}
