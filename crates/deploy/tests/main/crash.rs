//! Kills the process before every single file system step and looks at what readers find.

use crate::support::{Commands, Host, Pair, read_pair};
use certctl_deploy::{Disk, StepObserver};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Ends the process before step `left`: that step and all later ones fail, so no cleaning up
/// happens. Before each step the readers' view must be one of `allowed`.
#[derive(Debug)]
struct Killer {
    left: AtomicUsize,
    dead: AtomicBool,
    directory: PathBuf,
    allowed: Vec<Option<(String, String)>>,
}

impl StepObserver for Killer {
    fn before(&self, action: &'static str, path: &Path) -> io::Result<()> {
        let seen = read_pair(&self.directory);
        assert!(self.allowed.contains(&seen), "before {action} {}: readers find {seen:?}", path.display());
        if self.dead.load(Ordering::SeqCst) || self.left.load(Ordering::SeqCst) == 0 {
            self.dead.store(true, Ordering::SeqCst);
            return Err(io::Error::other("killed"));
        }
        self.left.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Killer {
    fn new(host: &Host, steps: usize, allowed: &[Option<(String, String)>]) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(steps),
            dead: AtomicBool::new(false),
            directory: host.directory.path().to_owned(),
            allowed: allowed.to_vec(),
        })
    }

    fn killed(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }
}

/// Notes every step.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<(&'static str, PathBuf)>>);

impl StepObserver for Recorder {
    fn before(&self, action: &'static str, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push((action, path.to_owned()));
        Ok(())
    }
}

#[tokio::test]
async fn every_directory_is_durable_before_a_file_is_replaced_by_a_link_into_it() {
    let (host, before) = host_with(Start::PlainFiles, &Pair::new("cv-1")).await;
    assert!(before.is_some());
    let recorder = Arc::new(Recorder::default());
    let disk = Disk::observed(recorder.clone());
    let pair = Pair::new("cv-2");
    let target = host.target_with(host.settings(), Commands::succeeding(), disk);
    target.deploy(&pair.plan, &pair.contents()).await.unwrap();

    let steps = recorder.0.lock().unwrap();
    let linked = steps.iter().position(|(action, _)| *action == "create link").unwrap();
    let early = &steps[..linked];
    let mut directories = 0;
    for (position, (_, made)) in
        early.iter().enumerate().filter(|(_, (action, _))| *action == "create directory")
    {
        let synced = |(action, path): &(&str, PathBuf)| {
            *action == "sync directory" && Some(path.as_path()) == made.parent()
        };
        assert!(early[position..].iter().any(synced), "{} can vanish in a power cut", made.display());
        directories += 1;
    }
    assert!(directories >= 4, "the store and two generations: {early:?}");
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Start {
    Nothing,
    PlainFiles,
    ForeignLink,
    Managed,
    HalfManaged,
}

async fn host_with(start: Start, old: &Pair) -> (Host, Option<(String, String)>) {
    let host = Host::new();
    let (cert, key) = old.texts();
    match start {
        Start::Nothing => return (host, None),
        Start::PlainFiles => {
            host.write("site.crt", &cert, 0o644);
            host.write("site.key", &key, 0o640);
        }
        Start::ForeignLink => {
            host.write("elsewhere.pem", &cert, 0o644);
            symlink("elsewhere.pem", host.path("site.crt")).unwrap();
            host.write("site.key", &key, 0o600);
        }
        Start::Managed => drop(host.deploy(old).await.unwrap()),
        Start::HalfManaged => {
            host.deploy(&Pair::new("cv-0")).await.unwrap();
            host.deploy(old).await.unwrap();
            // An operator moved a plain file over the link.
            host.write("moved", &key, 0o600);
            std::fs::rename(host.path("moved"), host.path("site.key")).unwrap();
        }
    }
    (host, Some((cert, key)))
}

/// Recovers with a kill before each step in turn, until recovery gets through.
async fn recover_through_kills(host: &Host, allowed: &[Option<(String, String)>]) {
    for steps in 0.. {
        let killer = Killer::new(host, steps, allowed);
        let target =
            host.target_with(host.settings(), Commands::succeeding(), Disk::observed(killer.clone()));
        let recovered = target.recover().await;
        if !killer.killed() {
            recovered.unwrap();
            return;
        }
    }
}

async fn survive_kills(start: Start, commands: fn() -> Arc<Commands>, succeeds: bool) {
    let (old, new) = (Pair::new("cv-1"), Pair::new("cv-2"));
    for steps in 0.. {
        let (host, before) = host_with(start, &old).await;
        let allowed = [before.clone(), Some(new.texts())];
        let killer = Killer::new(&host, steps, &allowed);
        let target = host.target_with(host.settings(), commands(), Disk::observed(killer.clone()));
        let deployed = target.deploy(&new.plan, &new.contents()).await;
        if !killer.killed() {
            assert_eq!(deployed.is_ok(), succeeds, "{deployed:?}");
            let after = if succeeds { Some(new.texts()) } else { before };
            assert_eq!(host.pair(), after, "{start:?}: the whole deployment, {steps} steps");
            assert!(steps > 15, "{start:?}: only {steps} steps were observed");
            return;
        }
        recover_through_kills(&host, &allowed).await;

        let after = host.pair();
        if after != before {
            let state = std::fs::read_to_string(host.path("state/deploy-t-web.json")).unwrap();
            let recorded =
                state.contains(&new.plan.fingerprint_sha256) && state.contains("\"in_flight\": null");
            assert!(recorded, "{start:?}, step {steps}: the new pair stays although it was not recorded");
            assert_eq!(after, Some(new.texts()));
        }
        if after.is_none() {
            assert_eq!(host.names(), Vec::<String>::new(), "{start:?}, step {steps}");
        }
        let leftovers = host.stored().into_iter().filter(|name| !name.starts_with("gen-"));
        assert_eq!(leftovers.count(), 0, "{start:?}, step {steps}");

        host.deploy(&new).await.unwrap();
        assert_eq!(host.pair(), Some(new.texts()), "{start:?}, step {steps}: deployed again");
    }
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_first_deployment_leaves_nothing_or_the_new_pair() {
    survive_kills(Start::Nothing, Commands::succeeding, true).await;
}

#[tokio::test]
async fn a_kill_at_any_step_of_taking_over_plain_files_leaves_a_matching_pair() {
    survive_kills(Start::PlainFiles, Commands::succeeding, true).await;
}

#[tokio::test]
async fn a_kill_at_any_step_of_taking_over_a_linked_file_leaves_a_matching_pair() {
    survive_kills(Start::ForeignLink, Commands::succeeding, true).await;
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_renewal_leaves_a_matching_pair() {
    survive_kills(Start::Managed, Commands::succeeding, true).await;
}

#[tokio::test]
async fn a_kill_at_any_step_after_an_operator_replaced_a_link_leaves_a_matching_pair() {
    survive_kills(Start::HalfManaged, Commands::succeeding, true).await;
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_rollback_leaves_a_matching_pair() {
    for start in [Start::Nothing, Start::PlainFiles, Start::Managed] {
        survive_kills(start, || Commands::refusing("check"), false).await;
        survive_kills(start, || Commands::refusing("reload"), false).await;
    }
}
