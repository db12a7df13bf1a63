//! Keys and requests.

use crate::support::Host;
use certctl_api_types::work::ReportedStatus;
use certctl_crypto::KeyPair;
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::JobId;
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_domain::san::San;
use certctl_fake_server::{Fault, Issuance};
use certctl_pki::{Certificate, CertificateRequest};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// Blocks until a deployment job was reported as done; gives the job.
fn deployed(host: &Host, number: usize) -> JobId {
    host.plane
        .wait_for("a deployment", |state| {
            let job = state.deployments().get(number)?.clone();
            let done = state.outcomes(&job).iter().any(|report| report.status == ReportedStatus::Completed);
            done.then_some(job)
        })
        .unwrap()
}

#[test]
fn a_certificate_is_requested_exactly_as_ordered_and_deployed_with_its_key() {
    let host = Host::new();
    let names = [
        "www.example.com",
        "*.example.com",
        "10.0.0.1",
        "2001:db8::1",
        "ops@example.com",
        "spiffe://trust/web",
    ];
    let order = Issuance {
        sans: names.to_vec(),
        key: KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 },
        must_staple: true,
        ..Issuance::default()
    };
    host.plane.queue_issuance(&order).unwrap();
    let process = host.start();
    let job = deployed(&host, 0);
    process.terminate().unwrap();

    let csr = host.plane.inspect(|state| state.csrs[0].1.clone());
    let csr = CertificateRequest::parse(csr.as_bytes()).unwrap();
    let asked: BTreeSet<San> = csr.sans().iter().cloned().collect();
    assert_eq!(asked, names.iter().map(|name| San::parse(name).unwrap()).collect());
    assert_eq!(csr.common_name(), Some("www.example.com"));
    assert_eq!(csr.requested_ekus(), [ExtendedKeyUsage::ServerAuth]);
    assert!(csr.must_staple());
    assert_eq!(csr.public_key().spec(), order.key);

    let plan = &host.targets.plans()[0];
    let key = KeyPair::from_pem(plan.key_pem.expose()).unwrap();
    assert!(certctl_pki::key_matches(&Certificate::parse_pem(&plan.leaf_pem).unwrap(), &key));
    assert_eq!(plan.chain_pem, "");
    assert_eq!(host.targets.events(), ["recover tgt-web", "begin tgt-web", "end tgt-web"]);

    let report = host.plane.inspect(|state| state.outcomes(&job)[0].clone());
    assert_eq!(report.served_fingerprint.as_deref(), Some(plan.fingerprint_sha256.as_str()));
    assert_eq!(report.counters, [DeployCounter::AttemptSuccess]);

    let file = host.key_file("mc-web", plan.version_id.as_str());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    let entries = fs::read_dir(host.root().join("keys/mc-web")).unwrap().count();
    assert_eq!(entries, 1, "nothing is left of the issuance job");
}

#[test]
fn every_kind_of_key_that_a_profile_can_ask_for_is_made() {
    let host = Host::new();
    let kinds = [(KeyAlgorithm::Ecdsa, 256), (KeyAlgorithm::Rsa, 2048), (KeyAlgorithm::Ed25519, 256)];
    for (algorithm, size) in kinds {
        let key = KeySpec { algorithm, size };
        host.plane.queue_issuance(&Issuance { key, ..Issuance::default() }).unwrap();
        host.once().unwrap();
        let csr = host.plane.inspect(|state| state.csrs.last().cloned()).unwrap().1;
        assert_eq!(CertificateRequest::parse(csr.as_bytes()).unwrap().public_key().spec(), key);
    }
    assert_eq!(host.targets.plans().len(), 3);
}

#[test]
fn a_lost_answer_is_followed_by_the_identical_request() {
    let host = Host::new();
    host.plane.fail_next(Fault::LoseCsrAnswer);
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    host.once().unwrap();
    host.plane.inspect(|state| {
        assert_eq!(state.csrs.len(), 2);
        assert_eq!(state.csrs[0], state.csrs[1]);
        assert_eq!(state.versions.len(), 1);
    });
}

#[test]
fn an_agent_that_is_killed_after_sending_its_request_sends_the_identical_one_when_it_is_back() {
    let host = Host::new();
    let job = host.plane.queue_issuance(&Issuance::default()).unwrap();
    host.plane.fail_next(Fault::DropCsr);
    let process = host.start();
    host.plane.wait_for("a CSR", |state| state.csrs.first().cloned()).unwrap();
    process.kill();
    let pending = host.root().join("keys/mc-web").join(job.as_str()).join("pending.key");
    assert_eq!(fs::metadata(&pending).unwrap().permissions().mode() & 0o7777, 0o600);

    let process = host.start();
    deployed(&host, 0);
    process.terminate().unwrap();
    host.plane.inspect(|state| {
        assert!(state.csrs.len() >= 2);
        assert!(state.csrs.iter().all(|csr| *csr == state.csrs[0]), "one job, one key, one request");
    });
}

#[test]
fn a_refused_renewal_is_reported_with_its_findings_and_leaves_the_live_key_alone() {
    let host = Host::new();
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    host.once().unwrap();
    let version = host.plane.inspect(|state| state.versions[0].clone());
    let live = fs::read(host.key_file("mc-web", version.as_str())).unwrap();

    host.plane.fail_next(Fault::RefuseCsr("the key is too short".to_owned()));
    let renewal = host.plane.queue_issuance(&Issuance::default()).unwrap();
    host.once().unwrap();
    let reports = host.plane.inspect(|state| state.outcomes(&renewal));
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].status, ReportedStatus::Failed);
    assert!(!reports[0].retryable);
    assert!(reports[0].error.as_deref().unwrap().contains("the key is too short"));

    assert_eq!(fs::read(host.key_file("mc-web", version.as_str())).unwrap(), live);
    host.plane.queue_deployment(&version, "tgt-web", serde_json::Map::new()).unwrap();
    host.once().unwrap();
    assert_eq!(host.targets.plans()[1].key_pem, host.targets.plans()[0].key_pem);
}

#[test]
fn an_order_that_names_nothing_usable_fails_for_good() {
    let host = Host::new();
    let nameless = Issuance { common_name: "", sans: vec![], ..Issuance::default() };
    let malformed = Issuance { sans: vec!["not a name"], ..Issuance::default() };
    let impossible =
        Issuance { key: KeySpec { algorithm: KeyAlgorithm::Rsa, size: 512 }, ..Issuance::default() };
    for (order, reason) in [(nameless, "common name"), (malformed, "not a name"), (impossible, "512")] {
        let job = host.plane.queue_issuance(&order).unwrap();
        host.once().unwrap();
        let report = host.plane.inspect(|state| state.outcomes(&job)[0].clone());
        assert!(!report.retryable, "{report:?}");
        assert!(report.error.as_deref().unwrap().contains(reason), "{report:?}");
    }
    assert_eq!(host.plane.inspect(|state| state.csrs.len()), 0);
}
