//! Every resource, one file per group.

mod access;
mod agents;
mod audit;
mod certs;
mod connectors;
mod governance;
mod jobs;
mod policies;
mod server;

use crate::noun::Noun;

/// Every resource, in the order of the help.
pub(crate) const ALL: &[&Noun] = &[
    &certs::CERTS,
    &certs::OPERATIONS,
    &connectors::ISSUERS,
    &connectors::TARGETS,
    &agents::AGENTS,
    &agents::AGENT_GROUPS,
    &jobs::JOBS,
    &jobs::APPROVALS,
    &governance::TEAMS,
    &governance::OWNERS,
    &governance::PROFILES,
    &governance::RENEWAL_POLICIES,
    &policies::POLICIES,
    &policies::VIOLATIONS,
    &audit::AUDIT,
    &access::API_KEYS,
    &server::STATS,
    &server::METRICS,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::{Method, Verb};
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// Routes that commands of their own call, and those that only agents may call.
    const ELSEWHERE: &[&str] = &[
        "GET auth/check",
        "GET auth/info",
        "GET version",
        "GET openapi.json",
        "GET events",
        "POST certificates/import",
        // For programs that bring many at once; `certctl import` tells of each.
        "POST certificates/import-batch",
        "POST agents/enroll",
        // Only the agent of the job may.
        "POST jobs/{id}/verify",
    ];

    fn claimed() -> BTreeSet<String> {
        let mut routes = BTreeSet::new();
        for noun in ALL {
            for verb in noun.verbs {
                let (method, one) = match verb {
                    Verb::List => ("GET", false),
                    Verb::Get => ("GET", true),
                    Verb::Create => ("POST", false),
                    Verb::Replace => ("PUT", true),
                    Verb::Update => ("PATCH", true),
                    Verb::Delete => ("DELETE", true),
                };
                routes.insert(format!("{method} {}{}", noun.path, if one { "/{id}" } else { "" }));
            }
            for action in noun.actions {
                let method = match action.method {
                    Method::Get => "GET",
                    Method::Post => "POST",
                    Method::Put => "PUT",
                    Method::Delete => "DELETE",
                };
                routes.insert(format!("{method} {}", action.path));
            }
        }
        routes
    }

    #[test]
    fn every_route_has_a_command_and_every_command_a_route() {
        let document: Value =
            serde_json::from_str(include_str!("../../../../docs/reference/openapi.json")).unwrap();
        let mut served = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let Some(path) = path.strip_prefix("/api/v1/") else { continue };
            for (method, operation) in methods.as_object().unwrap() {
                let route = format!("{} {path}", method.to_uppercase());
                if operation["x-permission"] != "agent.self" && !ELSEWHERE.contains(&route.as_str()) {
                    served.insert(route);
                }
            }
        }
        let claimed = claimed();
        let unreachable: Vec<_> = served.difference(&claimed).collect();
        let imagined: Vec<_> = claimed.difference(&served).collect();
        assert!(
            unreachable.is_empty() && imagined.is_empty(),
            "without a command: {unreachable:#?}\nwithout a route: {imagined:#?}"
        );
    }
}
