//! What relying parties are served: OCSP, and the listener without TLS.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::net::SocketAddr;
use std::time::Duration;

const HTTP_LISTEN: Key = Key::new(
    "CERTCTL_PKI_HTTP_LISTEN",
    "relying_party.http_listen",
    Kind::SocketAddress,
    "A further listener, without TLS, that serves only what relying parties read: CRLs, OCSP and CA certificates below `/.well-known/pki/`, and `/health`. Clients that check the certificate of an HTTPS address cannot ask that address for it.",
)
.example("0.0.0.0:8080");
const RATE: Key = Key::new(
    "CERTCTL_OCSP_RATE_LIMIT_PER_IP_MIN",
    "relying_party.ocsp_rate_limit_per_ip_min",
    Kind::Integer { min: 0, max: 1_000_000 },
    "OCSP requests per minute and client address (IPv6: per /64). Who asks more often is told to try later. `0` sets no limit.",
)
.or("1000");
const VALIDITY: Key = Key::new(
    "CERTCTL_OCSP_RESPONSE_VALIDITY",
    "relying_party.ocsp_response_validity",
    Kind::Span { min: Duration::from_mins(10) },
    "How long an OCSP answer counts. It is signed anew after half of it.",
)
.or("24h");
const RESPONDER_VALIDITY: Key = Key::new(
    "CERTCTL_OCSP_RESPONDER_VALIDITY",
    "relying_party.ocsp_responder_validity",
    Kind::Span { min: Duration::from_hours(1) },
    "Validity of the certificates of delegated OCSP responders.",
)
.or("720h");
const ROTATION_GRACE: Key = Key::new(
    "CERTCTL_OCSP_RESPONDER_ROTATION_GRACE",
    "relying_party.ocsp_responder_rotation_grace",
    Kind::Span { min: Duration::from_mins(1) },
    "How long before its end a responder is replaced; at most half its validity.",
)
.or("168h");
const KEY_ALGORITHM: Key = Key::new(
    "CERTCTL_OCSP_RESPONDER_KEY_ALG",
    "relying_party.ocsp_responder_key_alg",
    Kind::Choice(&["auto", "P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096", "Ed25519"]),
    "Kind of the keys of OCSP responders. `auto` is the family of the CA's key: who verifies the one can verify the other.",
)
.or("auto");
const NON_ISSUED: Key = Key::new(
    "CERTCTL_OCSP_NON_ISSUED_POLICY",
    "relying_party.ocsp_non_issued_policy",
    Kind::Choice(&["unknown", "revoked"]),
    "What is said of serial numbers that were never issued: that they are unknown, or revoked (the extended definition of RFC 6960 §2.2).",
)
.or("unknown");
const REFRESH: Key = Key::new(
    "CERTCTL_OCSP_CACHE_REFRESH_INTERVAL",
    "relying_party.ocsp_cache_refresh_interval",
    Kind::Span { min: Duration::from_secs(1) },
    "How often answers past their half life are looked for, and responders that have to be replaced.",
)
.or("1m");

pub(crate) const KEYS: &[Key] =
    &[HTTP_LISTEN, RATE, VALIDITY, RESPONDER_VALIDITY, ROTATION_GRACE, KEY_ALGORITHM, NON_ISSUED, REFRESH];

/// What relying parties are served.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    /// Where relying parties are served without TLS.
    pub http_listen: Option<SocketAddr>,
    /// The OCSP responder.
    pub ocsp: Ocsp,
}

/// The OCSP responder.
#[derive(Debug, Clone)]
pub struct Ocsp {
    /// Requests per minute and address; 0 for no limit.
    pub per_address_minute: u32,
    /// How long an answer counts.
    pub validity: Duration,
    /// Validity of a responder's certificate.
    pub responder_validity: Duration,
    /// How long before its end a responder is replaced.
    pub rotation_grace: Duration,
    /// Kind of a responder's key: `auto`, or the name of one.
    pub key_algorithm: &'static str,
    /// Whether what was never issued is called revoked.
    pub non_issued_is_revoked: bool,
    /// How often answers are looked after.
    pub refresh: Duration,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> RelyingParty {
    let http_listen = reader.optional(&HTTP_LISTEN, value::socket_address);
    let ocsp = Ocsp {
        per_address_minute: reader.integer(&RATE),
        validity: reader.span(&VALIDITY),
        responder_validity: reader.span(&RESPONDER_VALIDITY),
        rotation_grace: reader.span(&ROTATION_GRACE),
        key_algorithm: reader.value(&KEY_ALGORITHM, |text| value::choice(text, KEY_ALGORITHM.kind)),
        non_issued_is_revoked: reader.value(&NON_ISSUED, |text| value::choice(text, NON_ISSUED.kind))
            == "revoked",
        refresh: reader.span(&REFRESH),
    };
    RelyingParty { http_listen, ocsp }
}
