//! Order of steps, failures at each of them, and what the caller learns.

use crate::support::{Commands, Host, Pair, exit};
use certctl_connector_api::target::{Deployed, Rollback, Stage, Verification};
use certctl_crypto::SecretString;
use certctl_domain::retry::FailureClass;

#[tokio::test]
async fn a_deployment_validates_the_new_files_before_the_reload() {
    let host = Host::new();
    let pair = Pair::new("cv-1");
    let (cert, wanted) = (host.path("site.crt"), pair.plan.leaf_pem.clone());
    let commands = Commands::answering(move |_| {
        exit(i32::from(std::fs::read_to_string(&cert).unwrap() != wanted), "old files")
    });
    let deployed = host.target(commands.clone()).deploy(&pair.plan, &pair.contents()).await.unwrap();
    assert_eq!(deployed, Deployed { idempotent: false, verification: Verification::Skipped });
    assert_eq!(commands.taken(), ["check", "reload"]);
}

#[tokio::test]
async fn the_same_version_again_runs_nothing_and_writes_nothing() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    host.deploy(&pair).await.unwrap();
    let stored = host.stored();
    let commands = Commands::succeeding();
    let deployed = host.target(commands.clone()).deploy(&pair.plan, &pair.contents()).await.unwrap();
    assert!(deployed.idempotent);
    assert_eq!((commands.taken(), host.stored()), (vec![], stored));
}

#[tokio::test]
async fn files_in_place_that_were_never_reloaded_are_reloaded_without_writing() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    let (cert, key) = pair.texts();
    host.write("site.crt", &cert, 0o644);
    host.write("site.key", &key, 0o600);
    let commands = Commands::refusing("reload");
    let failure = host.target(commands.clone()).deploy(&pair.plan, &pair.contents()).await.unwrap_err();
    assert_eq!((failure.stage, failure.rollback), (Stage::Reload, Rollback::NotNeeded));
    assert_eq!(commands.taken(), ["check", "reload"]);

    let commands = Commands::succeeding();
    let deployed = host.target(commands.clone()).deploy(&pair.plan, &pair.contents()).await.unwrap();
    assert!(!deployed.idempotent);
    assert_eq!(commands.taken(), ["check", "reload"]);
    assert_eq!(host.names(), ["site.crt", "site.key"], "plain files stay plain");
}

#[tokio::test]
async fn refused_files_are_taken_back_before_the_daemon_sees_them() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&old).await.unwrap();
    let commands = Commands::refusing("check");
    let failure = host.target(commands.clone()).deploy(&new.plan, &new.contents()).await.unwrap_err();
    assert_eq!((failure.stage, failure.rollback), (Stage::Validate, Rollback::Restored));
    assert_eq!(commands.taken(), ["check"]);
    assert_eq!(host.pair(), Some(old.texts()));
    assert_eq!(
        failure.error.chain(),
        "`check` refused the new files: exit status 1, output: it does not work; \
         correct the target's configuration and deploy again"
    );
}

#[tokio::test]
async fn a_failed_reload_is_followed_by_a_reload_of_the_old_files() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&old).await.unwrap();
    let (cert, refused) = (host.path("site.crt"), new.plan.leaf_pem.clone());
    let commands = Commands::answering(move |command| {
        let new_in_place = std::fs::read_to_string(&cert).unwrap() == refused;
        exit(i32::from(command == "reload" && new_in_place), "")
    });
    let failure = host.target(commands.clone()).deploy(&new.plan, &new.contents()).await.unwrap_err();
    assert_eq!((failure.stage, failure.rollback), (Stage::Reload, Rollback::Restored));
    assert_eq!(commands.taken(), ["check", "reload", "reload"]);
    assert_eq!(host.pair(), Some(old.texts()));
    assert!(host.deploy(&old).await.unwrap().idempotent, "the daemon is known to run the old pair");
}

#[tokio::test]
async fn a_daemon_that_cannot_be_reloaded_at_all_needs_a_person() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&old).await.unwrap();
    let failure =
        host.target(Commands::refusing("reload")).deploy(&new.plan, &new.contents()).await.unwrap_err();
    let Rollback::AlsoFailed(reason) = failure.rollback else { panic!("{:?}", failure.rollback) };
    assert!(reason.contains("the previous files are in place") && reason.contains("`reload`"), "{reason}");
    assert_eq!(host.pair(), Some(old.texts()));

    let commands = Commands::succeeding();
    host.target(commands.clone()).recover().await.unwrap();
    assert_eq!(commands.taken(), ["reload"], "recovery makes up for the missing reload");
    host.target(commands.clone()).recover().await.unwrap();
    assert_eq!(commands.taken(), Vec::<String>::new());
}

#[tokio::test]
async fn a_recovery_that_cannot_reload_leaves_it_to_the_deployment_that_follows() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&old).await.unwrap();
    host.target(Commands::refusing("reload")).deploy(&new.plan, &new.contents()).await.unwrap_err();

    let commands = Commands::refusing("reload");
    host.target(commands.clone()).recover().await.unwrap();
    assert_eq!(commands.taken(), ["reload"]);
    let commands = Commands::succeeding();
    host.target(commands.clone()).recover().await.unwrap();
    assert_eq!(commands.taken(), ["reload"], "the reload is still due");
    host.target(commands.clone()).deploy(&new.plan, &new.contents()).await.unwrap();
    assert_eq!(host.pair(), Some(new.texts()));
}

#[tokio::test]
async fn a_failed_first_deployment_leaves_nothing_behind() {
    let pair = Pair::new("cv-1");
    for word in ["check", "reload"] {
        let host = Host::new();
        let failure =
            host.target(Commands::refusing(word)).deploy(&pair.plan, &pair.contents()).await.unwrap_err();
        assert_eq!(failure.rollback, Rollback::Restored, "{word}");
        assert_eq!(host.names(), Vec::<String>::new(), "{word}");
    }
}

#[tokio::test]
async fn a_certificate_with_another_key_never_reaches_the_target() {
    let (host, old, other) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&old).await.unwrap();
    let mut mixed = other.clone();
    mixed.plan.key_pem = old.plan.key_pem.clone();
    let commands = Commands::succeeding();
    let failure = host.target(commands.clone()).deploy(&mixed.plan, &mixed.contents()).await.unwrap_err();
    assert_eq!((failure.stage, failure.rollback), (Stage::Prepare, Rollback::NotNeeded));
    assert_eq!(failure.error.class, FailureClass::Permanent);
    assert!(failure.error.chain().contains("the private key does not belong"), "{}", failure.error.chain());
    assert_eq!((host.pair(), commands.taken()), (Some(old.texts()), vec![]));
}

#[tokio::test]
async fn a_chain_that_does_not_hold_never_reaches_the_target() {
    let host = Host::new();
    let mut pair = Pair::new("cv-1");
    pair.plan.chain_pem = Pair::new("cv-2").plan.leaf_pem;
    let failure = host.deploy(&pair).await.unwrap_err();
    assert!(failure.error.chain().contains("chain"), "{}", failure.error.chain());
    assert_eq!(host.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_yet_is_worth_another_attempt() {
    let host = Host::new();
    let pair = Pair::beginning("cv-1", 2100);
    let failure = host.deploy(&pair).await.unwrap_err();
    assert_eq!((failure.stage, failure.error.class), (Stage::Prepare, FailureClass::Transient));
    assert!(failure.error.chain().contains("clock"), "{}", failure.error.chain());
    assert_eq!(host.names(), Vec::<String>::new());
}

#[tokio::test]
async fn an_announced_fingerprint_must_be_the_certificates() {
    let host = Host::new();
    let mut pair = Pair::new("cv-1");
    pair.plan.fingerprint_sha256 = "00".repeat(32);
    assert!(host.deploy(&pair).await.unwrap_err().error.chain().contains("was announced"));
}

#[tokio::test]
async fn what_a_command_prints_of_the_key_is_not_passed_on() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    let key = host.path("site.key");
    let commands = Commands::answering(move |_| exit(1, &std::fs::read_to_string(&key).unwrap_or_default()));
    let failure = host.target(commands).deploy(&pair.plan, &pair.contents()).await.unwrap_err();
    let told = format!("{} {:?}", failure.error.chain(), failure);
    let secret = |line: &&str| !line.starts_with("---");
    assert!(pair.plan.key_pem.expose().lines().filter(secret).all(|line| !told.contains(line)), "{told}");
    assert!(told.contains("[redacted]"), "{told}");
}

#[tokio::test]
async fn a_command_without_an_end_is_reported_with_its_limit() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    let failure = host.target(Commands::endless()).deploy(&pair.plan, &pair.contents()).await.unwrap_err();
    assert_eq!(failure.error.kind, certctl_connector_api::ErrorKind::Timeout);
    assert!(failure.error.chain().contains("did not end within 5s"), "{}", failure.error.chain());
}

#[tokio::test]
async fn an_unreadable_key_is_refused_without_quoting_it() {
    let host = Host::new();
    let mut pair = Pair::new("cv-1");
    pair.plan.key_pem =
        SecretString::new("-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END PRIVATE KEY-----\n");
    let failure = host.deploy(&pair).await.unwrap_err();
    assert!(!format!("{failure:?} {}", failure.error.chain()).contains("c2VjcmV0"));
}

#[tokio::test]
async fn a_dry_run_tells_what_would_happen_and_changes_nothing() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    let commands = Commands::succeeding();
    let report = host.target(commands.clone()).dry_run().await.unwrap();
    assert!(
        report.contains("site.crt will be created") && report.contains("`check` was not run"),
        "{report}"
    );
    assert_eq!((host.names(), commands.taken()), (vec![], vec![]));

    host.deploy(&pair).await.unwrap();
    let report = host.target(commands.clone()).dry_run().await.unwrap();
    assert!(report.contains("site.key is managed"), "{report}");
    assert_eq!(commands.taken(), ["check"]);
    let refused = host.target(Commands::refusing("check")).dry_run().await.unwrap_err();
    assert!(refused.chain().contains("it does not work"), "{}", refused.chain());
}
