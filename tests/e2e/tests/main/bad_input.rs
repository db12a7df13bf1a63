//! A server that cannot start, or cannot go on, says why and leaves nothing half done.

use anyhow::{Context, Result, ensure};
use certctl_client::ListQuery;
use certctl_e2e::harness::{PATIENCE, Running, Scenario, ScenarioSettings, ServerSettings, tail};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

const CONFIGURATION: i32 = 64;
const RUNTIME: i32 = 1;
/// `nobody` on Debian-like systems.
const NOBODY: u32 = 65534;

/// What a server that ends by itself says.
fn refusal(settings: &ServerSettings, code: i32) -> Result<String> {
    let mut server = settings.clone().with("CERTCTL_SERVER_PORT", 0).launch()?;
    let status = server.running.wait(PATIENCE)?;
    let log = server.running.log();
    ensure!(status.code() == Some(code), "{status}, expected {code}:\n{}", tail(&log, 20));
    ensure!(!log.contains("panicked"), "{log}");
    Ok(log)
}

#[test]
fn an_unknown_or_unreadable_setting_is_named_with_what_was_probably_meant() -> Result<()> {
    let scene = ScenarioSettings::sqlite()?;
    let told = refusal(&scene.server.clone().with("CERTCTL_SERVR_HOST", "127.0.0.1"), CONFIGURATION)?;
    assert!(told.contains("CERTCTL_SERVR_HOST") && told.contains("CERTCTL_SERVER_HOST"), "{told}");
    let told = refusal(&scene.server.clone().with("CERTCTL_JOB_LEASE", "soon"), CONFIGURATION)?;
    assert!(told.contains("CERTCTL_JOB_LEASE") && told.contains("soon"), "{told}");
    assert!(!scene.server.data_dir().exists(), "nothing is made before the configuration is right");
    Ok(())
}

#[test]
fn tls_files_that_cannot_be_used_are_named() -> Result<()> {
    let scene = ScenarioSettings::sqlite()?;
    let (certificate, key) = (scene.directory().join("tls.crt"), scene.directory().join("tls.key"));
    let settings = scene
        .server
        .clone()
        .with("CERTCTL_SERVER_TLS_CERT_PATH", certificate.display())
        .with("CERTCTL_SERVER_TLS_KEY_PATH", key.display());
    let told = refusal(&settings, CONFIGURATION)?;
    assert!(told.contains("tls.crt"), "{told}");

    std::fs::write(&certificate, "nonsense")?;
    std::fs::write(&key, "nonsense")?;
    let told = refusal(&settings, CONFIGURATION)?;
    assert!(told.contains("tls.crt"), "{told}");

    let (first, _) = certctl_e2e::harness::self_signed(&["localhost"])?;
    let (_, other_key) = certctl_e2e::harness::self_signed(&["localhost"])?;
    std::fs::write(&certificate, first)?;
    std::fs::write(&key, other_key)?;
    let told = refusal(&settings, CONFIGURATION)?;
    assert!(told.contains("tls.key") || told.contains("tls.crt"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_master_key_is_refused_before_anything_is_served() -> Result<()> {
    let mut scenario = Scenario::sqlite()?;
    // A CA key is the first secret at rest: it is made when the CA is first asked.
    let issuer = scenario.issuer("1h").await?;
    scenario.admin.issuers().test(&issuer).await?;
    scenario.server.running.terminate(PATIENCE)?;
    let settings = scenario.server.settings().clone();
    let wrong =
        settings.clone().with("CERTCTL_CONFIG_ENCRYPTION_KEY", "another key, which never sealed anything");
    let told = refusal(&wrong, CONFIGURATION)?;
    assert!(told.contains("hint:") && told.contains("CERTCTL_CONFIG_ENCRYPTION_KEY"), "{told}");

    let key = settings.data_dir().join("master.key");
    let kept = std::fs::read(&key)?;
    std::fs::remove_file(&key)?;
    let told = refusal(&settings, CONFIGURATION)?;
    assert!(told.contains("master.key") && told.contains("hint:"), "{told}");
    assert!(!key.exists(), "no other key takes the place of the lost one");

    std::fs::write(&key, kept)?;
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600))?;
    scenario.restart()?;
    scenario.admin.system().auth_check().await?;
    Ok(())
}

#[test]
fn a_data_directory_that_cannot_be_written_is_named() -> Result<()> {
    let scene = ScenarioSettings::sqlite()?;
    let parent = scene.directory().join("read-only");
    std::fs::create_dir(&parent)?;
    let data = parent.join("data");
    let settings =
        scene.server.clone().with("CERTCTL_DATA_DIR", data.display()).with("CERTCTL_SERVER_PORT", 0);
    // Root may write anywhere, so the program runs as nobody, from a place nobody can reach.
    let program = scene.directory().join("certctl-server");
    std::fs::copy(settings.program_path(), &program)?;
    open_up(scene.directory(), 0o755)?;
    open_up(&program, 0o755)?;
    open_up(&parent, 0o555)?;
    let mut command = Command::new(&program);
    settings.apply(&mut command);
    if nix::unistd::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut running = Running::start("unwritable", &mut command, scene.directory())?;
    let status = running.wait(PATIENCE)?;
    let told = running.log();
    assert!(matches!(status.code(), Some(RUNTIME | CONFIGURATION)), "{status}: {told}");
    assert!(told.contains("read-only/data") && told.contains("hint:"), "{told}");
    assert!(!data.exists());
    Ok(())
}

fn open_up(path: &Path, mode: u32) -> Result<()> {
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?)
}

/// The same server on a disk that is full after `kibibytes` per file.
fn on_a_full_disk(settings: &ServerSettings, kibibytes: u64) -> ServerSettings {
    let program = settings.program_path().display().to_string();
    // Without the trap the signal SIGXFSZ would end the process; a full disk only fails the write.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec '{program}' \"$@\"", kibibytes * 2);
    settings.clone().program(Path::new("/bin/sh"), &["-c", &script, "certctl-server"])
}

#[tokio::test]
async fn a_full_disk_stops_the_first_start_and_the_next_one_begins_anew() -> Result<()> {
    let mut scene = ScenarioSettings::sqlite()?;
    let full = on_a_full_disk(&scene.server, 24);
    let told = refusal(&full, RUNTIME)?;
    assert!(told.contains("error:"), "{told}");
    scene.server = scene.server.sibling("server");
    let scenario = scene.start().context("the start after the disk had room again")?;
    assert_eq!(scenario.admin.issuers().list(&ListQuery::new()).await?.total, 1);
    Ok(())
}

#[tokio::test]
async fn a_disk_that_fills_up_loses_nothing_that_was_confirmed() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    // On a fast machine the limit would end the loop below before the disk does.
    settings.server = settings.server.with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let mut scenario = settings.start()?;
    let normal = scenario.server.settings().clone();
    scenario.server.running.terminate(PATIENCE)?;
    let database = normal.data_dir().join("certctl.db");
    let size = std::fs::metadata(&database)?.len() / 1024;
    scenario.restart_with(&on_a_full_disk(&normal, size + 64))?;

    let issuer = certctl_domain::id::IssuerId::parse("iss-local")?;
    let mut confirmed = 0;
    let refused = loop {
        let request = Scenario::request(&format!("host-{confirmed}.full.example"), &issuer, &[])?;
        match scenario.admin.certificates().create(&request).await {
            Ok(_) => confirmed += 1,
            Err(error) => break error,
        }
        ensure!(confirmed < 20_000, "the disk never filled up");
    };
    assert!(matches!(refused.status(), Some(500..=599)), "{refused}");
    assert!(refused.code().is_some(), "{refused}");
    scenario.server.running.terminate(PATIENCE)?;
    scenario.restart_with(&normal)?;
    assert_eq!(scenario.admin.certificates().list(&ListQuery::new()).await?.total, confirmed);
    scenario.certificate("after.full.example", &issuer, &[]).await?;
    Ok(())
}
