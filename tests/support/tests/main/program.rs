use certctl_test_support::{find_program, free_port, require_program};
use std::net::TcpListener;

#[test]
fn a_missing_program_names_the_package_to_install() {
    let error = require_program("no-such-program-anywhere", "some-package").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`no-such-program-anywhere` is not installed; install it with: \
         apt-get install -y --no-install-recommends some-package"
    );
}

#[test]
fn the_shell_is_found() {
    assert!(find_program("sh").is_some_and(|path| path.is_absolute()));
}

#[test]
fn a_free_port_can_be_listened_on() {
    let port = free_port().unwrap();
    TcpListener::bind(("127.0.0.1", port)).unwrap();
}
