//! Subordinate CAs and roots from files, made with openssl.

use crate::bench::{Bench, CaFolder, P256, SUB, openssl_accepts, order, root_of};
use certctl_domain::retry::FailureClass;
use certctl_pki::Certificate;

fn refusal(bench: &Bench, config: &serde_json::Value) -> (String, String) {
    let mut problems = bench.build(config).unwrap_err();
    let problem = problems.pop().unwrap();
    assert!(problems.is_empty());
    (problem.field, problem.message)
}

#[tokio::test]
async fn a_subordinate_ca_signs_and_the_chain_stops_below_the_root() {
    let kinds: [&[&str]; 4] = [
        P256,
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["-algorithm", "ED25519"],
    ];
    for kind in kinds {
        let (bench, files) = (Bench::new(), CaFolder::new(kind, SUB, "20"));
        let ca = bench.build(&files.config("chain.pem", "sub.key")).unwrap();
        ca.check(bench.now).await.unwrap();
        let issued = bench.issue(&*ca, order("www.example.com", &["www.example.com"])).await;
        let subjects: Vec<_> = issued.chain.iter().map(Certificate::subject).collect();
        assert_eq!(subjects, ["CN=Test Sub CA"], "{kind:?}");
        let root = root_of(&*ca).await;
        assert_eq!(root.subject(), "CN=Test Root");
        openssl_accepts(&issued, &root);
    }
}

#[tokio::test]
async fn keys_in_sec1_and_pkcs1_are_read() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    files.run(&["ec", "-in", "sub.key", "-out", "sec1.key"]);
    files.set_mode("sec1.key", 0o400);
    assert!(files.read("sec1.key").contains("BEGIN EC PRIVATE KEY"));
    bench.build(&files.config("sub.pem", "sec1.key")).unwrap();

    let files = CaFolder::new(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], SUB, "20");
    files.run(&["rsa", "-in", "sub.key", "-traditional", "-out", "pkcs1.key"]);
    files.set_mode("pkcs1.key", 0o600);
    bench.build(&files.config("sub.pem", "pkcs1.key")).unwrap();
}

#[tokio::test]
async fn an_own_root_from_files_needs_no_chain() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    let ca = bench.build(&files.config("root.pem", "root.key")).unwrap();
    let issued = bench.issue(&*ca, order("www.example.com", &["www.example.com"])).await;
    assert!(issued.chain.is_empty());
    openssl_accepts(&issued, &root_of(&*ca).await);
}

#[tokio::test]
async fn a_renewed_ca_takes_effect_without_a_restart() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    let ca = bench.build(&files.config("chain.pem", "sub.key")).unwrap();
    let prepared = ca.prepare(order("a.example.com", &["a.example.com"]), bench.now).await.unwrap();

    let renewed = CaFolder::p256();
    files.write("chain.pem", &renewed.read("chain.pem"));
    files.write("sub.key", &renewed.read("sub.key"));

    // The order that was prepared for the old CA is not signed by the new one.
    let refusal = ca.issue(&prepared).await.unwrap_err();
    assert_eq!(refusal.class, FailureClass::Transient);
    let issued = bench.issue(&*ca, order("a.example.com", &["a.example.com"])).await;
    openssl_accepts(&issued, &root_of(&*ca).await);
}

#[test]
fn a_key_others_may_read_is_refused() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    for mode in [0o640, 0o604, 0o660] {
        files.set_mode("sub.key", mode);
        let (field, message) = refusal(&bench, &files.config("sub.pem", "sub.key"));
        assert_eq!(field, "ca_key_path");
        assert!(message.contains("chmod 600"), "{message}");
    }
}

#[test]
fn unsuitable_files_are_refused_with_the_field_to_look_at() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    files.write("empty.pem", "");
    files.write("both.pem", &format!("{}{}", files.read("root.pem"), files.read("sub.pem")));
    files.run(&["ec", "-in", "sub.key", "-aes128", "-passout", "pass:secret", "-out", "encrypted.key"]);
    files.set_mode("encrypted.key", 0o600);
    files.set_mode("empty.pem", 0o600);
    for (certificate, key, field, part) in [
        ("sub.pem", "root.key", "ca_key_path", "does not belong"),
        ("missing.pem", "sub.key", "ca_cert_path", "cannot be read"),
        ("sub.pem", "missing.key", "ca_key_path", "cannot be read"),
        ("empty.pem", "sub.key", "ca_cert_path", "not usable"),
        ("sub.pem", "empty.pem", "ca_key_path", "no private key"),
        ("sub.pem", "encrypted.key", "ca_key_path", "encrypted"),
        ("both.pem", "root.key", "ca_cert_path", "was not issued by"),
    ] {
        let (found, message) = refusal(&bench, &files.config(certificate, key));
        assert_eq!(found, field, "{certificate} {key}: {message}");
        assert!(message.contains(part), "{certificate} {key}: {message}");
    }
}

#[test]
fn certificates_that_may_not_sign_are_refused() {
    let bench = Bench::new();
    for extensions in [
        "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature",
        "basicConstraints=critical,CA:true\nkeyUsage=critical,cRLSign",
    ] {
        let files = CaFolder::new(P256, extensions, "20");
        let (field, message) = refusal(&bench, &files.config("chain.pem", "sub.key"));
        assert_eq!(field, "ca_cert_path");
        assert!(message.contains("may not sign certificates"), "{message}");
    }
}

#[test]
fn a_root_whose_path_length_forbids_the_subordinate_is_refused() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    let root = "[root]\nbasicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n\
                [sub]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n\
                authorityKeyIdentifier=keyid\n[middle]\nbasicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign\n\
                subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n[req]\ndistinguished_name=dn\n[dn]\n";
    files.write("ext.cnf", root);
    files.run(&[
        "req",
        "-x509",
        "-new",
        "-key",
        "root.key",
        "-subj",
        "/CN=Short Root",
        "-days",
        "30",
        "-config",
        "ext.cnf",
        "-extensions",
        "root",
        "-out",
        "root.pem",
    ]);
    files.run(&[
        "x509",
        "-req",
        "-in",
        "sub.csr",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-set_serial",
        "9",
        "-days",
        "9",
        "-extfile",
        "ext.cnf",
        "-extensions",
        "sub",
        "-out",
        "sub.pem",
    ]);
    files.write("chain.pem", &format!("{}{}", files.read("sub.pem"), files.read("root.pem")));
    let (field, message) = refusal(&bench, &files.config("chain.pem", "sub.key"));
    assert_eq!(field, "ca_cert_path");
    assert!(message.contains("allows 0 CAs below it"), "{message}");
}

#[tokio::test]
async fn an_expired_ca_is_refused_when_it_is_configured_and_when_it_signs() {
    let files = CaFolder::p256();
    let mut bench = Bench::new();
    let ca = bench.build(&files.config("chain.pem", "sub.key")).unwrap();
    bench.now = bench.now.plus(std::time::Duration::from_hours(24 * 21));
    let (field, message) = refusal(&bench, &files.config("chain.pem", "sub.key"));
    assert_eq!((field.as_str(), message.contains("expired")), ("ca_cert_path", true), "{message}");
    let refusal = ca.prepare(order("a.example.com", &["a.example.com"]), bench.now).await.unwrap_err();
    assert_eq!(refusal.class, FailureClass::Permanent);
    assert!(ca.check(bench.now).await.is_err());
}

#[tokio::test]
async fn a_ca_that_is_being_replaced_is_worth_another_attempt() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    let ca = bench.build(&files.config("chain.pem", "sub.key")).unwrap();
    let renewed = CaFolder::p256();
    files.write("chain.pem", &renewed.read("chain.pem"));
    let early = ca.prepare(order("a.example.com", &["a.example.com"]), bench.now).await.unwrap_err();
    assert_eq!(early.class, FailureClass::Transient, "{}", early.chain());
    files.write("sub.key", &renewed.read("sub.key"));
    bench.issue(&*ca, order("a.example.com", &["a.example.com"])).await;
}

#[test]
fn what_is_no_regular_file_is_refused_without_reading_it() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    let status = std::process::Command::new("mkfifo").arg("-m600").arg(files.path("pipe")).status().unwrap();
    assert!(status.success());
    for (certificate, key, field) in [
        ("/dev/zero", "sub.key", "ca_cert_path"),
        ("pipe", "sub.key", "ca_cert_path"),
        ("sub.pem", "pipe", "ca_key_path"),
        (".", "sub.key", "ca_cert_path"),
    ] {
        let (found, message) = refusal(&bench, &files.config(certificate, key));
        assert_eq!(found, field, "{certificate} {key}: {message}");
        assert!(message.contains("not a regular file"), "{certificate} {key}: {message}");
    }
}

#[tokio::test]
async fn a_key_file_that_vanished_is_worth_another_attempt() {
    let (bench, files) = (Bench::new(), CaFolder::p256());
    let ca = bench.build(&files.config("chain.pem", "sub.key")).unwrap();
    std::fs::remove_file(files.path("sub.key")).unwrap();
    let refusal = ca.prepare(order("a.example.com", &["a.example.com"]), bench.now).await.unwrap_err();
    assert_eq!(refusal.class, FailureClass::Transient);
    assert!(refusal.chain().contains("sub.key"), "{}", refusal.chain());
}
