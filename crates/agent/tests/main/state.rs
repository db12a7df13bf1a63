//! The state directory.

use crate::support::credential;
use certctl_agent::{AgentError, StateDir};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn directories_are_made_private() {
    let directory = TempDir::new().unwrap();
    let root = directory.path().join("new/state");
    let state = StateDir::open(&root, None).unwrap();
    state.spool().unwrap();
    state.targets().unwrap();
    for name in ["", "keys", "spool", "targets"] {
        assert_eq!(mode(&root.join(name)), 0o700, "{name}");
    }
    assert_eq!(mode(&root.join("agent.lock")), 0o600);
}

#[test]
fn directories_that_others_may_enter_are_refused_with_the_remedy() {
    for open in ["state", "keys"] {
        let directory = TempDir::new().unwrap();
        let (root, keys) = (directory.path().join("state"), directory.path().join("keys"));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&keys).unwrap();
        for (path, mode) in [(&root, 0o700), (&keys, 0o700), (&directory.path().join(open), 0o750)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        let error = StateDir::open(&root, Some(&keys)).unwrap_err();
        assert!(matches!(error, AgentError::Exposed { mode: 0o750, .. }), "{error}");
        assert!(error.hint().unwrap().contains("chmod 700"), "{error}");
    }
}

#[test]
fn one_process_holds_the_directory_at_a_time() {
    let directory = TempDir::new().unwrap();
    let root = directory.path().join("state");
    let first = StateDir::open(&root, None).unwrap();
    assert!(matches!(StateDir::open(&root, None), Err(AgentError::InUse { .. })));
    drop(first);
    StateDir::open(&root, None).unwrap();
}

#[test]
fn a_credential_comes_back_and_a_damaged_one_is_an_error() {
    let directory = TempDir::new().unwrap();
    let state = StateDir::open(&directory.path().join("state"), None).unwrap();
    assert_eq!(state.credential().unwrap(), None);
    state.store_credential(&credential("agent-1")).unwrap();
    assert_eq!(state.credential().unwrap(), Some(credential("agent-1")));
    fs::copy(directory.path().join("state/agent.lock"), state.credential_path()).unwrap();
    assert!(matches!(state.credential(), Err(AgentError::Malformed { .. })));
}
