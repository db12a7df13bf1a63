//! What `certtool` and `ocsptool` make of CRLs and OCSP responses.

use anyhow::{Result, ensure};
use certctl_domain::revocation::RevocationReason;
use certctl_e2e::harness::{Leaf, RelyingParty, ScenarioSettings};
use serde_json::json;

/// What `ocsptool` says when it asks about a certificate.
fn asked(world: &RelyingParty, leaf: &Leaf, options: &[&str]) -> Result<String> {
    let (ask, kept) = (format!("--ask={}", leaf.responder()?), format!("--outfile={}", world.keep("ocsp")));
    let certificate = format!("--load-cert={}", leaf.file);
    let fixed = [&ask, &certificate, "--load-issuer=ca.pem", "--load-trust=ca.pem", "--outder", &kept];
    world.said("ocsptool", &[&fixed, options].concat())
}

async fn gnutls_is_content(key: &str) -> Result<()> {
    let ca = json!({"key_algorithm": key, "ca_common_name": format!("{key} CA")});
    let mut world = RelyingParty::start(ScenarioSettings::sqlite()?, &ca).await?;
    let leaves = world.leaves(&["kept", "lost"]).await?;
    let [kept, lost] = leaves.as_slice() else { anyhow::bail!("two were ordered") };
    world.revoke(lost, RevocationReason::Superseded).await?;
    world.revoked(lost).await?;

    for nonce in [&[][..], &["--nonce"]] {
        let told = asked(&world, kept, nonce)?;
        ensure!(told.contains("Certificate Status: good"), "{told}");
        ensure!(told.contains("Verifying OCSP Response: Success"), "{told}");
        let told = asked(&world, lost, nonce)?;
        ensure!(told.contains("Certificate Status: revoked"), "{told}");
        ensure!(told.contains("Verifying OCSP Response: Success"), "{told}");
    }

    let url = format!("{}/crl/{}", world.root, world.issuer);
    let number = lost.certificate.serial().to_string();
    let listed = world.scenario.until("the CRL", certctl_e2e::harness::PATIENCE, async || {
        std::fs::write(world.files.join("crl.der"), world.get(&url)?)?;
        let told = world.said("certtool", &["--crl-info", "--inder", "--infile", "crl.der"])?;
        Ok(told.contains(number.trim_start_matches('0')).then_some(told))
    });
    let told = listed.await?;
    ensure!(told.contains("Revoked certificates (1)") && told.contains("CRL Number"), "{told}");
    // `--inder` would be about the CA's file too.
    std::fs::write(world.files.join("crl.pem"), world.get(&format!("{url}.pem"))?)?;
    let verify = ["--verify-crl", "--load-ca-certificate", "ca.pem", "--infile", "crl.pem"];
    let told = world.said("certtool", &verify)?;
    ensure!(told.contains("Verification output: Verified."), "{told}");
    world.lint(5)
}

#[tokio::test]
async fn gnutls_verifies_what_an_elliptic_ca_says() -> Result<()> {
    gnutls_is_content("P-256").await
}

#[tokio::test]
async fn gnutls_verifies_what_an_rsa_ca_says() -> Result<()> {
    gnutls_is_content("RSA-2048").await
}
