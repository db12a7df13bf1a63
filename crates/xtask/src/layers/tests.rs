use super::*;
use serde_json::{Value, json};

/// Name and kind of dependencies.
type Edges<'a> = &'a [(&'a str, Option<&'a str>)];

/// Cargo metadata of crates given as `(name, in the workspace, dependencies)`.
fn graph(crates: &[(&str, bool, Edges)]) -> Graph {
    let id = |name: &str| format!("path+file:///{name}#1");
    let packages: Vec<Value> = crates
        .iter()
        .map(|(name, _, edges)| {
            let dependencies: Vec<Value> = edges
                .iter()
                .map(|(name, kind)| json!({ "name": name, "kind": kind, "optional": false }))
                .collect();
            json!({ "id": id(name), "name": name, "dependencies": dependencies })
        })
        .collect();
    let nodes: Vec<Value> = crates
        .iter()
        .map(|(name, _, edges)| {
            let deps: Vec<Value> = edges
                .iter()
                .map(|(to, kind)| json!({ "pkg": id(to), "dep_kinds": [{ "kind": kind }] }))
                .collect();
            json!({ "id": id(name), "deps": deps })
        })
        .collect();
    let members: Vec<String> =
        crates.iter().filter(|(_, member, _)| *member).map(|(name, ..)| id(name)).collect();
    let metadata =
        json!({ "packages": packages, "workspace_members": members, "resolve": { "nodes": nodes } });
    Graph::parse(metadata.to_string().as_bytes()).unwrap()
}

fn failures(rules: &str, graph: &Graph) -> Vec<String> {
    judge(&toml::from_str(rules).unwrap(), graph).failures
}

const RULES: &str = r#"
    [only]
    diesel = ["store"]
    [crates.domain]
    allow = []
    never = ["tokio"]
    [crates.store]
    allow = ["domain"]
    [crates.agent]
    allow = ["domain"]
    never-link = ["diesel"]
"#;

#[test]
fn a_workspace_within_its_layers_has_no_findings() {
    let graph = graph(&[
        ("domain", true, &[("chrono", None)]),
        ("store", true, &[("domain", None), ("diesel", None)]),
        ("agent", true, &[("domain", None), ("store", Some("dev")), ("tokio", None)]),
        ("chrono", false, &[]),
        ("diesel", false, &[]),
        ("tokio", false, &[]),
    ]);
    assert_eq!(failures(RULES, &graph), [""; 0]);
}

#[test]
fn an_edge_that_is_not_allowed_is_named_with_the_way_out() {
    let graph =
        graph(&[("domain", true, &[("store", Some("build"))]), ("store", true, &[]), ("agent", true, &[])]);
    assert_eq!(
        failures(RULES, &graph),
        [
            "domain -> store is not an allowed edge (it may use nothing of the workspace); move the code to a layer \
          that sees both, or add the edge to layers.toml and its reason to docs/adr"
        ]
    );
}

#[test]
fn banned_and_reserved_external_crates_are_found() {
    let graph = graph(&[
        ("domain", true, &[("tokio", None), ("diesel", None)]),
        ("store", true, &[]),
        ("agent", true, &[]),
        ("tokio", false, &[]),
        ("diesel", false, &[]),
    ]);
    assert_eq!(
        failures(RULES, &graph),
        [
            "domain -> diesel: only store may depend on diesel",
            "domain -> tokio: layers.toml says this crate must never see tokio",
        ]
    );
}

#[test]
fn a_banned_crate_is_found_through_others_with_its_path() {
    let graph = graph(&[
        ("domain", true, &[("wrapper", None)]),
        ("store", true, &[]),
        ("agent", true, &[("domain", None)]),
        ("wrapper", false, &[("diesel", None)]),
        ("diesel", false, &[("wrapper", None)]),
    ]);
    assert_eq!(
        failures(RULES, &graph),
        [
            "agent links diesel, which it must never do: agent -> domain -> wrapper -> diesel; cut one of these edges"
        ]
    );
}

#[test]
fn every_name_in_the_rules_must_mean_a_crate() {
    let graph = graph(&[("domain", true, &[]), ("stray", true, &[])]);
    let rules = r#"
        planned = ["later"]
        [crates.domain]
        allow = ["misspelt"]
        [crates.later]
        allow = []
        [crates.gone]
        allow = []
    "#;
    let findings = judge(&toml::from_str(rules).unwrap(), &graph);
    assert_eq!(
        findings.failures,
        [
            "layers.toml lists gone, which is not a crate of the workspace",
            "layers.toml mentions misspelt without listing it under [crates]",
            "stray is not in layers.toml; add `[crates.stray]` with the workspace crates it may depend on",
        ]
    );
    assert_eq!(findings.notes, ["later is planned in layers.toml and does not exist yet"]);
}
