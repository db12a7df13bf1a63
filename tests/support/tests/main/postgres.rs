use certctl_test_support::TestPostgres;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn committed_rows_survive_a_crash_and_a_restart_on_the_same_port() {
    let mut postgres = TestPostgres::start().unwrap();
    let port = postgres.port();
    postgres.create_database("orders").unwrap();
    postgres.psql("orders", "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)").unwrap();

    postgres.kill9().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    postgres.restart().unwrap();

    assert_eq!(postgres.port(), port);
    assert_eq!(postgres.psql("orders", "SELECT n FROM t ORDER BY n").unwrap(), "1\n2");
    postgres.restart().unwrap();
    assert_eq!(postgres.psql("orders", "SELECT count(*) FROM t").unwrap(), "2");
    assert!(postgres.psql("orders", "SELECT nothing").unwrap_err().to_string().contains("does not exist"));
}

#[test]
fn dropping_it_ends_the_server_and_removes_the_directory() {
    let postgres = TestPostgres::start().unwrap();
    let directory = postgres.socket_directory().to_owned();
    let port = postgres.port();
    assert!(directory.join(format!(".s.PGSQL.{port}")).exists());

    drop(postgres);

    assert!(!directory.exists());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

/// The test binary runs itself as the process that gets killed; this test is its body.
#[test]
fn a_killed_owner_leaves_neither_server_nor_directory() {
    const ROLE: &str = "CERTCTL_TEST_SUPPORT_OWNER";
    if let Some(note) = std::env::var_os(ROLE) {
        let postgres = TestPostgres::start().unwrap();
        std::fs::write(note, postgres.socket_directory().to_str().unwrap()).unwrap();
        loop {
            std::thread::park();
        }
    }

    let notes = tempfile::tempdir().unwrap();
    let note = notes.path().join("directory");
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "postgres::a_killed_owner_leaves_neither_server_nor_directory"])
        .env(ROLE, &note)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let read_note = || std::fs::read_to_string(&note).ok().filter(|text| !text.is_empty());
    wait_until("the owner has started PostgreSQL", || read_note().is_some());
    let directory = read_note().unwrap();
    assert!(Path::new(&directory).join("data").exists());

    owner.kill().unwrap();
    owner.wait().unwrap();

    wait_until("the guard has cleaned up", || !Path::new(&directory).exists());
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
