//! Rules of the host against targets of the server.

use crate::support::{Commands, Host, Pair};
use certctl_connector_api::command::{Argv, CommandRunner};
use certctl_connector_api::target::{Rollback, Stage};
use certctl_deploy::{AllowList, AllowedCommands, Disk, FileTarget, ProcessRunner};
use certctl_domain::retry::FailureClass;
use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::sync::Arc;
use std::time::Duration;

const RULES: &str = "[commands]\ncheck = [\"true\"]\nreload = [\"true\"]\n";

fn rules(host: &Host, text: &str) -> AllowList {
    host.write("rules.toml", text, 0o644);
    AllowList::load(&host.path("rules.toml")).unwrap()
}

#[tokio::test]
async fn a_name_runs_the_commands_of_the_host_and_nothing_else_runs() {
    let host = Host::new();
    let text = "[commands]\nhello = [\"echo\", \"hello world; reboot\"]\n";
    let runner = AllowedCommands::new(ProcessRunner, rules(&host, text));
    let limit = Duration::from_secs(20);
    let said = runner.run(&Argv::parse("hello").unwrap(), limit).await.unwrap();
    assert_eq!((said.status, said.output.trim()), (Some(0), "hello world; reboot"));
    let refused = runner.run(&Argv::parse("echo hello").unwrap(), limit).await.unwrap_err();
    assert!(refused.to_string().contains("rules.toml"), "{refused}");
}

#[tokio::test]
async fn a_refused_command_leaves_everything_in_place() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    host.deploy(&old).await.unwrap();
    let stored = host.stored();
    let mut settings = host.settings();
    settings.reload = Argv::parse("sh /tmp/payload").unwrap();
    let commands = Arc::new(AllowedCommands::new(ProcessRunner, rules(&host, RULES)));
    let target = host.target_with(settings, commands, Disk::default());

    let failure = target.deploy(&new.plan, &new.contents()).await.unwrap_err();
    assert_eq!((failure.stage, failure.rollback), (Stage::Prepare, Rollback::NotNeeded));
    assert_eq!(failure.error.class, FailureClass::Permanent);
    let message = failure.error.chain();
    for part in ["nothing was changed", "`sh /tmp/payload`", r#"["sh", "/tmp/payload"]"#, "rules.toml"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!((host.pair(), host.stored()), (Some(old.texts()), stored));
    assert!(target.dry_run().await.unwrap_err().chain().contains("`sh /tmp/payload`"));
}

#[tokio::test]
async fn allowed_commands_deploy_as_without_rules() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    let commands = Arc::new(AllowedCommands::new(ProcessRunner, rules(&host, RULES)));
    host.target(commands).deploy(&pair.plan, &pair.contents()).await.unwrap();
    assert_eq!(host.pair(), Some(pair.texts()));
}

#[tokio::test]
async fn files_outside_the_allowed_paths_are_refused_also_through_links() {
    let (host, pair) = (Host::new(), Pair::new("cv-1"));
    for name in ["allowed", "allowed-not", "elsewhere"] {
        fs::create_dir(host.path(name)).unwrap();
    }
    symlink(host.path("elsewhere"), host.path("allowed/out")).unwrap();
    symlink(host.path("elsewhere/site.crt"), host.path("allowed/link.crt")).unwrap();
    symlink(host.path("allowed"), host.path("way-in")).unwrap();
    let target = |file: &str| -> FileTarget {
        let mut settings = host.settings();
        settings.destinations = vec![host.destination("cert", file)];
        let allowed = Some(vec![host.path("missing"), host.path("allowed")]);
        host.target_within(settings, Commands::succeeding(), Disk::default(), allowed)
    };
    let contents = &pair.contents()[..1];
    for file in ["site.crt", "allowed-not/site.crt", "allowed/out/site.crt", "allowed/link.crt"] {
        let failure = target(file).deploy(&pair.plan, contents).await.unwrap_err();
        assert_eq!((failure.stage, failure.error.class), (Stage::Prepare, FailureClass::Permanent), "{file}");
        assert!(failure.error.chain().contains("allowed_paths"), "{}", failure.error.chain());
    }
    assert_eq!(fs::read_dir(host.path("elsewhere")).unwrap().count(), 0);
    for file in ["allowed/site.crt", "way-in/site.crt"] {
        target(file).deploy(&pair.plan, contents).await.unwrap();
        assert_eq!(fs::read_to_string(host.path("allowed/site.crt")).unwrap(), pair.texts().0, "{file}");
    }
}

#[test]
fn rules_that_others_can_change_are_refused() {
    let host = Host::new();
    let load = || AllowList::load(&host.path("rules.toml")).map(drop).map_err(|error| error.to_string());
    assert!(load().unwrap_err().contains("rules.toml"), "a missing file is no empty list");
    for (mode, fits) in [(0o600, true), (0o644, true), (0o664, false), (0o646, false), (0o666, false)] {
        host.write("rules.toml", RULES, mode);
        assert_eq!(load().is_ok(), fits, "{mode:o}: {:?}", load());
    }
    host.write("rules.toml", RULES, 0o644);
    if nix::unistd::geteuid().is_root() {
        chown(host.path("rules.toml"), Some(12), None).unwrap();
        assert!(load().unwrap_err().contains("belongs to user 12"));
    }
}
