//! The dependency graph, from `cargo metadata`.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Workspace crates with what their manifests name, and all crates with what they link.
#[derive(Debug, Default)]
pub(super) struct Graph {
    members: BTreeMap<String, BTreeSet<String>>,
    /// Package id of each member.
    ids: BTreeMap<String, String>,
    /// Package id: name.
    names: BTreeMap<String, String>,
    /// Package id: ids it links, with the features of this workspace.
    links: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<NodeEdge>,
}

#[derive(Deserialize)]
struct NodeEdge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

impl Graph {
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        let metadata: Metadata =
            serde_json::from_slice(json).context("cannot read the output of cargo metadata")?;
        let mut graph = Self::default();
        for package in metadata.packages {
            if metadata.workspace_members.contains(&package.id) {
                let judged =
                    package.dependencies.into_iter().filter(|edge| edge.kind.as_deref() != Some("dev"));
                graph.members.insert(package.name.clone(), judged.map(|edge| edge.name).collect());
                graph.ids.insert(package.name.clone(), package.id.clone());
            }
            graph.names.insert(package.id, package.name);
        }
        for node in metadata.resolve.nodes {
            let linked =
                node.deps.into_iter().filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()));
            graph.links.insert(node.id, linked.map(|edge| edge.pkg).collect());
        }
        Ok(graph)
    }

    /// Each workspace crate with the names of its normal and build dependencies.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.members.iter().map(|(name, dependencies)| (name.as_str(), dependencies))
    }

    pub(super) fn is_member(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The names on a shortest path over which `from` links `to`.
    pub(super) fn path(&self, from: &str, to: &str) -> Option<Vec<&str>> {
        let start = self.ids.get(from)?;
        let mut reached_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([start.as_str()]);
        while let Some(id) = queue.pop_front() {
            if self.names.get(id).is_some_and(|name| name == to) {
                let back = std::iter::successors(Some(id), |id| reached_from.get(id).copied());
                let mut path: Vec<&str> =
                    back.filter_map(|id| self.names.get(id).map(String::as_str)).collect();
                path.reverse();
                return Some(path);
            }
            for next in self.links.get(id).into_iter().flatten() {
                if next != start && !reached_from.contains_key(next.as_str()) {
                    reached_from.insert(next, id);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}
