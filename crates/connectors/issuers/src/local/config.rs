//! Configuration of a local CA.

use certctl_connector_api::schema::parse_duration;
use certctl_connector_api::{ConfigError, ConfigSchema, Field, FieldType, RawConfig};
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use certctl_domain::san::San;
use std::path::PathBuf;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const DEFAULT_COMMON_NAME: &str = "CertCtl Local CA";
const DEFAULT_VALIDITY: Duration = Duration::from_hours(24 * 90);
const DEFAULT_CA_VALIDITY: Duration = Duration::from_hours(24 * 3650);
const SHORTEST_VALIDITY: Duration = Duration::from_mins(1);
/// A certificate cannot end after the year 9999 (RFC 5280 §4.1.2.5); nothing sane comes close.
const LONGEST_VALIDITY: Duration = Duration::from_hours(24 * 36_500);

/// Each partition is a CRL to sign anew every day and after each revocation.
const MOST_PARTITIONS: u32 = 1024;

/// Kinds of keys a generated root can have, by the text of `key_algorithm`.
const KEY_ALGORITHMS: [(&str, KeySpec); 6] = [
    ("P-256", KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 256 }),
    ("P-384", KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 }),
    ("RSA-2048", KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 }),
    ("RSA-3072", KeySpec { algorithm: KeyAlgorithm::Rsa, size: 3072 }),
    ("RSA-4096", KeySpec { algorithm: KeyAlgorithm::Rsa, size: 4096 }),
    ("Ed25519", KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 }),
];

pub(super) const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::optional(
            "ca_common_name",
            FieldType::Text,
            DEFAULT_COMMON_NAME,
            "Subject of the root that certctl makes; of no effect once it exists, or with a CA from files.",
        ),
        Field::optional(
            "validity_days",
            FieldType::Integer,
            "90",
            "Lifetime of issued certificates in days, at least 1.",
        ),
        Field::optional(
            "validity",
            FieldType::Duration,
            "",
            "Lifetime of issued certificates as a time span, at least one minute; wins over validity_days.",
        ),
        Field::optional(
            "ca_cert_path",
            FieldType::Text,
            "",
            "PEM file with the CA certificate, then those above it; with ca_key_path it replaces the generated root.",
        ),
        Field::optional(
            "ca_key_path",
            FieldType::Text,
            "",
            "PEM file with the CA's private key, readable by its owner only.",
        ),
        Field::optional(
            "key_algorithm",
            FieldType::Choice(&["P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096", "Ed25519"]),
            "P-256",
            "Key of the root that certctl makes.",
        ),
        Field::optional(
            "ca_validity",
            FieldType::Duration,
            "3650d",
            "Lifetime of the root that certctl makes.",
        ),
        Field::optional(
            "crl_distribution_point_urls",
            FieldType::TextList,
            "",
            "Where the CRL is found, copied into issued certificates; by default this server, if CERTCTL_PKI_BASE_URL says where that is.",
        ),
        Field::optional(
            "ocsp_urls",
            FieldType::TextList,
            "",
            "Where OCSP is answered, copied into issued certificates; by default this server, if CERTCTL_PKI_BASE_URL says where that is. Must-staple needs one.",
        ),
        Field::optional(
            "ca_issuer_urls",
            FieldType::TextList,
            "",
            "Where the CA certificate is found, copied into issued certificates; by default this server, if CERTCTL_PKI_BASE_URL says where that is.",
        ),
        Field::optional(
            "crl_partitions",
            FieldType::Integer,
            "0",
            "Among how many CRLs new certificates are spread, so that each stays small: 2 to 1024, or 0 for one undivided CRL. Needs CERTCTL_PKI_BASE_URL.",
        ),
        Field::optional(
            "delta_crls",
            FieldType::Boolean,
            "false",
            "Whether delta CRLs (RFC 5280 §5.2.4) are made beside the whole ones. Needs CERTCTL_PKI_BASE_URL.",
        ),
        Field::optional(
            "include_root",
            FieldType::Boolean,
            "false",
            "Whether chains end with the self-signed root. Servers do not need it.",
        ),
    ],
};

/// A checked configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LocalCaConfig {
    pub(super) source: CaSource,
    /// Lifetime of leaves.
    pub(super) validity: Duration,
    pub(super) crl_urls: Vec<String>,
    pub(super) ocsp_urls: Vec<String>,
    pub(super) ca_issuer_urls: Vec<String>,
    pub(super) crl_partitions: u32,
    pub(super) delta_crls: bool,
    pub(super) include_root: bool,
}

/// Where the CA comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CaSource {
    /// A root made once and kept in the database.
    Generated(RootPlan),
    /// Somebody else's files.
    Files(CaFiles),
}

/// What a generated root looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RootPlan {
    pub(super) common_name: String,
    pub(super) key: KeySpec,
    pub(super) validity: Duration,
}

/// Certificate and key of a CA in files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CaFiles {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// The fields as written; types were checked by the schema, blanks count as absent.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Fields {
    ca_common_name: Option<String>,
    validity_days: Option<i64>,
    validity: Option<Span>,
    ca_cert_path: Option<String>,
    ca_key_path: Option<String>,
    key_algorithm: Option<String>,
    ca_validity: Option<Span>,
    crl_distribution_point_urls: Option<Vec<String>>,
    ocsp_urls: Option<Vec<String>>,
    ca_issuer_urls: Option<Vec<String>>,
    crl_partitions: Option<i64>,
    delta_crls: Option<bool>,
    include_root: Option<bool>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Span {
    Seconds(u64),
    Text(String),
}

impl Span {
    /// The schema has refused texts that are no time span, so the fallback is never a surprise.
    fn duration(&self) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs(*seconds),
            Self::Text(text) => parse_duration(text).unwrap_or_default(),
        }
    }
}

impl LocalCaConfig {
    /// Checks relations and ranges. All problems at once.
    pub(super) fn parse(raw: &RawConfig) -> Result<Self, Vec<ConfigError>> {
        let fields: Fields = raw.decode().map_err(|error| vec![error])?;
        let mut problems = Vec::new();
        let validity = leaf_validity(&fields, &mut problems);
        let source = source(&fields, validity, &mut problems);
        let crl_partitions = partitions(&fields, &mut problems);
        let mut urls = |name: &str, urls: Option<Vec<String>>| {
            let urls = urls.unwrap_or_default();
            check_urls(name, &urls, &mut problems);
            urls
        };
        let config = Self {
            source,
            validity,
            crl_urls: urls("crl_distribution_point_urls", fields.crl_distribution_point_urls),
            ocsp_urls: urls("ocsp_urls", fields.ocsp_urls),
            ca_issuer_urls: urls("ca_issuer_urls", fields.ca_issuer_urls),
            crl_partitions,
            delta_crls: fields.delta_crls.unwrap_or(false),
            include_root: fields.include_root.unwrap_or(false),
        };
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }
}

fn leaf_validity(fields: &Fields, problems: &mut Vec<ConfigError>) -> Duration {
    let (field, validity) = match (&fields.validity, fields.validity_days) {
        (Some(span), _) => ("validity", span.duration()),
        (None, Some(days)) if days < 1 => {
            problems.push(ConfigError::new("validity_days", "must be at least 1"));
            return DEFAULT_VALIDITY;
        }
        (None, Some(days)) => ("validity_days", u32::try_from(days).map_or(Duration::MAX, |days| DAY * days)),
        (None, None) => ("validity", DEFAULT_VALIDITY),
    };
    if validity < SHORTEST_VALIDITY || validity > LONGEST_VALIDITY {
        problems.push(ConfigError::new(field, "must be between one minute and 36500 days"));
    }
    validity
}

fn partitions(fields: &Fields, problems: &mut Vec<ConfigError>) -> u32 {
    match fields.crl_partitions.unwrap_or(0) {
        0 => 0,
        asked => u32::try_from(asked)
            .ok()
            .filter(|asked| (2..=MOST_PARTITIONS).contains(asked))
            .unwrap_or_else(|| {
                problems.push(ConfigError::new("crl_partitions", "must be 0, or from 2 to 1024"));
                0
            }),
    }
}

fn source(fields: &Fields, validity: Duration, problems: &mut Vec<ConfigError>) -> CaSource {
    let path = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(PathBuf::from);
    match (path(&fields.ca_cert_path), path(&fields.ca_key_path)) {
        (Some(certificate), Some(key)) => CaSource::Files(CaFiles { certificate, key }),
        (certificate, key) => {
            if certificate.is_some() {
                problems.push(ConfigError::new("ca_key_path", "is required together with ca_cert_path"));
            }
            if key.is_some() {
                problems.push(ConfigError::new("ca_cert_path", "is required together with ca_key_path"));
            }
            CaSource::Generated(root_plan(fields, validity, problems))
        }
    }
}

fn root_plan(fields: &Fields, leaf_validity: Duration, problems: &mut Vec<ConfigError>) -> RootPlan {
    let common_name =
        fields.ca_common_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(DEFAULT_COMMON_NAME);
    if common_name.chars().count() > 64
        || common_name.chars().any(char::is_control)
        || common_name.trim().is_empty()
    {
        problems.push(ConfigError::new(
            "ca_common_name",
            "must have 1 to 64 characters and no control characters",
        ));
    }
    let validity = fields.ca_validity.as_ref().map_or(DEFAULT_CA_VALIDITY, Span::duration);
    if validity > LONGEST_VALIDITY {
        problems.push(ConfigError::new("ca_validity", "must be at most 36500 days"));
    } else if validity < leaf_validity {
        problems.push(ConfigError::new(
            "ca_validity",
            "must not be shorter than the lifetime of issued certificates",
        ));
    }
    let key = fields.key_algorithm.as_deref().unwrap_or("P-256");
    let key =
        KEY_ALGORITHMS.into_iter().find(|(text, _)| *text == key).map_or(KeySpec::P256, |(_, spec)| spec);
    RootPlan { common_name: common_name.to_owned(), key, validity }
}

fn check_urls(field: &str, urls: &[String], problems: &mut Vec<ConfigError>) {
    for (index, url) in urls.iter().enumerate() {
        let web = url.starts_with("http://") || url.starts_with("https://");
        if !web || San::uri(url).is_err() {
            problems.push(ConfigError::new(format!("{field}[{index}]"), "must be an http or https URL"));
        }
    }
}

#[cfg(test)]
mod tests;
