//! PKCS#12 files, read by `openssl` and, where there is one, by Java's `keytool`.

use super::support::{leaf_template, openssl, root};
use certctl_crypto::KeyPair;
use certctl_domain::profile::KeySpec;
use certctl_pki::pkcs12::trust_store;
use std::process::Command;

#[test]
fn other_programs_read_the_certificates_and_find_no_key() {
    let dir = tempfile::tempdir().unwrap();
    let ca = root(KeySpec::P256, None);
    let inner = ca.intermediate("Test Intermediate", None);
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let leaf = inner.issue(&leaf_template(&key, &["www.example.com"]));
    for (password, file) in [("changeit", "ascii.p12"), ("päss wörd 日本", "other.p12"), ("", "empty.p12")]
    {
        let made = trust_store(&[leaf.clone(), inner.certificate.clone()], password).unwrap();
        std::fs::write(dir.path().join(file), made).unwrap();
        let pass = format!("pass:{password}");
        let shown = openssl(dir.path(), &["pkcs12", "-in", file, "-passin", &pass, "-info", "-nodes"]);
        assert!(shown.contains("PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256"), "{shown}");
        assert!(shown.contains("MAC: sha256, Iteration 10000"), "{shown}");
        assert_eq!(shown.matches("BEGIN CERTIFICATE").count(), 2, "{shown}");
        assert!(shown.contains("CN=www.example.com") && !shown.contains("PRIVATE KEY"), "{shown}");
        let block: String = leaf.to_pem().lines().nth(1).unwrap().to_owned();
        assert!(shown.contains(&block));
    }
    let wrong = Command::new("openssl")
        .current_dir(dir.path())
        .args(["pkcs12", "-in", "ascii.p12", "-passin", "pass:wrong", "-nokeys"])
        .output()
        .unwrap();
    assert!(!wrong.status.success());

    let listed = Command::new("keytool")
        .current_dir(dir.path())
        .args(["-list", "-storetype", "PKCS12", "-keystore", "ascii.p12", "-storepass", "changeit"])
        .output();
    // Java is not everywhere; where it is, both entries are trusted.
    if let Ok(listed) = listed {
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(listed.status.success(), "{text}");
        assert_eq!(text.matches("trustedCertEntry").count(), 2, "{text}");
    }
}
