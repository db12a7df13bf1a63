//! A CA below another one, from files: relying parties check its certificates up to the root.

use anyhow::{Result, ensure};
use certctl_domain::revocation::RevocationReason;
use certctl_e2e::harness::{PATIENCE, RelyingParty, ScenarioSettings, write};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// What OpenSSL needs to know to be a root.
const ROOT: &str = "\
[req]
distinguished_name = subject
[subject]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
default_ca = here
[here]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 1
";

/// `root.pem` with `root-crl.pem`, and `issuing.pem` with `issuing.key`, made by OpenSSL.
fn make_cas(directory: &Path) -> Result<()> {
    write(&directory.join("ca.cnf"), ROOT)?;
    write(&directory.join("index.txt"), "")?;
    write(&directory.join("crlnumber"), "01\n")?;
    let run = |command: &str| {
        let output = Command::new("openssl").args(command.split(' ')).current_dir(directory).output()?;
        ensure!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    };
    run("req -x509 -config ca.cnf -extensions root -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes \
         -subj /CN=Root -keyout root.key -out root.pem")?;
    run(
        "req -new -config ca.cnf -newkey rsa:2048 -nodes -subj /CN=Issuing -keyout issuing.key -out issuing.csr",
    )?;
    run("x509 -req -in issuing.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile ca.cnf \
         -extensions issuing -days 30 -out issuing.pem")?;
    run("ca -gencrl -config ca.cnf -cert root.pem -keyfile root.key -out root-crl.pem")
}

#[tokio::test]
async fn certificates_of_a_ca_below_a_root_are_checked_all_the_way_up() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings.server.with("CERTCTL_OCSP_NON_ISSUED_POLICY", "revoked");
    let cas = settings.directory().join("cas");
    std::fs::create_dir(&cas)?;
    make_cas(&cas)?;
    let file = |name: &str| cas.join(name).display().to_string();
    let chain = std::fs::read_to_string(file("issuing.pem"))? + &std::fs::read_to_string(file("root.pem"))?;
    write(&cas.join("chain.pem"), &chain)?;
    let (root, issuing) = (file("root.pem"), file("issuing.pem"));
    let ca = json!({"ca_cert_path": file("chain.pem"), "ca_key_path": file("issuing.key")});
    let mut world = RelyingParty::start(settings, &ca).await?;
    let leaf = world.leaf("leaf").await?;

    let url = leaf.certificate.crl_urls().concat();
    let verify = || {
        let own = String::from_utf8(world.get(&format!("{url}.pem"))?)?;
        let all = own + &std::fs::read_to_string(file("root-crl.pem"))?;
        write(&world.files.join("all.pem"), &all)?;
        let fixed = ["verify", "-crl_check_all", "-CAfile", &root, "-untrusted", &issuing];
        world.openssl(&[&fixed[..], &["-CRLfile", "all.pem", "leaf.pem"]].concat())
    };
    let said = verify()?;
    ensure!(said.contains("leaf.pem: OK"), "{said}");
    let said = world.ocsp(&leaf, &["-cert", "leaf.pem", "-serial", "0x1234"])?;
    ensure!(said.contains("leaf.pem: good") && said.contains("Response verify OK"), "{said}");
    ensure!(said.contains("0x1234: revoked") && said.contains("Jan  1 00:00:00 1970 GMT"), "{said}");

    world.revoke(&leaf, RevocationReason::AffiliationChanged).await?;
    world.revoked(&leaf).await?;
    world
        .scenario
        .until("listing the certificate", PATIENCE, async || {
            Ok(verify()?.contains("certificate revoked").then_some(()))
        })
        .await?;
    world.get(&url)?;
    world.lint(3)
}
