//! Deployments to a real nginx, with a reader that looks at the files all the time.

use crate::server::Server;
use crate::support::{Authority, Host, texts};
use certctl_connector_api::target::{Deployment, Rollback, Stage, TargetConnector, Verification};
use certctl_deploy::ProcessRunner;
use certctl_deploy::probe::wait_until_served;
use certctl_targets::NginxFactory;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Reads certificate and key in a loop until dropped; both must belong together each time.
struct Reader {
    stop: Arc<AtomicBool>,
    rounds: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn watch(host: &Host, plans: &[&Deployment]) -> Self {
        let (stop, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let paths = [host.path("tls/site.crt"), host.path("tls/site.key")];
        let pairs: Vec<_> = plans.iter().map(|plan| texts(plan)).collect();
        let (stopped, counted) = (stop.clone(), rounds.clone());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                if let Some(seen) = steady_view(&paths) {
                    assert!(pairs.contains(&seen), "certificate and key do not belong together: {}", seen.0);
                }
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { stop, rounds, thread: Some(thread) }
    }

    fn finish(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap();
        assert!(self.rounds.load(Ordering::SeqCst) > 10, "the reader hardly ran");
    }
}

/// Both files, if neither changed between two readings; a flip between the readings of two files
/// is the reader's own race.
fn steady_view(paths: &[PathBuf; 2]) -> Option<(String, String)> {
    let read = || Some((fs::read_to_string(&paths[0]).ok()?, fs::read_to_string(&paths[1]).ok()?));
    let first = read()?;
    (read()? == first).then_some(first)
}

struct Scene {
    server: Server,
    old: Deployment,
    new: Deployment,
}

impl Scene {
    /// nginx serves `old`, installed by hand.
    fn with_old_pair() -> Self {
        let ca = Authority::new();
        let (host, old) = (Host::new(), ca.issue("cv-1"));
        host.install(&old);
        Self::start(host, &ca, old)
    }

    fn start(host: Host, ca: &Authority, old: Deployment) -> Self {
        let (cert, key) = texts(&ca.issue("cv-0"));
        host.write("fixed.crt", &cert, 0o644);
        host.write("fixed.key", &key, 0o600);
        Self { server: Server::start(host), old, new: ca.issue("cv-2") }
    }

    fn target(&self, change: impl FnOnce(&mut Value)) -> Arc<dyn TargetConnector> {
        let mut config = self.server.config();
        change(&mut config);
        self.server.host.connector(&NginxFactory, &config, Arc::new(ProcessRunner))
    }

    async fn assert_old_is_back(&self, reader: Reader) {
        reader.finish();
        assert_eq!(self.server.host.pair(), Some(texts(&self.old)));
        let wait = Duration::from_secs(20);
        wait_until_served(&self.server.endpoint, &self.old.fingerprint_sha256, wait).await.unwrap();
    }
}

#[tokio::test]
async fn a_pair_in_use_is_replaced_and_served_with_its_chain() {
    let scene = Scene::with_old_pair();
    let reader = Reader::watch(&scene.server.host, &[&scene.old, &scene.new]);
    let target = scene.target(|_| {});
    let deployed = target.deploy(&scene.new).await.unwrap();
    reader.finish();
    let wanted = Verification::Served {
        endpoint: scene.server.endpoint.to_string(),
        fingerprint_sha256: scene.new.fingerprint_sha256.clone(),
    };
    assert_eq!((deployed.idempotent, deployed.verification), (false, wanted));
    scene.server.settled().await;
    let served = scene.server.served().await;
    assert_eq!((served.len(), &served[0]), (2, &scene.new.fingerprint_sha256), "leaf and intermediate");

    let reloads = scene.server.reloads();
    assert!(target.deploy(&scene.new).await.unwrap().idempotent);
    assert_eq!(scene.server.reloads(), reloads, "nothing to do means no reload");
}

#[tokio::test]
async fn a_first_pair_is_served_by_a_server_that_waits_for_it() {
    let ca = Authority::new();
    let scene = Scene::start(Host::new(), &ca, ca.issue("cv-1"));
    let reader = Reader::watch(&scene.server.host, &[&scene.new]);
    scene.target(|_| {}).deploy(&scene.new).await.unwrap();
    reader.finish();
    scene.server.settled().await;
    assert_eq!(scene.server.served().await[0], scene.new.fingerprint_sha256);
}

#[tokio::test]
async fn many_renewals_in_a_row_never_show_a_mixed_pair() {
    let scene = Scene::with_old_pair();
    let reader = Reader::watch(&scene.server.host, &[&scene.old, &scene.new]);
    for round in 0..6 {
        let plan = if round % 2 == 0 { &scene.new } else { &scene.old };
        scene.target(|_| {}).deploy(plan).await.unwrap();
        scene.server.settled().await;
        assert_eq!(scene.server.served().await[0], plan.fingerprint_sha256);
    }
    reader.finish();
}

#[tokio::test]
async fn a_broken_configuration_refuses_the_new_pair_without_a_reload() {
    let scene = Scene::with_old_pair();
    let conf = scene.server.host.path("nginx.conf");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, format!("{text}\nno_such_directive on;\n")).unwrap();
    let reader = Reader::watch(&scene.server.host, &[&scene.old, &scene.new]);
    let failure = scene.target(|_| {}).deploy(&scene.new).await.unwrap_err();
    assert_eq!((failure.stage, &failure.rollback), (Stage::Validate, &Rollback::Restored));
    assert!(failure.error.chain().contains("no_such_directive"), "{}", failure.error.chain());
    assert_eq!(scene.server.reloads(), 0);
    scene.assert_old_is_back(reader).await;
}

#[tokio::test]
async fn a_failed_reload_brings_the_old_pair_back() {
    let scene = Scene::with_old_pair();
    let reload = scene.server.config()["reload_command"].clone();
    let words: Vec<_> = reload.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    // The first call fails, later ones work.
    let marker = scene.server.host.text("failed-once");
    let script = format!(
        "#!/bin/sh\n[ -e {marker} ] || {{ touch {marker}; echo not today; exit 3; }}\nexec {}\n",
        words.join(" ")
    );
    scene.server.host.write("reload.sh", &script, 0o755);
    let reader = Reader::watch(&scene.server.host, &[&scene.old, &scene.new]);
    let target =
        scene.target(|config| config["reload_command"] = json!(["sh", scene.server.host.text("reload.sh")]));
    let failure = target.deploy(&scene.new).await.unwrap_err();
    assert_eq!((failure.stage, &failure.rollback), (Stage::Reload, &Rollback::Restored));
    let told = failure.error.chain();
    assert!(told.contains("exit status 3") && told.contains("not today"), "{told}");
    scene.assert_old_is_back(reader).await;
}

#[tokio::test]
async fn a_pair_that_the_endpoint_does_not_serve_is_taken_back() {
    let scene = Scene::with_old_pair();
    let reader = Reader::watch(&scene.server.host, &[&scene.old, &scene.new]);
    let elsewhere = json!({"endpoint": scene.server.fixed.to_string(), "timeout": "2s"});
    let target = scene.target(|config| config["verify"] = elsewhere);
    let failure = target.deploy(&scene.new).await.unwrap_err();
    assert_eq!((failure.stage, &failure.rollback), (Stage::Verify, &Rollback::Restored));
    assert!(failure.error.chain().contains("still serves the certificate"), "{}", failure.error.chain());
    scene.assert_old_is_back(reader).await;
}

#[tokio::test]
async fn a_deployment_cut_off_while_it_verifies_is_undone_by_recovery() {
    let scene = Scene::with_old_pair();
    let reader = Reader::watch(&scene.server.host, &[&scene.old, &scene.new]);
    let elsewhere = json!({"endpoint": scene.server.fixed.to_string(), "timeout": "10m"});
    let target = scene.target(|config| config["verify"] = elsewhere.clone());
    let wait = Duration::from_secs(30);
    tokio::select! {
        result = target.deploy(&scene.new) => panic!("the endpoint cannot serve it: {result:?}"),
        seen = wait_until_served(&scene.server.endpoint, &scene.new.fingerprint_sha256, wait) => drop(seen.unwrap()),
    }
    assert_eq!(scene.server.host.pair(), Some(texts(&scene.new)));
    scene.target(|config| config["verify"] = elsewhere).recover().await.unwrap();
    scene.assert_old_is_back(reader).await;
}
