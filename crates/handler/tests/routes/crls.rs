//! Routes of CRLs.

use crate::support::Bench;
use insta::assert_json_snapshot;

#[actix_web::test]
async fn crls_are_listed_with_where_relying_parties_get_them() {
    let bench = Bench::new();
    assert_json_snapshot!("crls", bench.get("viewer", "/crl").await.json());
    assert_eq!(bench.get("viewer", "/crl/sample-1").await.json()["crl_number"], 12);
    assert_eq!(bench.get("viewer", "/crl/sample-2").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.get("viewer", "/crl?issuer=sample-1").await.field(), "issuer");
    assert_eq!(bench.get("metrics", "/crl").await.refusal().0, 403);
}

#[actix_web::test]
async fn entries_of_a_crl_are_listed_by_partition() {
    let bench = Bench::new();
    let entries = bench.get("viewer", "/crl/sample-1/entries?partition=2").await.json();
    assert_eq!((&entries["total"], &entries["data"][0]["serial_number"]), (&1.into(), &"3a7f01".into()));
    assert_eq!(bench.get("viewer", "/crl/sample-1/entries?partition=3").await.json()["total"], 0);
    assert_eq!(bench.get("viewer", "/crl/sample-1/entries?partition=-1").await.field(), "partition");
    assert_eq!(bench.get("viewer", "/crl/iss-none/entries").await.refusal().0, 404);
}

#[actix_web::test]
async fn administrators_see_how_crls_are_made() {
    let bench = Bench::new();
    assert_json_snapshot!("crl_cache", bench.get("admin", "/admin/crl/cache").await.json());
    for role in ["viewer", "operator", "approver"] {
        assert_eq!(bench.get(role, "/admin/crl/cache").await.refusal().0, 403, "{role}");
    }
}
