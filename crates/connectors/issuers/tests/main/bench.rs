//! A key store in memory, a clock that stands still, and openssl.

use async_trait::async_trait;
use certctl_connector_api::issuer::{
    CaKeyStore, CaMaterial, IssuanceOrder, IssuedCertificate, Issuer, IssuerEnv, Prepared,
};
use certctl_connector_api::{ConfigError, ConnectorError, RawConfig};
use certctl_crypto::{KeyPair, SecretBytes};
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::San;
use certctl_domain::{Clock, Timestamp};
use certctl_pki::{Certificate, RequestTemplate, chain_to_pem};
use parking_lot::Mutex;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct StoppedClock(pub(crate) Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Keeps the first key of each issuer, like the database's unique index.
#[derive(Debug, Default)]
pub(crate) struct MemoryKeys {
    kept: Mutex<HashMap<IssuerId, CaMaterial>>,
}

fn copy(material: &CaMaterial) -> CaMaterial {
    CaMaterial {
        chain_der: material.chain_der.clone(),
        private_key_pkcs8: SecretBytes::new(material.private_key_pkcs8.expose()),
        not_before: material.not_before,
        not_after: material.not_after,
    }
}

#[async_trait]
impl CaKeyStore for MemoryKeys {
    async fn load(&self, issuer: &IssuerId) -> Result<Option<CaMaterial>, ConnectorError> {
        // Gives a racing replica its turn, as a query would.
        tokio::task::yield_now().await;
        Ok(self.kept.lock().get(issuer).map(copy))
    }

    async fn retiring(&self, _: &IssuerId) -> Result<Vec<CaMaterial>, ConnectorError> {
        Ok(Vec::new())
    }

    async fn store_first(
        &self,
        issuer: &IssuerId,
        material: CaMaterial,
    ) -> Result<CaMaterial, ConnectorError> {
        tokio::task::yield_now().await;
        Ok(copy(self.kept.lock().entry(issuer.clone()).or_insert(material)))
    }
}

/// An issuer's surroundings, shared by its replicas and restarts.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) keys: Arc<MemoryKeys>,
    pub(crate) now: Timestamp,
}

impl Bench {
    /// A minute after the real time, which openssl goes by: what it makes next is valid already.
    pub(crate) fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Self {
            keys: Arc::default(),
            now: Timestamp::from_unix_seconds(i64::try_from(now.as_secs()).unwrap() + 60),
        }
    }

    pub(crate) fn build(&self, config: &serde_json::Value) -> Result<Arc<dyn Issuer>, Vec<ConfigError>> {
        let registry = certctl_issuers::registry();
        let factory = registry.get(IssuerKind::GenericCa).unwrap();
        let raw = RawConfig::from_json(&config.to_string()).unwrap();
        factory.config_schema().check(&raw)?;
        let env = IssuerEnv {
            clock: Arc::new(StoppedClock(self.now)),
            ca_keys: Arc::clone(&self.keys) as _,
            pki_base_url: None,
        };
        factory.build(&IssuerId::parse("iss-test").unwrap(), &raw, &env)
    }

    pub(crate) async fn issue(&self, ca: &dyn Issuer, order: IssuanceOrder) -> Issued {
        let prepared = ca.prepare(order, self.now).await.unwrap();
        let issued = ca.issue(&prepared).await.unwrap();
        Issued::new(prepared, &issued)
    }
}

/// A leaf with its chain, parsed.
pub(crate) struct Issued {
    pub(crate) prepared: Prepared,
    pub(crate) leaf: Certificate,
    pub(crate) chain: Vec<Certificate>,
}

impl Issued {
    fn new(prepared: Prepared, issued: &IssuedCertificate) -> Self {
        Self {
            prepared,
            leaf: Certificate::parse_der(&issued.leaf_der).unwrap(),
            chain: issued.chain_der.iter().map(|der| Certificate::parse_der(der).unwrap()).collect(),
        }
    }
}

pub(crate) fn names(names: &[&str]) -> BTreeSet<San> {
    names.iter().map(|name| San::parse(name).unwrap()).collect()
}

pub(crate) fn order(common_name: &str, sans: &[&str]) -> IssuanceOrder {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    order_with_key(common_name, sans, &key)
}

pub(crate) fn order_with_key(common_name: &str, sans: &[&str], key: &KeyPair) -> IssuanceOrder {
    let names = names(sans);
    let template = RequestTemplate { sans: names.iter().cloned().collect(), ..Default::default() };
    IssuanceOrder {
        common_name: common_name.to_owned(),
        names,
        ekus: vec![ExtendedKeyUsage::ServerAuth],
        max_ttl: None,
        must_staple: false,
        no_rev_avail: false,
        csr_der: template.sign(key).unwrap().der().to_vec(),
    }
}

pub(crate) async fn root_of(ca: &dyn Issuer) -> Certificate {
    Certificate::parse_der(ca.ca_chain().await.unwrap().last().unwrap()).unwrap()
}

/// Runs openssl in `folder` and returns its standard output.
pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("openssl is missing; install it with: apt-get install openssl");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "openssl {arguments:?} failed: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// Has openssl verify a leaf through its chain to `root`, strictly and for TLS servers.
pub(crate) fn openssl_accepts(issued: &Issued, root: &Certificate) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let root = write("root.pem", root.to_pem());
    let chain = write("chain.pem", chain_to_pem(&issued.chain));
    let leaf = write("leaf.pem", issued.leaf.to_pem());
    let mut arguments = vec!["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", &root];
    if !issued.chain.is_empty() {
        arguments.extend(["-untrusted", &chain]);
    }
    arguments.push(&leaf);
    openssl(folder.path(), &arguments);
}

/// A root and a subordinate CA made by openssl, in files.
pub(crate) struct CaFolder {
    folder: tempfile::TempDir,
}

impl CaFolder {
    /// `sub_options` are further extension lines of the subordinate CA.
    pub(crate) fn new(key: &[&str], sub_extensions: &str, sub_days: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| openssl(folder.path(), arguments);
        let extensions = format!(
            "[root]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n\
             [sub]\n{sub_extensions}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n[req]\ndistinguished_name=dn\n[dn]\n"
        );
        std::fs::write(folder.path().join("ext.cnf"), extensions).unwrap();
        run(&[&["genpkey", "-out", "root.key"], key].concat());
        run(&[
            "req",
            "-x509",
            "-new",
            "-key",
            "root.key",
            "-subj",
            "/CN=Test Root",
            "-days",
            "30",
            "-config",
            "ext.cnf",
            "-extensions",
            "root",
            "-out",
            "root.pem",
        ]);
        run(&[&["genpkey", "-out", "sub.key"], key].concat());
        run(&[
            "req",
            "-new",
            "-key",
            "sub.key",
            "-subj",
            "/CN=Test Sub CA",
            "-config",
            "ext.cnf",
            "-out",
            "sub.csr",
        ]);
        run(&[
            "x509",
            "-req",
            "-in",
            "sub.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-set_serial",
            "4711",
            "-days",
            sub_days,
            "-extfile",
            "ext.cnf",
            "-extensions",
            "sub",
            "-out",
            "sub.pem",
        ]);
        let this = Self { folder };
        let chain = format!("{}{}", this.read("sub.pem"), this.read("root.pem"));
        this.write("chain.pem", &chain);
        this.close("sub.key");
        this.close("root.key");
        this
    }

    pub(crate) fn p256() -> Self {
        Self::new(P256, SUB, "20")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        openssl(self.folder.path(), arguments)
    }

    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn close(&self, name: &str) {
        self.set_mode(name, 0o600);
    }

    pub(crate) fn config(&self, certificate: &str, key: &str) -> serde_json::Value {
        serde_json::json!({"ca_cert_path": self.path(certificate), "ca_key_path": self.path(key), "validity": "1d"})
    }
}

pub(crate) const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
pub(crate) const SUB: &str =
    "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign";
