//! The file of saved servers.

use crate::program::{certctl, run, stderr, stdout};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

const TWO: &str = "current = \"test\"\n\
    [contexts.test]\nserver = \"https://127.0.0.1:9\"\napi_key = \"ck_s3cret\"\n\
    [contexts.prod]\nserver = \"https://127.0.0.1:10\"\napi_key = \"ck_s3cret\"\n";

fn home() -> TempDir {
    let home = TempDir::new().unwrap();
    let file = home.path().join("contexts.toml");
    std::fs::write(&file, TWO).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    home
}

#[test]
fn contexts_are_listed_chosen_and_forgotten_without_showing_keys() {
    let home = home();
    let list = || stdout(&run(&mut certctl(home.path(), &["context", "list", "-o", "csv"])));
    assert_eq!(
        list(),
        "name,server,current\nprod,https://127.0.0.1:10,false\ntest,https://127.0.0.1:9,true\n"
    );
    assert_eq!(run(&mut certctl(home.path(), &["context", "use", "prod"])).status.code(), Some(0));
    assert_eq!(run(&mut certctl(home.path(), &["context", "delete", "test"])).status.code(), Some(0));
    assert_eq!(list(), "name,server,current\nprod,https://127.0.0.1:10,true\n");
    let mode = std::fs::metadata(home.path().join("contexts.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(run(&mut certctl(home.path(), &["context", "use", "test"])).status.code(), Some(2));
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let home = home();
    let file = home.path().join("contexts.toml");
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let output = run(&mut certctl(home.path(), &["certs", "list"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("chmod 600"), "{}", stderr(&output));
}

#[test]
fn a_broken_file_is_told_without_its_content() {
    let home = home();
    std::fs::write(home.path().join("contexts.toml"), "[contexts.test]\napi_key = ck_s3cret\n").unwrap();
    let output = run(&mut certctl(home.path(), &["certs", "list"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("near line"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("s3cret"), "{}", stderr(&output));
}
