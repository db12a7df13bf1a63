//! Every resource, one file per group.

mod access;
mod agents;
mod audit;
mod certs;
mod connectors;
mod governance;
mod jobs;
mod notifications;
mod policies;
mod revocation;
mod server;

use crate::noun::Noun;

/// Every resource, in the order of the help.
pub(crate) const ALL: &[&Noun] = &[
    &certs::CERTS,
    &certs::OPERATIONS,
    &revocation::REVOCATIONS,
    &revocation::CRL,
    &revocation::OCSP,
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
    &notifications::NOTIFICATIONS,
    &notifications::CHANNELS,
    &notifications::ROUTING,
    &audit::AUDIT,
    &access::API_KEYS,
    &server::CONNECTORS,
    &server::STATS,
    &server::DIGEST,
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
        // For browsers, which keep a session; the command line keeps the key.
        "POST auth/session",
        "GET auth/session",
        "DELETE auth/session",
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
                    Method::Patch => "PATCH",
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

    /// Names of the query parameters and body fields that an operation takes.
    fn taken(document: &Value, operation: &Value) -> BTreeSet<String> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut names: BTreeSet<String> =
            parameters.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect();
        let mut schemas: Vec<&Value> = operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, content)| &content["schema"])
            .collect();
        while let Some(schema) = schemas.pop() {
            if let Some(reference) = schema["$ref"].as_str() {
                schemas.push(document.pointer(reference.trim_start_matches('#')).unwrap());
            }
            schemas.extend(schema["oneOf"].as_array().into_iter().flatten());
            names
                .extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
        names
    }

    #[test]
    fn every_flag_is_something_its_route_takes() {
        let document: Value =
            serde_json::from_str(include_str!("../../../../docs/reference/openapi.json")).unwrap();
        let mut unknown = Vec::new();
        for noun in ALL {
            let list = &document["paths"][format!("/api/v1/{}", noun.path)]["get"];
            let filters = noun.filters.iter().map(|filter| crate::noun::field(filter.flag));
            unknown.extend(
                filters
                    .filter(|name| !taken(&document, list).contains(name))
                    .map(|name| (noun.name, "list", name)),
            );
            for action in noun.actions {
                let method = match action.method {
                    Method::Get => "get",
                    Method::Post => "post",
                    Method::Put => "put",
                    Method::Patch => "patch",
                    Method::Delete => "delete",
                };
                let operation = &document["paths"][format!("/api/v1/{}", action.path)][method];
                let known = taken(&document, operation);
                // A file is a whole body.
                let args = action.args.iter().filter(|arg| arg.kind != crate::noun::Kind::File);
                unknown.extend(
                    args.map(crate::noun::Arg::field)
                        .filter(|name| !known.contains(name))
                        .map(|name| (noun.name, action.name, name)),
                );
            }
        }
        assert_eq!(unknown, [], "no such parameter or field");
    }
}
