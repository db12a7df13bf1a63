//! Modes, owners, links, retention, and two deployments at once.

use crate::support::{Commands, Host, Pair, exit};
use certctl_deploy::{Disk, FileAccess};
use certctl_domain::retry::FailureClass;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[tokio::test]
async fn new_files_get_modest_modes() {
    let host = Host::new();
    host.deploy(&Pair::new("cv-1")).await.unwrap();
    assert_eq!((host.mode("site.crt"), host.mode("site.key")), (0o644, 0o600));
    let store = fs::metadata(host.path(".certctl")).unwrap();
    assert_eq!(store.mode() & 0o7777, 0o711, "readers pass through, nobody lists");
}

#[tokio::test]
async fn renewed_files_keep_mode_and_owner_of_the_files_before() {
    let host = Host::new();
    let (cert, key) = Pair::new("cv-1").texts();
    host.write("site.crt", &cert, 0o640);
    host.write("site.key", &key, 0o440);
    let root = nix::unistd::geteuid().is_root();
    if root {
        chown(host.path("site.key"), Some(12), Some(34)).unwrap();
    }
    for version in ["cv-2", "cv-3"] {
        host.deploy(&Pair::new(version)).await.unwrap();
        assert_eq!((host.mode("site.crt"), host.mode("site.key")), (0o640, 0o440), "{version}");
        let found = fs::metadata(host.path("site.key")).unwrap();
        assert!(!root || (found.uid(), found.gid()) == (12, 34), "{version}");
    }
}

#[tokio::test]
async fn a_configured_mode_wins_and_a_changed_one_is_applied() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    host.deploy(&pair).await.unwrap();
    let mut settings = host.settings();
    settings.destinations[1].wanted = FileAccess { mode: Some(0o640), ..FileAccess::default() };
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    assert!(!target.deploy(&pair.plan, &pair.contents()).await.unwrap().idempotent);
    assert_eq!(host.mode("site.key"), 0o640);
    assert!(target.deploy(&pair.plan, &pair.contents()).await.unwrap().idempotent);
}

#[tokio::test]
async fn a_key_protected_by_its_directory_alone_stays_private() {
    let host = Host::new();
    let (cert, key) = Pair::new("cv-1").texts();
    host.write("site.crt", &cert, 0o644);
    fs::create_dir(host.path("private")).unwrap();
    fs::set_permissions(host.path("private"), Permissions::from_mode(0o700)).unwrap();
    host.write("private/site.key", &key, 0o644);
    let mut settings = host.settings();
    settings.destinations[1] = host.destination("key", "private/site.key");
    let new = Pair::new("cv-2");
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    target.deploy(&new.plan, &new.contents()).await.unwrap();
    assert_eq!(host.mode("private/site.key"), 0o600);
    for generation in host.stored() {
        let store = fs::read_dir(host.path(".certctl")).unwrap().next().unwrap().unwrap().path();
        assert_eq!(
            fs::metadata(store.join(&generation).join("key")).unwrap().mode() & 0o077,
            0,
            "{generation}"
        );
    }
}

#[tokio::test]
async fn an_unknown_owner_is_refused_before_anything_changes() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    let mut settings = host.settings();
    settings.destinations[0].wanted.owner = Some("nobody-of-that-name".to_owned());
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    let failure = target.deploy(&pair.plan, &pair.contents()).await.unwrap_err();
    assert_eq!(failure.error.class, FailureClass::Permanent);
    assert!(
        failure.error.chain().contains("there is no user `nobody-of-that-name`"),
        "{}",
        failure.error.chain()
    );
    assert_eq!(host.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_directory_that_everybody_can_write_to_is_refused() {
    let host = Host::new();
    fs::set_permissions(host.directory.path(), Permissions::from_mode(0o777)).unwrap();
    let failure = host.deploy(&Pair::new("cv-1")).await.unwrap_err();
    assert!(failure.error.chain().contains("everybody can replace files in it"), "{}", failure.error.chain());
    fs::set_permissions(host.directory.path(), Permissions::from_mode(0o1777)).unwrap();
    host.deploy(&Pair::new("cv-1")).await.unwrap();
}

#[tokio::test]
async fn a_missing_directory_and_a_directory_as_file_are_named() {
    let host = Host::new();
    fs::create_dir(host.path("site.key")).unwrap();
    let error = host.deploy(&Pair::new("cv-1")).await.unwrap_err().error.chain();
    assert!(error.contains("site.key is not a regular file"), "{error}");

    let mut settings = host.settings();
    settings.destinations[1] = host.destination("key", "none/site.key");
    let pair = Pair::new("cv-1");
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    let error = target.deploy(&pair.plan, &pair.contents()).await.unwrap_err().error.chain();
    assert!(error.contains("none") && error.contains("No such file"), "{error}");
}

#[tokio::test]
async fn two_destinations_that_are_one_file_are_refused() {
    let host = Host::new();
    symlink("site.crt", host.path("site.key")).unwrap();
    let error = host.deploy(&Pair::new("cv-1")).await.unwrap_err().error.chain();
    assert!(error.contains("two destinations lead to"), "{error}");
}

#[tokio::test]
async fn a_link_of_others_survives_and_its_file_is_replaced() {
    let host = Host::new();
    let (cert, key) = Pair::new("cv-1").texts();
    fs::create_dir(host.path("real")).unwrap();
    host.write("real/cert.pem", &cert, 0o644);
    symlink("real/cert.pem", host.path("site.crt")).unwrap();
    host.write("site.key", &key, 0o600);
    let new = Pair::new("cv-2");
    host.deploy(&new).await.unwrap();
    assert_eq!(fs::read_link(host.path("site.crt")).unwrap().to_str(), Some("real/cert.pem"));
    assert_eq!(host.pair(), Some(new.texts()));
    assert!(host.path("real/.certctl").is_dir());
}

#[tokio::test]
async fn a_link_that_somebody_else_may_have_put_there_is_not_followed() {
    let host = Host::new();
    fs::create_dir(host.path("shared")).unwrap();
    host.write("precious", "untouched", 0o600);
    symlink("../precious", host.path("shared/site.crt")).unwrap();
    let mut settings = host.settings();
    settings.destinations[0] = host.destination("cert", "shared/site.crt");
    let pair = Pair::new("cv-1");
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    let mut cases = vec![(0o777, None, "everybody can replace files in it")];
    if nix::unistd::geteuid().is_root() {
        cases.push((0o1777, Some(12), "link of user 12"));
        cases.push((0o755, Some(12), "link of user 12"));
    }
    for (mode, owner, reason) in cases {
        fs::set_permissions(host.path("shared"), Permissions::from_mode(mode)).unwrap();
        lchown(host.path("shared/site.crt"), owner, None).unwrap();
        let error = target.deploy(&pair.plan, &pair.contents()).await.unwrap_err().error;
        assert!(error.chain().contains(reason), "{mode:o}: {}", error.chain());
        assert_eq!(error.class, FailureClass::Permanent);
        assert!(fs::symlink_metadata(host.path("precious")).unwrap().is_file(), "{mode:o}");
    }
}

#[tokio::test]
async fn as_many_generations_are_kept_as_configured() {
    for retention in [0, 2] {
        let host = Host::new();
        let mut settings = host.settings();
        settings.retention = retention;
        for number in 1..=5 {
            let pair = Pair::new(&format!("cv-{number}"));
            let target = host.target_with(settings.clone(), Commands::succeeding(), Disk::default());
            target.deploy(&pair.plan, &pair.contents()).await.unwrap();
        }
        assert_eq!(host.stored().len(), retention + 1);
        let old = host.pair();
        let pair = Pair::new("cv-6");
        let target = host.target_with(settings, Commands::refusing("check"), Disk::default());
        target.deploy(&pair.plan, &pair.contents()).await.unwrap_err();
        assert_eq!(host.pair(), old, "the generation to go back to is kept during a deployment");
    }
}

#[tokio::test]
async fn a_destination_without_content_disappears_with_the_flip() {
    let host = Host::new();
    let mut settings = host.settings();
    settings.destinations.push(host.destination("chain", "chain.pem"));
    let (first, second) = (Pair::new("cv-1"), Pair::new("cv-2"));
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    let mut contents = first.contents();
    contents.push(("chain", certctl_crypto::SecretBytes::new("chain\n")));
    target.deploy(&first.plan, &contents).await.unwrap();
    assert_eq!(fs::read_to_string(host.path("chain.pem")).unwrap(), "chain\n");
    target.deploy(&second.plan, &second.contents()).await.unwrap();
    assert!(!host.path("chain.pem").exists(), "an old chain beside a new leaf would be wrong");
    assert!(target.deploy(&second.plan, &second.contents()).await.unwrap().idempotent);
}

#[tokio::test]
async fn a_target_with_other_paths_takes_over_and_the_old_store_goes() {
    let (host, first, second) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&first).await.unwrap();
    let mut settings = host.settings();
    settings.destinations.push(host.destination("chain", "chain.pem"));
    let target = host.target_with(settings, Commands::succeeding(), Disk::default());
    target.deploy(&second.plan, &second.contents()).await.unwrap();
    assert_eq!(host.pair(), Some(second.texts()));
    assert_eq!(
        fs::read_dir(host.path(".certctl")).unwrap().count(),
        1,
        "no key stays in a store nobody reads"
    );
}

#[tokio::test]
async fn two_deployments_to_the_same_files_run_one_after_the_other() {
    let host = Host::new();
    let (inside, overlap) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (first, second) = (Pair::new("cv-1"), Pair::new("cv-2"));
    let commands = || {
        let (inside, overlap) = (inside.clone(), overlap.clone());
        Commands::answering(move |command| {
            if command == "check" && inside.fetch_add(1, Ordering::SeqCst) > 0 {
                overlap.store(true, Ordering::SeqCst);
            }
            if command == "reload" {
                inside.fetch_sub(1, Ordering::SeqCst);
            }
            std::thread::yield_now();
            exit(0, "")
        })
    };
    let (one, two) = (host.target(commands()), host.target(commands()));
    let run = |target: certctl_deploy::FileTarget, pair: Pair| {
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                target.deploy(&pair.plan, &pair.contents()).await.map(drop).map_err(|f| f.error)
            })
        })
    };
    let threads = [run(one, first.clone()), run(two, second.clone())];
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert!(!overlap.load(Ordering::SeqCst));
    assert!([Some(first.texts()), Some(second.texts())].contains(&host.pair()));
}
