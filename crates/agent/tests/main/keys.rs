//! The key store at every point where a process can be killed.

use certctl_agent::{AgentError, KeyStore, StateDir};
use certctl_crypto::{KeyPair, Signer as _};
use certctl_domain::id::{CertificateId, JobId, VersionId};
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_domain::san::San;
use certctl_fake_server::now;
use certctl_pki::{CaTemplate, Certificate, CertificateRequest, LeafTemplate, RequestTemplate, Serial};
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

struct Fixture {
    directory: TempDir,
    store: KeyStore,
    _state: StateDir,
}

fn certificate() -> CertificateId {
    CertificateId::parse("mc-web").unwrap()
}

fn job(name: &str) -> JobId {
    JobId::parse(name).unwrap()
}

fn version(name: &str) -> VersionId {
    VersionId::parse(name).unwrap()
}

fn order(name: &str) -> RequestTemplate {
    RequestTemplate { sans: vec![San::parse(name).unwrap()], ..RequestTemplate::default() }
}

/// A leaf for the request, from an authority that exists for this moment only.
fn issue(csr: &str) -> Certificate {
    let request = CertificateRequest::parse(csr.as_bytes()).unwrap();
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let day = Duration::from_hours(24);
    let authority = CaTemplate {
        serial: Serial::random().unwrap(),
        common_name: "Root".to_owned(),
        not_before: now(),
        not_after: now().plus(day),
        path_len: None,
        ocsp_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        ca_issuer_urls: vec![],
    };
    let template = LeafTemplate {
        serial: Serial::random().unwrap(),
        not_before: now(),
        not_after: now().plus(day),
        common_name: None,
        sans: request.sans().to_vec(),
        public_key: request.public_key().clone(),
        extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
        must_staple: false,
        ocsp_urls: vec![],
        ca_issuer_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        no_rev_avail: false,
    };
    let ca = authority.self_signed(&key).unwrap();
    template.to_be_signed(&ca, key.algorithm()).unwrap().sign(&key).unwrap()
}

impl Fixture {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let state = StateDir::open(&directory.path().join("state"), None).unwrap();
        Self { directory, store: state.key_store(), _state: state }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join("state/keys/mc-web").join(below)
    }

    fn request(&self, name: &str) -> String {
        self.store.request(&certificate(), &job(name), &order("www.example.com"), KeySpec::P256).unwrap()
    }

    /// Requests, has it issued, and gives the key its place.
    fn issued(&self, number: u64) -> VersionId {
        let leaf = issue(&self.request(&format!("job-{number}")));
        let version = version(&format!("cv-{number}"));
        self.store.key_of(&certificate(), &version, &leaf).unwrap();
        // File times are too coarse to tell keys apart that are made in a row.
        let file = File::options().write(true).open(self.path(&format!("{version}/key.pem"))).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(number)).unwrap();
        version
    }
}

#[test]
fn a_kill_between_key_and_request_keeps_the_key() {
    let fixture = Fixture::new();
    let first = fixture.request("job-1");
    fs::remove_file(fixture.path("job-1/request.csr")).unwrap();
    let key = |pem: &str| CertificateRequest::parse(pem.as_bytes()).unwrap().public_key().key_id();
    assert_eq!(key(&fixture.request("job-1")), key(&first));
}

#[test]
fn a_kill_while_a_file_is_written_leaves_nothing_that_is_mistaken_for_a_key() {
    let fixture = Fixture::new();
    fixture.request("job-1");
    let (unfinished, pending) = (fixture.path("job-1/.pending.key.new"), fixture.path("job-1/pending.key"));
    fs::rename(&pending, &unfinished).unwrap();
    File::options().write(true).open(&unfinished).unwrap().set_len(20).unwrap();
    let leaf = issue(&fixture.request("job-1"));
    fixture.store.key_of(&certificate(), &version("cv-1"), &leaf).unwrap();
}

#[test]
fn a_kill_before_the_key_is_promoted_is_made_good_by_the_next_deployment() {
    let fixture = Fixture::new();
    let leaf = issue(&fixture.request("job-1"));
    fs::create_dir(fixture.path("cv-1")).unwrap();
    fs::set_permissions(fixture.path("cv-1"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let first = fixture.store.key_of(&certificate(), &version("cv-1"), &leaf).unwrap();
    assert_eq!(fixture.store.key_of(&certificate(), &version("cv-1"), &leaf).unwrap(), first);
    assert!(!fixture.path("job-1").exists());
}

#[test]
fn a_damaged_key_of_another_job_does_not_stand_in_the_way() {
    let fixture = Fixture::new();
    fixture.request("job-1");
    File::create(fixture.path("job-1/pending.key")).unwrap();
    let leaf = issue(&fixture.request("job-2"));
    fixture.store.key_of(&certificate(), &version("cv-2"), &leaf).unwrap();
    assert!(fixture.path("job-1/pending.key").exists(), "what cannot be read is not thrown away");
}

#[test]
fn a_changed_order_gets_a_new_request_and_a_changed_kind_a_new_key() {
    let fixture = Fixture::new();
    let first = fixture.request("job-1");
    assert_eq!(fixture.request("job-1"), first);
    let spec = KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 };
    let again =
        |name: &str, spec| fixture.store.request(&certificate(), &job("job-1"), &order(name), spec).unwrap();
    let parse = |pem: &str| CertificateRequest::parse(pem.as_bytes()).unwrap();
    let renamed = again("mail.example.com", KeySpec::P256);
    assert_eq!(parse(&renamed).public_key().key_id(), parse(&first).public_key().key_id());
    assert_eq!(parse(&renamed).sans(), [San::parse("mail.example.com").unwrap()]);
    assert_eq!(parse(&again("mail.example.com", spec)).public_key().spec(), spec);
}

#[test]
fn a_certificate_without_its_key_and_a_key_of_another_version_are_refused() {
    let fixture = Fixture::new();
    fixture.issued(1);
    let foreign_key = KeyPair::generate(KeySpec::P256).unwrap();
    let foreign = issue(&order("www.example.com").sign(&foreign_key).unwrap().to_pem());
    let of = |name: &str| fixture.store.key_of(&certificate(), &version(name), &foreign).unwrap_err();
    assert!(matches!(of("cv-2"), AgentError::NoKey { .. }));
    assert!(matches!(of("cv-1"), AgentError::WrongKey { .. }));
}

#[test]
fn three_keys_before_the_deployed_one_are_kept_and_newer_ones_always() {
    let fixture = Fixture::new();
    let versions: Vec<VersionId> = (1..=7).map(|number| fixture.issued(number)).collect();
    fixture.request("job-8");
    fixture.store.retire_older(&certificate(), &versions[5]).unwrap();
    let kept: Vec<bool> = versions.iter().map(|version| fixture.path(version.as_str()).exists()).collect();
    assert_eq!(kept, [false, false, true, true, true, true, true]);
    assert!(fixture.path("job-8/pending.key").exists());
}
