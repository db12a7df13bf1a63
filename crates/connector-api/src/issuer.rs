//! Certificate authorities.

use crate::{ConfigError, ConfigSchema, ConnectorError, RawConfig};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_domain::revocation::RevocationReason;
use certctl_domain::san::San;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What to issue. Everything in it has passed inventory, profile and CSR checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuanceOrder {
    /// Common name of the subject.
    pub common_name: String,
    /// Exactly the names the leaf must carry.
    pub names: BTreeSet<San>,
    /// Extended key usages.
    pub ekus: Vec<ExtendedKeyUsage>,
    /// Longest validity, when the profile caps it.
    pub max_ttl: Option<Duration>,
    /// Whether the leaf carries the TLS feature extension (RFC 7633).
    pub must_staple: bool,
    /// Whether the leaf says that its revocation is not announced (RFC 9608).
    pub no_rev_avail: bool,
    /// The PKCS#10 request, DER.
    pub csr_der: Vec<u8>,
}

/// An issuance that is ready to be signed, so that its intent can be recorded first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The order.
    pub order: IssuanceOrder,
    /// What will be signed, when the CA is ours.
    pub to_be_signed: Option<ToBeSigned>,
}

/// A to-be-signed certificate of a CA of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToBeSigned {
    /// Serial number in canonical form.
    pub serial: String,
    /// DER of the `TBSCertificate`.
    pub tbs_der: Vec<u8>,
    /// DER of the certificate whose key will sign, for the linter.
    pub ca_der: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Partition of the CRL that the certificate names; 0 when it names the undivided one.
    pub crl_shard: u32,
}

/// A signed certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Leaf, DER.
    pub leaf_der: Vec<u8>,
    /// Certificates above the leaf in order, without the self-signed root, DER.
    pub chain_der: Vec<Vec<u8>>,
}

/// What an issuer can do; shown by the API and checked against profiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssuerCapabilities {
    /// Honours a cap of the validity.
    pub max_ttl: bool,
    /// Honours extended key usages.
    pub ekus: bool,
    /// Can set the TLS feature extension.
    pub must_staple: bool,
    /// Can leave revocation information out (RFC 9608).
    pub no_rev_avail: bool,
    /// Can certify IP addresses.
    pub ip_sans: bool,
    /// Can certify URIs.
    pub uri_sans: bool,
}

/// A CA of ours: it signs CRLs and certifies OCSP responders.
#[derive(Debug, Clone)]
pub struct Authority {
    /// CA certificate first, then those above it up to the root, DER.
    pub chain_der: Vec<Vec<u8>>,
    /// The CA's key.
    pub key: Arc<dyn certctl_crypto::Signer>,
    /// Whether it still issues; a predecessor signs revocation information only.
    pub active: bool,
}

/// How an issuer publishes what it revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrlSettings {
    /// Partitions among which new certificates are spread; 0 for one undivided CRL.
    pub partitions: u32,
    /// Whether delta CRLs are made.
    pub delta: bool,
    /// `http://…/.well-known/pki` under which relying parties reach this server, if known.
    pub base_url: Option<String>,
}

/// What a remote CA is to revoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationOrder {
    /// Serial number in canonical form.
    pub serial_number: String,
    /// The certificate, DER, where it is known.
    pub certificate_der: Option<Vec<u8>>,
    /// Reason.
    pub reason: RevocationReason,
}

/// Tells a remote CA of revocations.
#[async_trait]
pub trait Revoker: Send + Sync {
    /// Has the certificate revoked. A certificate that the CA revoked already is a success.
    async fn revoke(&self, order: &RevocationOrder) -> Result<(), ConnectorError>;
}

/// A certificate authority.
#[async_trait]
pub trait Issuer: Send + Sync + fmt::Debug {
    /// Kind.
    fn kind(&self) -> IssuerKind;

    /// What it can do.
    fn capabilities(&self) -> IssuerCapabilities;

    /// Builds what will be signed, at `now`. Has no lasting effect.
    async fn prepare(&self, order: IssuanceOrder, now: Timestamp) -> Result<Prepared, ConnectorError>;

    /// Signs, or has signed. Called after the intent is recorded; may be called again after a crash
    /// with a freshly prepared order.
    async fn issue(&self, prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError>;

    /// The CA certificate that signs, then those above it up to the root, DER.
    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError>;

    /// The CAs whose revocation information certctl signs, the one that issues first. None for
    /// remote CAs, which publish their own.
    async fn authorities(&self) -> Result<Vec<Authority>, ConnectorError> {
        Ok(Vec::new())
    }

    /// How revocations are published, for CAs of ours.
    fn crl_settings(&self) -> CrlSettings {
        CrlSettings::default()
    }

    /// How a remote CA is told of revocations; none when it cannot be, or need not be.
    fn revoker(&self) -> Option<&dyn Revoker> {
        None
    }

    /// Checks configuration, keys and reachability for the test button.
    async fn check(&self, now: Timestamp) -> Result<(), ConnectorError>;
}

/// A CA key pair as a local issuer uses it.
#[derive(Debug)]
pub struct CaMaterial {
    /// CA certificate first, then those above it, DER.
    pub chain_der: Vec<Vec<u8>>,
    /// PKCS#8 private key, DER.
    pub private_key_pkcs8: certctl_crypto::SecretBytes,
    /// Start of validity of the CA certificate.
    pub not_before: Timestamp,
    /// End of validity of the CA certificate.
    pub not_after: Timestamp,
}

/// Where local issuers keep their keys: sealed in the database, shared by all replicas.
#[async_trait]
pub trait CaKeyStore: Send + Sync + fmt::Debug {
    /// The active key of an issuer.
    async fn load(&self, issuer: &IssuerId) -> Result<Option<CaMaterial>, ConnectorError>;

    /// Its former keys that still sign revocation information, newest first.
    async fn retiring(&self, issuer: &IssuerId) -> Result<Vec<CaMaterial>, ConnectorError>;

    /// Stores a first key. When another replica was faster, its key is returned instead.
    async fn store_first(
        &self,
        issuer: &IssuerId,
        material: CaMaterial,
    ) -> Result<CaMaterial, ConnectorError>;
}

/// What issuer connectors may touch.
#[derive(Debug, Clone)]
pub struct IssuerEnv {
    /// Clock.
    pub clock: Arc<dyn certctl_domain::Clock>,
    /// CA keys.
    pub ca_keys: Arc<dyn CaKeyStore>,
    /// `CERTCTL_PKI_BASE_URL`: where relying parties reach this server, without a slash at the end.
    pub pki_base_url: Option<String>,
}

/// Builds issuers of one kind.
pub trait IssuerFactory: Send + Sync + fmt::Debug {
    /// Kind.
    fn kind(&self) -> IssuerKind;

    /// Its configuration.
    fn config_schema(&self) -> ConfigSchema;

    /// Builds the connector of issuer `id`. The configuration has passed the schema.
    fn build(
        &self,
        id: &IssuerId,
        config: &RawConfig,
        env: &IssuerEnv,
    ) -> Result<Arc<dyn Issuer>, Vec<ConfigError>>;
}
