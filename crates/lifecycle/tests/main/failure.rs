//! What an operator reads when a process fails, and the code it exits with.

use anyhow::Context as _;
use certctl_lifecycle::{Exit, Explain as _, Failure, entry, render};
use std::process::ExitCode;

fn io_error() -> std::io::Error {
    std::io::Error::other("permission denied")
}

#[test]
fn an_error_prints_its_chain_then_its_hints() {
    let error = Err::<(), _>(io_error())
        .context("cannot read /etc/certctl/ca.key")
        .hint("Make the file readable for the user certctl.")
        .context("the local CA does not start")
        .unwrap_err();
    assert_eq!(
        render(&error),
        "error: the local CA does not start\n  caused by: cannot read /etc/certctl/ca.key\n  \
         caused by: permission denied\n\nhint: Make the file readable for the user certctl.\n"
    );
}

#[test]
fn hints_of_all_layers_are_printed_once() {
    let error =
        Err::<(), _>(io_error()).hint("inner").context("middle").hint("outer").hint("inner").unwrap_err();
    assert_eq!(render(&error), "error: middle\n  caused by: permission denied\n\nhint: outer\nhint: inner\n");
}

#[test]
fn an_error_without_hints_has_no_blank_line() {
    assert_eq!(render(&anyhow::anyhow!("broken")), "error: broken\n");
}

#[test]
fn a_process_that_ends_well_exits_with_0() {
    assert_eq!(entry(|| async { Ok(()) }), ExitCode::SUCCESS);
}

#[test]
fn a_failure_exits_with_1_and_a_wrong_configuration_with_64() {
    assert_eq!(entry(|| async { Err(io_error().into()) }), ExitCode::from(1));
    assert_eq!(
        entry(|| async { Err(Failure::configuration(io_error()).with_hints(["h"]).into()) }),
        ExitCode::from(64)
    );
    assert_eq!(
        entry(|| async {
            Err::<(), _>(io_error()).exit_with(Exit::Configuration).hint("h").context("start")
        }),
        ExitCode::from(64)
    );
}
