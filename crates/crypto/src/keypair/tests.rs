//! Keys of every kind sign verifiably, survive saving, and are read as OpenSSL writes them.

#![expect(clippy::disallowed_methods, reason = "OpenSSL and its files are the second opinion of these tests")]

use super::*;
use std::process::Command;

const ED25519: KeySpec = KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 };
const P384: KeySpec = KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 };

const fn rsa(size: u32) -> KeySpec {
    KeySpec { algorithm: KeyAlgorithm::Rsa, size }
}

fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .output()
        .expect("the openssl command is needed: apt-get install openssl");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Content of the BIT STRING that ends every `SubjectPublicKeyInfo`.
fn key_bits(key: &KeyPair) -> Vec<u8> {
    let length = match (key.spec().algorithm, key.spec().size) {
        (KeyAlgorithm::Ecdsa, 256) => 65,
        (KeyAlgorithm::Ecdsa, _) => 97,
        (KeyAlgorithm::Ed25519, _) => 32,
        (KeyAlgorithm::Rsa, _) => key.public_spki_der().len() - 24,
    };
    let spki = key.public_spki_der();
    spki[spki.len() - length..].to_vec()
}

#[test]
fn every_kind_of_key_signs_verifiably_and_survives_saving() {
    for spec in [KeySpec::P256, P384, ED25519, rsa(2048), rsa(3072)] {
        let key = KeyPair::generate(spec).unwrap();
        assert_eq!(key.spec(), spec);
        let reloaded = KeyPair::from_pem(key.to_pkcs8_pem().unwrap().expose()).unwrap();
        assert_eq!(reloaded.spec(), spec);
        assert_eq!(reloaded.public_spki_der(), key.public_spki_der());

        let signature = reloaded.sign(b"message").unwrap();
        assert_eq!(signature.algorithm, key.algorithm());
        let verify =
            |message: &[u8]| signature.algorithm.verify(spec, &key_bits(&key), message, &signature.bytes);
        verify(b"message").unwrap();
        assert!(matches!(verify(b"massage"), Err(Error::InvalidSignature)), "{spec:?}");
    }
}

#[test]
fn openssl_reads_our_keys_and_verifies_our_signatures() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for spec in [KeySpec::P256, P384, ED25519, rsa(2048)] {
        let key = KeyPair::generate(spec).unwrap();
        let (pem, public, message, signature) =
            (path("key.pem"), path("pub.pem"), path("message"), path("sig"));
        std::fs::write(&pem, key.to_pkcs8_pem().unwrap().expose()).unwrap();
        std::fs::write(&message, b"message").unwrap();
        std::fs::write(&signature, key.sign(b"message").unwrap().bytes).unwrap();
        std::fs::write(&public, openssl(&["pkey", "-in", &pem, "-pubout"])).unwrap();
        let mut arguments =
            vec!["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", &public, "-in", &message];
        arguments.extend(["-sigfile", &signature]);
        if spec.algorithm != KeyAlgorithm::Ed25519 {
            arguments.extend(["-digest", if spec == P384 { "sha384" } else { "sha256" }]);
        }
        assert!(openssl(&arguments).contains("Verified Successfully"), "{spec:?}");
    }
}

#[test]
fn keys_made_by_openssl_are_read_in_all_their_formats() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pkcs8.pem");
    let path = path.to_str().unwrap();
    let kinds: [(&[&str], KeySpec); 4] = [
        (&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], KeySpec::P256),
        (&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], P384),
        (&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], rsa(2048)),
        (&["-algorithm", "ED25519"], ED25519),
    ];
    for (arguments, spec) in kinds {
        let pkcs8 = openssl(&[&["genpkey"], arguments].concat());
        assert_eq!(KeyPair::from_pem(&pkcs8).unwrap().spec(), spec);
        if spec.algorithm != KeyAlgorithm::Ed25519 {
            std::fs::write(path, &pkcs8).unwrap();
            let traditional = openssl(&["pkey", "-in", path, "-traditional"]);
            assert!(traditional.contains(if spec.algorithm == KeyAlgorithm::Rsa {
                "RSA PRIVATE"
            } else {
                "EC PRIVATE"
            }));
            assert_eq!(KeyPair::from_pem(&traditional).unwrap().spec(), spec);
        }
        std::fs::write(path, &pkcs8).unwrap();
        let encrypted = openssl(&["pkcs8", "-topk8", "-in", path, "-passout", "pass:x"]);
        assert!(matches!(KeyPair::from_pem(&encrypted), Err(Error::EncryptedPrivateKey)));
    }
    let with_parameters = openssl(&["ecparam", "-name", "prime256v1", "-genkey"]);
    assert!(with_parameters.contains("EC PARAMETERS"));
    assert_eq!(KeyPair::from_pem(&with_parameters).unwrap().spec(), KeySpec::P256);
}

#[test]
fn unusable_keys_are_refused() {
    let curve = openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]);
    let small = openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    for pem in [&curve, &small] {
        assert!(matches!(KeyPair::from_pem(pem), Err(Error::UnusablePrivateKey)));
    }
    let certificate = pem::encode("CERTIFICATE", b"x");
    assert!(matches!(KeyPair::from_pem(&certificate), Err(Error::NoPrivateKey)));
    assert!(matches!(KeyPair::generate(rsa(1024)), Err(Error::UnsupportedKeySpec(_))));
}

#[test]
fn printing_a_key_shows_its_kind_only() {
    let shown = format!("{:?}", KeyPair::generate(KeySpec::P256).unwrap());
    assert!(shown.contains("256") && shown.len() < 120, "{shown}");
}

#[test]
fn algorithm_identifiers_are_well_formed_and_unique() {
    for algorithm in SignatureAlgorithm::ALL {
        let der = algorithm.identifier_der();
        assert_eq!(usize::from(der[1]), der.len() - 2, "{algorithm}");
        assert_eq!(SignatureAlgorithm::from_identifier_der(der), Some(algorithm));
    }
    // ecdsa-with-SHA256 with a NULL parameter, which RFC 5758 §3.2 forbids.
    let wrong = b"\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00";
    assert_eq!(SignatureAlgorithm::from_identifier_der(wrong), None);
}
