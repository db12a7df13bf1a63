//! The master key: wrong, missing, readable by others, rotated.

use crate::program::Program;
use std::os::unix::fs::PermissionsExt;

const OLD: &str = "the-old-passphrase-of-32-bytes-or-more";
const NEW: &str = "the-new-passphrase-of-32-bytes-or-more";

/// A program whose database holds sealed secrets.
fn with_secrets(program: Program) -> Program {
    drop(program.start());
    program
}

#[test]
fn a_wrong_master_key_is_refused_with_what_to_do() {
    let program = with_secrets(Program::new().with("CERTCTL_CONFIG_ENCRYPTION_KEY", OLD));
    let program = program.without("CERTCTL_CONFIG_ENCRYPTION_KEY").with("CERTCTL_CONFIG_ENCRYPTION_KEY", NEW);
    let ended = program.run(&["run"]);
    assert_eq!(ended.code, Some(64), "{}", ended.err);
    assert!(ended.err.contains("the master key does not open the secrets"), "{}", ended.err);
    assert!(
        ended.err.contains("hint:") && ended.err.contains("CERTCTL_CONFIG_ENCRYPTION_KEY"),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains(NEW) && !ended.err.contains(OLD));
}

#[test]
fn a_missing_key_file_is_never_replaced_by_a_new_one() {
    let program = with_secrets(Program::new());
    let key = program.data().join("master.key");
    std::fs::rename(&key, program.path("elsewhere")).unwrap();
    let ended = program.run(&["run"]);
    assert_eq!(ended.code, Some(64), "{}", ended.err);
    assert!(ended.err.contains("is missing") && ended.err.contains("backup"), "{}", ended.err);
    assert!(!key.exists());
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let program = with_secrets(Program::new());
    let key = program.data().join("master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ended = program.run(&["run"]);
    assert_eq!(ended.code, Some(64), "{}", ended.err);
    assert!(ended.err.contains("chmod 0600"), "{}", ended.err);
}

#[test]
fn rotating_the_key_file_leaves_only_the_new_key_and_everything_still_opens() {
    let program = with_secrets(Program::new());
    let key = program.data().join("master.key");
    let before = std::fs::read_to_string(&key).unwrap();
    let said = program.ok(&["rotate-key"]);
    assert!(said.contains("issuers.encrypted_config: 1 sealed anew"), "{said}");
    let after = std::fs::read_to_string(&key).unwrap();
    let keys = |text: &str| {
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((keys(&before).len(), keys(&after).len()), (1, 1));
    assert_ne!(keys(&before), keys(&after));
    drop(program.start());

    // The old key alone opens nothing any more.
    std::fs::write(&key, before).unwrap();
    assert_eq!(program.run(&["run"]).code, Some(64));
}

#[test]
fn rotation_is_refused_while_the_server_runs() {
    let program = Program::new();
    let (_running, _) = program.start();
    let ended = program.run(&["rotate-key"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("hint:"), "{}", ended.err);
}

#[test]
fn keys_of_the_configuration_rotate_with_both_at_hand() {
    let program = with_secrets(Program::new().with("CERTCTL_CONFIG_ENCRYPTION_KEY", OLD));
    let alone = program.run(&["rotate-key"]);
    assert_eq!(alone.code, Some(64), "{}", alone.err);
    let both = program
        .without("CERTCTL_CONFIG_ENCRYPTION_KEY")
        .with("CERTCTL_CONFIG_ENCRYPTION_KEY", NEW)
        .with("CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS", OLD);
    both.ok(&["rotate-key"]);
    drop(both.without("CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS").start());
}
