//! Certificates without a signature around them: the degenerate `SignedData` of RFC 5652 that is
//! known as "certs-only", `.p7c` and `.p7b`.

use crate::Certificate;
use crate::raw::{tag, value};

/// id-signedData, encoded.
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
/// id-data, encoded.
const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/// `INTEGER 1`: the version while all certificates are of X.509.
const VERSION: &[u8] = &[tag::INTEGER, 1, 1];
/// An empty SET: no digests, and nobody who signs.
const EMPTY_SET: &[u8] = &[0x31, 0];

/// DER with these certificates, sorted by their octets as DER demands of a SET.
pub fn certs_only(certificates: &[Certificate]) -> Vec<u8> {
    let mut sorted: Vec<&[u8]> = certificates.iter().map(Certificate::der).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let content = value(tag::SEQUENCE, &[DATA]);
    let certificates = value(tag::wrapped(0), &sorted);
    let signed = value(tag::SEQUENCE, &[VERSION, EMPTY_SET, &content, &certificates, EMPTY_SET]);
    value(tag::SEQUENCE, &[SIGNED_DATA, &value(tag::wrapped(0), &[&signed])])
}
