//! What holds for every route, whichever they are.

use crate::support::{Bench, request};
use actix_web::http::Method;
use certctl_domain::access::{Permission, Role};
use certctl_handler::route_table;
use certctl_http_core::{Access, Route};
use std::collections::BTreeSet;

fn path(route: &Route) -> String {
    route
        .path
        .replace("{id}", if route.access == Access::OwnAgent { "agent-1" } else { "sample-1" })
        .replace("{certificate_id}", "mc-1")
        .replace("{version_id}", "cv-1")
        .replace("{agent_id}", "agent-1")
        .replace("{job_id}", "job-1")
}

async fn answer(bench: &Bench, route: &Route, who: &str) -> crate::support::Answer {
    let method = Method::from_bytes(route.method.as_bytes()).unwrap();
    // A body that no route takes: who may not use the route never learns that.
    bench
        .send(request(method, &path(route), who).set_payload("{").insert_header(("content-type", "text/odd")))
        .await
}

#[actix_web::test]
async fn every_route_that_is_not_public_refuses_strangers() {
    let bench = Bench::new();
    for route in route_table().routes() {
        let status = answer(&bench, route, "").await.status;
        if route.access == Access::Public {
            // Enrolment answers 401 for want of its own token, never for want of a bearer token.
            assert!(status != 401 || route.path.ends_with("/enroll"), "{route:?}");
        } else {
            assert_eq!(status, 401, "{route:?}");
            assert_eq!(
                answer(&bench, route, "unknown-token").await.refusal(),
                (401, "invalid_credential".to_owned())
            );
        }
    }
}

#[actix_web::test]
async fn every_route_refuses_roles_without_its_permission() {
    let bench = Bench::new();
    for route in route_table().routes() {
        let Some(permission) = route.access.permission() else { continue };
        for role in Role::ALL {
            let status = answer(&bench, route, role.as_str()).await.status;
            assert_eq!(status == 403, !role.allows(permission), "{role} on {route:?}: {status}");
            assert_ne!(status, 401, "{role} on {route:?}");
        }
    }
}

#[actix_web::test]
async fn agents_are_kept_to_their_own_routes() {
    let bench = Bench::new();
    for route in route_table().routes() {
        match route.access {
            Access::OwnAgent => {
                assert_eq!(
                    answer(&bench, route, "agent:agent-2").await.refusal(),
                    (403, "forbidden".to_owned())
                );
                assert_eq!(
                    answer(&bench, route, "retired:agent-1").await.refusal(),
                    (410, "agent_retired".to_owned())
                );
                assert!(
                    ![401, 403, 410].contains(&answer(&bench, route, "agent:agent-1").await.status),
                    "{route:?}"
                );
            }
            Access::Holding(_) => {
                assert_eq!(
                    answer(&bench, route, "agent:agent-1").await.refusal(),
                    (403, "forbidden".to_owned())
                );
                assert_eq!(
                    answer(&bench, route, "retired:agent-1").await.refusal(),
                    (403, "forbidden".to_owned())
                );
            }
            Access::Public | Access::RelyingParty | Access::Authenticated => {}
        }
    }
}

#[actix_web::test]
async fn every_route_that_takes_json_refuses_other_bodies() {
    let bench = Bench::new();
    for route in route_table().routes().iter().filter(|route| route.operation.request_body.is_some()) {
        let who = if route.access == Access::OwnAgent { "agent:agent-1" } else { "admin" };
        let send = async |media_type: &str, body: String| {
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            let request =
                request(method, &path(route), who).insert_header(("content-type", media_type.to_owned()));
            bench
                .send(request.insert_header(("x-certctl-bootstrap-token", "one-time")).set_payload(body))
                .await
        };
        assert_eq!(
            send("text/plain", "{}".to_owned()).await.refusal(),
            (415, "unsupported_media_type".to_owned()),
            "{route:?}"
        );
        assert_eq!(
            send("application/json", "{".to_owned()).await.refusal(),
            (400, "malformed_json".to_owned()),
            "{route:?}"
        );
        assert_eq!(
            send("application/json", " ".repeat(10_001)).await.refusal(),
            (413, "body_too_large".to_owned()),
            "{route:?}"
        );
        // Heartbeats are the one body that grows with newer agents.
        if !route.path.ends_with("/heartbeat") {
            let answer = send("application/json", r#"{"no_such_field":1}"#.to_owned()).await;
            assert_eq!(answer.field(), "no_such_field", "{route:?}");
        }
    }
}

#[actix_web::test]
async fn every_path_refuses_other_methods_and_names_its_own() {
    let bench = Bench::new();
    let other = Method::from_bytes(b"PURGE").unwrap();
    for route in route_table().routes() {
        let answer = bench.send(request(other.clone(), &path(route), "admin")).await;
        assert_eq!(answer.refusal(), (405, "method_not_allowed".to_owned()), "{route:?}");
        assert!(answer.header("allow").split(", ").any(|method| method == route.method), "{route:?}");
    }
}

#[actix_web::test]
async fn every_identifier_in_a_path_is_checked() {
    let bench = Bench::new();
    for route in route_table().routes().iter().filter(|route| route.path.contains('{')) {
        let parameter = if route.access == Access::OwnAgent { "job_id" } else { "id" };
        if !route.path.contains(&format!("{{{parameter}}}")) {
            continue;
        }
        let path = route.path.replace(&format!("{{{parameter}}}"), "NOT-AN-ID").replace("{id}", "agent-1");
        let who = if route.access == Access::OwnAgent { "agent:agent-1" } else { "admin" };
        let method = Method::from_bytes(route.method.as_bytes()).unwrap();
        assert_eq!(bench.send(request(method, &path, who)).await.field(), parameter, "{route:?}");
    }
}

#[test]
fn no_route_is_listed_twice_and_only_probes_leave_the_base_path() {
    let table = route_table();
    let mut seen = BTreeSet::new();
    for route in table.routes() {
        assert!(seen.insert((route.method, &route.path)), "{route:?}");
        let probe = ["/health", "/health/scheduler", "/ready"].contains(&route.path.as_str());
        assert!(probe || route.path.starts_with("/api/v1/"), "{route:?}");
    }
}

#[test]
fn every_permission_is_demanded_somewhere() {
    let table = route_table();
    let used: BTreeSet<_> = table.routes().iter().filter_map(|route| route.access.permission()).collect();
    let unused: Vec<_> = Permission::ALL.iter().filter(|permission| !used.contains(permission)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
