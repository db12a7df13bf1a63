//! Edges between crates, judged against `layers.toml`.
//!
//! Normal and build dependencies are judged; what only tests use is not.

mod graph;
#[cfg(test)]
mod tests;

use crate::findings::Findings;
use crate::workspace::{Workspace, read};
use anyhow::{Context, Result};
use graph::Graph;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Allows every workspace crate.
const ANY: &str = "*";

/// The content of `layers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Listed crates that may not exist yet.
    #[serde(default)]
    planned: BTreeSet<String>,
    /// External crate: the workspace crates that may depend on it, and nobody else.
    #[serde(default)]
    only: BTreeMap<String, BTreeSet<String>>,
    crates: BTreeMap<String, CrateRules>,
}

/// What one crate may depend on.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CrateRules {
    /// Workspace crates it may depend on; `*` means all.
    allow: BTreeSet<String>,
    /// External crates it must not name in its manifest.
    #[serde(default)]
    never: BTreeSet<String>,
    /// Crates that must not be linked into it, by whatever path.
    #[serde(default)]
    never_link: BTreeSet<String>,
}

/// Judges the workspace.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let text =
        std::fs::read_to_string(workspace.root().join("layers.toml")).context("cannot read layers.toml")?;
    let rules: Rules = toml::from_str(&text).context("layers.toml is not valid")?;
    // `host-tuple` is this machine: what only other systems link need not be downloaded.
    let metadata = read(&mut workspace.cargo([
        "metadata",
        "--format-version=1",
        "--filter-platform=host-tuple",
        "--quiet",
    ]))?;
    Ok(judge(&rules, &Graph::parse(&metadata)?))
}

fn judge(rules: &Rules, graph: &Graph) -> Findings {
    let mut findings = Findings::default();
    judge_names(rules, graph, &mut findings);
    for (name, dependencies) in graph.members() {
        let Some(own) = rules.crates.get(name) else {
            findings.fail(format!(
                "{name} is not in layers.toml; add `[crates.{name}]` with the workspace crates it may depend on"
            ));
            continue;
        };
        for dependency in dependencies {
            if graph.is_member(dependency) {
                judge_edge(name, dependency, own, &mut findings);
            } else {
                judge_external(name, dependency, own, rules, &mut findings);
            }
        }
        for banned in &own.never_link {
            if let Some(path) = graph.path(name, banned) {
                findings.fail(format!(
                    "{name} links {banned}, which it must never do: {}; cut one of these edges",
                    path.join(" -> ")
                ));
            }
        }
    }
    findings
}

fn judge_edge(name: &str, dependency: &str, own: &CrateRules, findings: &mut Findings) {
    if !own.allow.contains(dependency) && !own.allow.contains(ANY) {
        let allowed = own.allow.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let allowed = if allowed.is_empty() { "nothing of the workspace" } else { &allowed };
        findings.fail(format!(
            "{name} -> {dependency} is not an allowed edge (it may use {allowed}); move the code to a layer that \
             sees both, or add the edge to layers.toml and its reason to docs/adr"
        ));
    }
}

fn judge_external(name: &str, dependency: &str, own: &CrateRules, rules: &Rules, findings: &mut Findings) {
    if own.never.contains(dependency) {
        findings
            .fail(format!("{name} -> {dependency}: layers.toml says this crate must never see {dependency}"));
    }
    if let Some(holders) = rules.only.get(dependency)
        && !holders.contains(name)
    {
        let holders = holders.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        findings.fail(format!("{name} -> {dependency}: only {holders} may depend on {dependency}"));
    }
}

/// The names in `layers.toml` itself: a misspelt one would silently allow or forbid nothing.
fn judge_names(rules: &Rules, graph: &Graph, findings: &mut Findings) {
    for name in rules.crates.keys().filter(|name| !graph.is_member(name)) {
        if rules.planned.contains(name) {
            findings.note(format!("{name} is planned in layers.toml and does not exist yet"));
        } else {
            findings.fail(format!("layers.toml lists {name}, which is not a crate of the workspace"));
        }
    }
    for name in rules.planned.iter().filter(|name| graph.is_member(name)) {
        findings.note(format!("{name} exists; take it out of `planned` in layers.toml"));
    }
    let mentioned = rules.crates.values().flat_map(|own| &own.allow).chain(rules.only.values().flatten());
    for name in mentioned.filter(|name| *name != ANY).collect::<BTreeSet<_>>() {
        if !rules.crates.contains_key(name) {
            findings.fail(format!("layers.toml mentions {name} without listing it under [crates]"));
        }
    }
}
