//! What relying parties get from the real server, as OpenSSL and curl see it: over plain HTTP, from
//! the addresses that stand in the certificates.

use anyhow::{Context, Result, ensure};
use certctl_domain::revocation::RevocationReason;
use certctl_e2e::harness::{Leaf, PATIENCE, RelyingParty, ScenarioSettings};
use certctl_pki::Crl;
use certctl_pki::crl::EntryReason;
use serde_json::json;

/// A world with one issued certificate.
async fn world(settings: ScenarioSettings) -> Result<(RelyingParty, Leaf)> {
    let mut world = RelyingParty::start(settings, &json!({"validity": "1h"})).await?;
    let leaf = world.leaf("leaf").await?;
    Ok((world, leaf))
}

/// A pair that no CA of certctl knows: `<name>.pem` and `<name>.key`.
fn stranger(world: &RelyingParty, name: &str) -> Result<()> {
    let (certificate, key, subject) = (format!("{name}.pem"), format!("{name}.key"), format!("/CN={name}"));
    let fixed = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", &subject];
    world.openssl(&[&fixed[..], &["-out", &certificate, "-keyout", &key]].concat())?;
    Ok(())
}

/// The forms of a question by POST.
fn posted(world: &RelyingParty, leaf: &Leaf) -> Result<()> {
    let said = world.ocsp(leaf, &["-cert", "leaf.pem"])?;
    ensure!(said.contains("leaf.pem: good") && said.contains("Response verify OK"), "{said}");
    ensure!(!said.contains("WARNING"), "the nonce is missing: {said}");
    let digests = ["-sha1", "-sha256", "-sha384", "-sha512"];
    for options in digests.iter().flat_map(|digest| [["-no_nonce", digest], ["-nonce", digest]]) {
        // OpenSSL hashes as it was told before it reads the certificate.
        let said = world.ocsp(leaf, &[&options[..], &["-cert", "leaf.pem"]].concat())?;
        ensure!(said.contains("leaf.pem: good"), "{options:?}: {said}");
    }
    let serial = leaf.serial();
    let said = world.ocsp(leaf, &["-cert", "leaf.pem", "-serial", &serial, "-serial", "0x1234"])?;
    ensure!(said.contains("0x1234: unknown") && said.matches(": good").count() == 2, "{said}");

    stranger(world, "other")?;
    // A signature is nobody's business: answers are public.
    let said = world.ocsp(leaf, &["-cert", "leaf.pem", "-signer", "other.pem", "-signkey", "other.key"])?;
    ensure!(said.contains("leaf.pem: good") && said.contains("Response verify OK"), "{said}");
    let (url, kept) = (leaf.responder()?, world.keep("ocsp"));
    let other = ["ocsp", "-issuer", "other.pem", "-cert", "leaf.pem", "-url", &url, "-respout", &kept];
    let said = world.openssl(&other)?;
    ensure!(said.contains("unauthorized (6)"), "{said}");

    let media = "Content-Type: application/ocsp-request";
    let (status, body) = world.curl(&["--data-binary", "x", "-H", media, &url])?;
    assert_eq!((status, body.as_slice()), (200, [0x30, 3, 0x0a, 1, 1].as_slice()));
    let (status, _) = world.curl(&["--data-binary", "x", "-H", "Content-Type: text/plain", &url])?;
    assert_eq!(status, 415);
    Ok(())
}

/// The forms of a question by GET.
fn fetched(world: &RelyingParty, leaf: &Leaf) -> Result<()> {
    let url = leaf.responder()?;
    let ask = ["ocsp", "-issuer", "ca.pem", "-cert", "leaf.pem", "-no_nonce", "-reqout", "request.der"];
    world.openssl(&ask)?;
    let base64 = world.openssl(&["base64", "-A", "-in", "request.der"])?;
    let escaped = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    for path in [escaped.as_str(), &base64, &leaf.certificate.serial().to_string()] {
        std::fs::write(world.files.join("response.der"), world.get(&format!("{url}/{path}"))?)?;
        let shown = ["ocsp", "-respin", "response.der", "-issuer", "ca.pem", "-cert", "leaf.pem"];
        let said = world.openssl(&[&shown[..], &["-CAfile", "ca.pem", "-no_nonce"]].concat())?;
        ensure!(said.contains("leaf.pem: good") && said.contains("Response verify OK"), "{path}: {said}");
    }
    let text = ["ocsp", "-respin", "response.der", "-noverify", "-resp_text"];
    let told = world.openssl(&text)?;
    let (_, responder) = told.split_once("Certificate:").context("the responder sends no certificate")?;
    for extension in ["OCSP Signing", "OCSP No Check", "Digital Signature"] {
        ensure!(responder.contains(extension), "{extension}: {responder}");
    }
    Ok(())
}

/// What else the plain listener has: the CA's certificate, and nothing but what relying parties need.
fn nothing_else(world: &RelyingParty, leaf: &Leaf) -> Result<()> {
    let issuer = leaf.certificate.ca_issuer_urls().pop().context("the certificate names no issuer")?;
    assert_eq!(world.get(&issuer)?, world.ca.der());
    for (path, expected) in [("/health", 200), ("/api/v1/version", 404), ("/api/v1/certificates", 404)] {
        let url = world.root.replace("/.well-known/pki", path);
        assert_eq!(world.curl(&[&url])?.0, expected, "{path}");
    }
    let unknown = format!("{}/crl/iss-nobody", world.root);
    assert_eq!(world.curl(&[&unknown])?.0, 404);
    Ok(())
}

async fn openssl_is_content(settings: ScenarioSettings) -> Result<()> {
    let (world, leaf) = world(settings).await?;
    posted(&world, &leaf)?;
    fetched(&world, &leaf)?;
    nothing_else(&world, &leaf)?;
    let counted = world.scenario.counter("certctl_ocsp_counter_total{label=\"request_get\"}").await?;
    assert!((counted - 3.0).abs() < 0.1, "{counted}");
    world.lint(15)
}

#[tokio::test]
async fn openssl_finds_good_what_was_issued_on_sqlite() -> Result<()> {
    openssl_is_content(ScenarioSettings::sqlite()?).await
}

#[tokio::test]
async fn openssl_finds_good_what_was_issued_on_postgresql() -> Result<()> {
    openssl_is_content(ScenarioSettings::postgres()?).await
}

/// The CRL that a certificate names, read anew; `crl.der` and `crl.pem` are its files.
fn crl_of(world: &RelyingParty, leaf: &Leaf) -> Result<Crl> {
    let url = leaf.certificate.crl_urls().pop().context("the certificate names no CRL")?;
    let crl = Crl::parse(&world.get(&url)?)?;
    crl.verify_signed_by(&world.ca)?;
    std::fs::write(world.files.join("crl.der"), crl.der())?;
    std::fs::write(world.files.join("crl.pem"), crl.to_pem())?;
    Ok(crl)
}

/// Waits until the CRL lists the certificate.
async fn listed(world: &RelyingParty, leaf: &Leaf) -> Result<Crl> {
    let listed = world.scenario.until("listing a revoked certificate", PATIENCE, async || {
        let crl = crl_of(world, leaf)?;
        Ok(crl.find(leaf.certificate.serial()).is_some().then_some(crl))
    });
    listed.await
}

#[tokio::test]
async fn openssl_reads_the_crl_before_and_after_revocations_and_a_restart() -> Result<()> {
    let mut world = RelyingParty::start(ScenarioSettings::sqlite()?, &json!({"validity": "1h"})).await?;
    let leaves = world.leaves(&["first", "second", "third"]).await?;
    let [first, second, third] = leaves.as_slice() else { anyhow::bail!("three were ordered") };
    let mut number = crl_of(&world, first)?.number();
    let download = ["verify", "-crl_check", "-crl_download", "-CAfile", "ca.pem", "first.pem"];
    ensure!(world.openssl(&download)?.contains("first.pem: OK"));
    let check = ["verify", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", "ca.pem", "first.pem"];
    ensure!(world.openssl(&check)?.contains("first.pem: OK"));

    for (leaf, reason) in [
        (first, RevocationReason::KeyCompromise),
        (second, RevocationReason::Unspecified),
        (third, RevocationReason::CertificateHold),
    ] {
        world.revoke(leaf, reason).await?;
        let next = listed(&world, leaf).await?.number();
        ensure!(next > number, "CRL {next:?} follows {number:?}");
        number = next;
    }
    for check in [&download, &check[..]] {
        let said = world.openssl(check)?;
        ensure!(said.contains("error 23 at 0 depth lookup: certificate revoked"), "{said}");
    }
    let show = ["crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text", "-CAfile", "ca.pem"];
    let said = world.openssl(&show)?;
    for part in ["verify OK", "X509v3 CRL Number", "X509v3 Authority Key Identifier", "Key Compromise"] {
        ensure!(said.contains(part), "{part}: {said}");
    }
    // RFC 5280 §5.3.1: "unspecified" is left out.
    ensure!(said.matches("Serial Number:").count() == 3, "{said}");
    ensure!(said.matches("X509v3 CRL Reason Code").count() == 2, "{said}");
    let fields = ["-crlnumber", "-lastupdate", "-nextupdate", "-issuer", "-hash"];
    let said =
        world.openssl(&[&["crl", "-inform", "DER", "-in", "crl.der", "-noout"], &fields[..]].concat())?;
    ensure!(
        said.contains("crlNumber=0x") && said.contains("nextUpdate=") && said.contains("issuer="),
        "{said}"
    );

    let url = first.certificate.crl_urls().pop().context("no CRL")?;
    let headers = world.said("curl", &["-sSI", &url])?.to_ascii_lowercase();
    ensure!(headers.starts_with("http/1.1 200") && headers.contains("application/pkix-crl"), "{headers}");
    ensure!(
        !headers.contains("strict-transport-security"),
        "RFC 6797 §7.2 forbids it without TLS: {headers}"
    );
    let (_, tag) = headers.split_once("etag: ").with_context(|| headers.clone())?;
    let header = format!("If-None-Match: {}", tag.lines().next().unwrap_or_default());
    assert_eq!(world.curl(&["-H", &header, &url])?.0, 304);

    world.scenario.server.running.terminate(PATIENCE)?;
    world.scenario.restart()?;
    ensure!(crl_of(&world, first)?.number() >= number, "numbers go on where they were");
    ensure!(world.openssl(&show)?.contains("verify OK"), "the CA is the same after a restart");
    let said = world.ocsp(first, &["-cert", "first.pem", "-cert", "second.pem", "-cert", "third.pem"])?;
    ensure!(said.matches(": revoked").count() == 3 && said.contains("Response verify OK"), "{said}");
    ensure!(said.matches("Reason:").count() == 2, "{said}");
    world.scenario.admin.certificates().unhold(&third.id).await?;
    world
        .scenario
        .until("the end of a hold", PATIENCE, async || {
            let released = crl_of(&world, third)?.find(third.certificate.serial()).is_none();
            let said = world.ocsp(third, &["-cert", "third.pem", "-no_nonce"])?;
            Ok((released && said.contains("third.pem: good")).then_some(()))
        })
        .await?;
    world.lint(8)
}

/// The delta that knows of the certificate.
async fn delta_with(world: &RelyingParty, leaf: &Leaf) -> Result<Crl> {
    let url = leaf.certificate.freshest_crl_urls().pop().context("no address of a delta")?;
    let found = world.scenario.until("a delta with the change", PATIENCE, async || {
        let (status, body) = world.curl(&[&url])?;
        // Before the first change there is none.
        let delta = (status == 200).then(|| Crl::parse(&body)).transpose()?;
        Ok(delta.filter(|delta| delta.find(leaf.certificate.serial()).is_some()))
    });
    let delta = found.await?;
    delta.verify_signed_by(&world.ca)?;
    Ok(delta)
}

/// What OpenSSL says of a certificate to somebody who has these CRLs.
fn with_crls(world: &RelyingParty, leaf: &Leaf, crls: &[&Crl]) -> Result<String> {
    let crls: String = crls.iter().map(|crl| crl.to_pem()).collect();
    std::fs::write(world.files.join("crls.pem"), crls)?;
    let verify = ["verify", "-extended_crl", "-use_deltas", "-crl_check", "-CAfile", "ca.pem"];
    world.openssl(&[&verify[..], &["-CRLfile", "crls.pem", &leaf.file]].concat())
}

#[tokio::test]
async fn openssl_learns_from_a_delta_what_the_complete_crl_did_not_know() -> Result<()> {
    let ca = json!({"validity": "1h", "delta_crls": true});
    let mut world = RelyingParty::start(ScenarioSettings::sqlite()?, &ca).await?;
    let leaves = world.leaves(&["lost", "held"]).await?;
    let [lost, held] = leaves.as_slice() else { anyhow::bail!("two were ordered") };

    // Who has only the complete CRL of before believes it; who has the delta too knows better.
    let before = crl_of(&world, lost)?;
    world.revoke(lost, RevocationReason::Superseded).await?;
    let delta = delta_with(&world, lost).await?;
    ensure!(delta.base_number() <= before.number() && delta.number() > before.number(), "{delta:?}");
    ensure!(with_crls(&world, lost, &[&before])?.contains("lost.pem: OK"));
    let said = with_crls(&world, lost, &[&before, &delta])?;
    ensure!(said.contains("certificate revoked"), "{said}");
    let fetch =
        ["verify", "-extended_crl", "-use_deltas", "-crl_check", "-crl_download", "-CAfile", "ca.pem"];
    ensure!(world.openssl(&[&fetch[..], &["lost.pem"]].concat())?.contains("certificate revoked"));

    world.revoke(held, RevocationReason::CertificateHold).await?;
    let before = listed(&world, held).await?;
    world.scenario.admin.certificates().unhold(&held.id).await?;
    let released = world.scenario.until("a delta with the end of the hold", PATIENCE, async || {
        let delta = delta_with(&world, held).await?;
        let entry = delta.find(held.certificate.serial());
        Ok(entry.is_some_and(|entry| entry.reason == EntryReason::RemoveFromCrl).then_some(delta))
    });
    let delta = released.await?;
    ensure!(with_crls(&world, held, &[&before])?.contains("certificate revoked"));
    let said = with_crls(&world, held, &[&before, &delta])?;
    ensure!(said.contains("held.pem: OK"), "{said}");
    world.lint(4)
}

#[tokio::test]
async fn openssl_takes_the_part_of_a_divided_crl_that_the_certificate_names() -> Result<()> {
    let ca = json!({"validity": "1h", "crl_partitions": 2, "delta_crls": true});
    let mut world = RelyingParty::start(ScenarioSettings::sqlite()?, &ca).await?;
    let names: Vec<String> = (0..8).map(|number| format!("leaf-{number}")).collect();
    let leaves = world.leaves(&names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let (lost, kept) = leaves.split_first().context("eight were ordered")?;
    world.revoke(lost, RevocationReason::Superseded).await?;
    let part = listed(&world, lost).await?;
    assert_eq!(part.issuing_urls(), lost.certificate.crl_urls());

    // Without `-extended_crl` OpenSSL takes a delta for a complete CRL when it is newer.
    let verify = |leaf: &Leaf| {
        let fixed = ["verify", "-extended_crl", "-crl_check", "-crl_download", "-CAfile", "ca.pem"];
        world.openssl(&[&fixed[..], &[&leaf.file]].concat())
    };
    let said = verify(lost)?;
    ensure!(said.contains("certificate revoked"), "{said}");
    for leaf in kept {
        let said = verify(leaf)?;
        ensure!(said.contains(&format!("{}: OK", leaf.file)), "{said}");
    }
    // What one part says is nothing that another part's certificate can be checked with.
    let elsewhere = kept.iter().find(|leaf| leaf.certificate.crl_urls() != lost.certificate.crl_urls());
    if let Some(leaf) = elsewhere {
        let check = ["verify", "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", &leaf.file];
        let said = world.openssl(&check)?;
        ensure!(said.contains("different CRL scope"), "{said}");
    }
    world.get(&format!("{}/crl/{}", world.root, world.issuer))?;
    world.lint(2)
}
