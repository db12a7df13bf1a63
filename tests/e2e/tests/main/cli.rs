//! The command line against a real server.

use anyhow::{Context, Result};
use certctl_e2e::harness::{Cli, Scenario};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

const NAME: &str = "www.cli.example";

fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer} in {value}"))
}

#[tokio::test]
async fn a_key_is_checked_before_it_is_kept_and_kept_for_its_owner_alone() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let cli = Cli::new(&scenario, "home")?;
    assert_eq!(cli.refused(&["certs", "list", "--server", scenario.server.url()])?.0, Some(1), "not trusted");

    let wrong = cli.login(&scenario, "ck_wrong\n").expect_err("a wrong key was accepted").to_string();
    assert!(wrong.contains("nothing was saved"), "{wrong}");
    let file = scenario.directory().join("home/.config/certctl/contexts.toml");
    assert!(!file.exists());

    let told = cli.login(&scenario, &format!("{}\n", scenario.admin_key.expose()))?;
    assert!(told.contains("as admin"), "{told}");
    assert_eq!(std::fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    assert!(cli.told(&["doctor"])?.contains("ok       key"), "{}", cli.told(&["doctor"])?);
    assert_eq!(text(&cli.json(&["status"])?, "/status")?, "healthy");
    Ok(())
}

#[tokio::test]
async fn a_certificate_is_issued_deployed_renewed_and_explained_from_the_command_line() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let cli = Cli::admin(&scenario)?;
    let agent = scenario.agent("web-1").await?;
    let nginx = scenario.nginx(NAME).await?;
    let config = serde_json::to_string(&Value::Object(nginx.target_config()))?;
    let agent_id = format!("agent_id={}", agent.id);
    let config = format!("config={config}");
    cli.told(&[
        "targets",
        "create",
        "--set",
        "id=tgt-web",
        "--set",
        "name=web",
        "--set",
        "type=NGINX",
        "--set",
        &agent_id,
        "--set",
        &config,
    ])?;
    let name = format!("common_name={NAME}");
    cli.told(&[
        "certs",
        "create",
        "--set",
        "id=mc-www",
        "--set",
        "name=www",
        "--set",
        &name,
        "--set",
        "target_ids=[\"tgt-web\"]",
        "--set",
        "issuer_id=iss-local",
        "--set",
        "owner_id=o-default",
        "--set",
        "team_id=t-default",
        "--set",
        "renewal_policy_id=rp-default",
    ])?;
    let certificate = certctl_domain::id::CertificateId::parse("mc-www")?;
    scenario.issued(&certificate, 1).await?;
    scenario.settled(&certificate).await?;

    let told = cli.told(&["certs", "list", "--status", "Active"])?;
    let rows: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.first().context("no header")?, &["ID", "COMMON", "NAME", "STATUS", "EXPIRES", "ISSUER"]);
    assert_eq!(rows.get(1).context("no row")?.get(..3), Some(&["mc-www", NAME, "Active"][..]));
    assert_eq!(rows.get(2), Some(&vec!["Total:", "1"]));

    cli.told(&["certs", "renew", "mc-www", "--wait=10m"])?;
    let versions = cli.json(&["certs", "versions", "mc-www"])?;
    assert_eq!(versions.pointer("/total"), Some(&Value::from(2)));
    // While the new version is on its way to the target, the deployment is what comes next.
    scenario.settled(&certificate).await?;
    let explained = cli.told(&["explain", "mc-www"])?;
    assert!(explained.contains("mc-www: renew at"), "{explained}");
    let csv = cli.told(&["certs", "list", "-o", "csv"])?;
    assert!(csv.starts_with("id,common_name,status,expires_at,issuer_id\nmc-www,"), "{csv}");
    assert!(cli.told(&["certs", "get", "mc-www", "-o", "yaml"])?.contains(&format!("common_name: {NAME}")));
    assert!(cli.told(&["certs", "export", "mc-www", "--download"])?.contains("BEGIN CERTIFICATE"));
    Ok(())
}

#[tokio::test]
async fn exit_codes_tell_scripts_what_happened() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let cli = Cli::admin(&scenario)?;
    cli.told(&["teams", "create", "--set", "id=t-web", "--set", "name=Web"])?;
    let (code, why) = cli.refused(&["teams", "create", "--set", "id=t-two", "--set", "name=Web"])?;
    assert_eq!(code, Some(4), "{why}");
    let (code, why) = cli.refused(&["teams", "get", "t-none"])?;
    assert_eq!(code, Some(3), "{why}");
    assert!(why.contains("t-none"), "{why}");
    let (code, why) = cli.refused(&["teams", "delete", "t-web"])?;
    assert_eq!(code, Some(2), "without a terminal it must be confirmed: {why}");
    cli.told(&["teams", "delete", "t-web", "--yes"])?;

    let viewer = cli.json(&["api-keys", "create", "--set", "name=viewer", "--set", "role=viewer"])?;
    let token = text(&viewer, "/token")?;
    let refused =
        cli.command(&["teams", "create", "--set", "name=x"])?.env("CERTCTL_API_KEY", token).output()?;
    assert_eq!(refused.status.code(), Some(5), "{}", String::from_utf8_lossy(&refused.stderr));
    let stranger = cli.command(&["teams", "list"])?.env("CERTCTL_API_KEY", "ck_stranger").output()?;
    assert_eq!(stranger.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&stranger.stderr).contains("certctl login"));
    Ok(())
}

#[tokio::test]
async fn fields_are_changed_one_by_one_and_lists_are_read_to_their_end() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let cli = Cli::admin(&scenario)?;
    for n in 0..7 {
        let (id, name) = (format!("id=t-{n}x"), format!("name=Team {n}"));
        cli.told(&["teams", "create", "--set", &id, "--set", &name])?;
    }
    let all = cli.json(&["teams", "list", "--all", "--per-page", "3"])?;
    // The seed has a team of its own.
    assert_eq!(all.pointer("/total"), Some(&Value::from(8)));
    assert_eq!(all.pointer("/data").and_then(Value::as_array).map(Vec::len), Some(8));

    cli.told(&["teams", "update", "t-0x", "--set", "description=On call"])?;
    let changed = cli.json(&["teams", "update", "t-0x", "--set", "name=Zero"])?;
    assert_eq!((text(&changed, "/name")?, text(&changed, "/description")?), ("Zero", "On call"));
    let cleared = cli.json(&["teams", "update", "t-0x", "--unset", "description"])?;
    assert_eq!(text(&cleared, "/description")?, "");
    let typed = cli.typed(&["teams", "replace", "t-0x", "-f", "-", "-o", "json"], "name: From YAML\n")?;
    assert!(String::from_utf8_lossy(&typed.stdout).contains("From YAML"), "{typed:?}");
    Ok(())
}
