//! Routes of the OCSP responder.

use crate::support::Bench;
use insta::assert_json_snapshot;

#[actix_web::test]
async fn administrators_see_the_responders_and_nobody_sees_a_key() {
    let bench = Bench::new();
    let shown = bench.get("admin", "/admin/ocsp/responders").await.json();
    assert_json_snapshot!("ocsp_responders", shown);
    for role in ["viewer", "operator", "approver"] {
        assert_eq!(bench.get(role, "/admin/ocsp/responders").await.refusal().0, 403, "{role}");
    }
}
