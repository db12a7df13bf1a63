//! What holds for all routes.

use super::support::Bench;
use certctl_handler_enroll::{ROOT, route_table};
use certctl_http_core::{Access, Description};

#[actix_web::test]
async fn every_route_is_below_the_root_and_open_to_everybody() {
    let table = route_table();
    assert_eq!(table.routes().len(), 6);
    for route in table.routes() {
        assert!(route.path.starts_with(ROOT), "{route:?}");
        assert_eq!(route.access, Access::RelyingParty, "{route:?}");
    }
    let description = Description { title: "x", version: "1", text: "" };
    assert_eq!(table.openapi(&description).paths.paths.len(), 5);
}

#[actix_web::test]
async fn paths_that_only_look_alike_do_not_exist() {
    let bench = Bench::new();
    for path in [
        "/.well-known/pkix/crl/iss-local",
        "/.well-known/pkicrl/iss-local",
        "/.well-known/pki",
        "/.well-known/pki/",
        "/.well-known/pki/crl",
        "/.well-known/pki/crlx/iss-local",
        "/api/v1/issuers",
    ] {
        assert_eq!(bench.get(path).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn the_listener_of_its_own_tells_that_it_answers() {
    let answer = Bench::new().get("/health").await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok\n".as_slice()));
}
