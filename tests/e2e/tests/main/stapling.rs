//! Web servers staple what the responder says, as they are configured in the field.

use anyhow::{Result, ensure};
use certctl_domain::revocation::RevocationReason;
use certctl_e2e::harness::{PATIENCE, RelyingParty, ScenarioSettings, WebServer, WebServerKind};
use serde_json::json;

/// What the certificate is for.
const NAME: &str = "www.relied.example";

/// What a TLS client that asks for the status of the certificate is told.
fn handshake(world: &RelyingParty, server: &WebServer) -> Result<String> {
    let address = server.address();
    let connect = ["s_client", "-connect", &address, "-servername", NAME, "-status", "-CAfile", "ca.pem"];
    let told = world.openssl(&[&connect[..], &["-verify_return_error"]].concat())?;
    ensure!(told.contains("Verify return code: 0 (ok)"), "{told}");
    Ok(told)
}

/// Waits until handshakes carry a response; servers ask for it when the first client has come. What the
/// client is told then.
async fn stapled(world: &RelyingParty, server: &WebServer) -> Result<String> {
    let told = world.scenario.until("a stapled response", PATIENCE, async || {
        let told = handshake(world, server)?;
        Ok(told.contains("OCSP Response Status: successful").then_some(told))
    });
    told.await.map_err(|error| error.context(server.log()))
}

/// A certificate that is good, served by a process that reads in it where the responder is; then the same
/// one revoked, served by a fresh process that is told so.
async fn revocation_is_noticed(kind: WebServerKind) -> Result<(RelyingParty, WebServer)> {
    let mut world = RelyingParty::start(ScenarioSettings::sqlite()?, &json!({})).await?;
    let leaf = world.leaf("www").await?;
    let mut server = WebServer::start(kind, &world, "before", &leaf, None).await?;
    let told = stapled(&world, &server).await?;
    ensure!(told.contains("Cert Status: good"), "{told}");
    server.running.terminate(PATIENCE)?;

    world.revoke(&leaf, RevocationReason::KeyCompromise).await?;
    world.revoked(&leaf).await?;
    let responder = leaf.responder()?;
    let server = WebServer::start(kind, &world, "after", &leaf, Some(&responder)).await?;
    Ok((world, server))
}

/// How often the responder was asked by POST.
async fn posts(world: &RelyingParty) -> Result<f64> {
    world.scenario.counter("certctl_ocsp_counter_total{label=\"request_post\"}").await
}

#[tokio::test]
async fn apache_staples_that_a_certificate_is_good_and_later_that_it_is_revoked() -> Result<()> {
    let (world, server) = revocation_is_noticed(WebServerKind::Apache).await?;
    let told = stapled(&world, &server).await?;
    ensure!(told.contains("Cert Status: revoked") && told.contains("keyCompromise"), "{told}");
    Ok(())
}

#[tokio::test]
async fn nginx_staples_a_good_certificate_and_refuses_to_staple_a_revoked_one() -> Result<()> {
    let (world, server) = revocation_is_noticed(WebServerKind::Nginx).await?;
    // It asks when the first client has come.
    let noticed = world.scenario.until("noticing the revocation", PATIENCE, async || {
        let told = handshake(&world, &server)?;
        ensure!(!told.contains("OCSP Response Status"), "{told}");
        Ok(server.log().contains(r#"certificate status "revoked" in the OCSP response"#).then_some(()))
    });
    noticed.await.map_err(|error| error.context(server.log()))
}

#[tokio::test]
async fn caddy_finds_responder_and_ca_in_the_certificate_and_staples_only_what_is_good() -> Result<()> {
    let (world, server) = revocation_is_noticed(WebServerKind::Caddy).await?;
    // It asks before it listens. The other posts are those of the test.
    let (asked, told) = (posts(&world).await?, handshake(&world, &server)?);
    ensure!(!told.contains("OCSP Response Status"), "{told}");
    let again = WebServer::start(WebServerKind::Caddy, &world, "again", server.leaf(), None).await?;
    ensure!(posts(&world).await? > asked, "{}", again.log());
    Ok(())
}
