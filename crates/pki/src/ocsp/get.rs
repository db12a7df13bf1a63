//! Requests in the path of a GET (RFC 6960 appendix A.1).

use super::{OcspRequest, RequestError};
use crate::Serial;
use crate::raw::Walk;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Most characters of a path that are looked at.
pub const MAX_GET_CHARACTERS: usize = 2 * 1024;

/// Slashes at which a proxy may have made one of two; a request has hardly more.
const MAX_REPAIRS: usize = 32;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What the path of a GET asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GetRequest {
    /// DER of a request, not read yet.
    Der(Vec<u8>),
    /// A serial number in hexadecimal, certctl's own short form.
    Serial(Serial),
}

/// Reads what stands behind the responder's address, percent-decoded.
///
/// Base64 may be of either alphabet, without padding, and have lost a slash where a proxy made one
/// of two. Base64 of a request begins with `M`, which no hexadecimal number does.
pub fn decode_get_path(path: &str) -> Result<GetRequest, RequestError> {
    let path = path.trim_matches('/');
    if path.len() > MAX_GET_CHARACTERS {
        return Err(RequestError::TooLarge { size: path.len() });
    }
    if path.starts_with('M') {
        return decode(path).map(GetRequest::Der).ok_or(RequestError::UnreadablePath);
    }
    if path.len() > 40 || !path.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(RequestError::UnreadablePath);
    }
    path.parse().map(GetRequest::Serial).or(Err(RequestError::UnreadablePath))
}

fn decode(path: &str) -> Option<Vec<u8>> {
    let standard: String = path
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            // What form decoding makes of a plus.
            ' ' => '+',
            other => other,
        })
        .collect();
    if let Some(der) = decode_whole(&standard) {
        return Some(der);
    }
    let slashes = standard.match_indices('/').map(|(at, _)| at).take(MAX_REPAIRS);
    slashes.into_iter().find_map(|at| {
        let (before, behind) = standard.split_at_checked(at)?;
        // Doubled at the wrong place, everything behind it would be shifted.
        decode_whole(&format!("{before}/{behind}")).filter(|der| OcspRequest::parse(der).is_ok())
    })
}

/// Decodes text that is one DER value and nothing else.
fn decode_whole(text: &str) -> Option<Vec<u8>> {
    let der = LENIENT.decode(text).ok()?;
    let mut walk = Walk::new(&der);
    walk.step().ok()?;
    walk.is_finished().then_some(der)
}
