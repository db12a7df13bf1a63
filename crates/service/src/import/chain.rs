//! Reading of PEM texts that others made.

use certctl_pki::{Certificate, parse_chain};
use certctl_service_api::ServiceError;

/// A leaf and what is above it, nearest first, without the root.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub(super) leaf: Certificate,
    pub(super) above: Vec<Certificate>,
    /// The CA that signed the leaf, root or not, if it was sent.
    pub(super) signer: Option<Certificate>,
}

/// Reads one leaf and, in any order, certificates above it.
pub(super) fn read(pem: &str) -> Result<Chain, ServiceError> {
    let (mut leaves, pool): (Vec<_>, Vec<_>) =
        certificates(pem)?.into_iter().partition(|certificate| !certificate.is_ca());
    match (leaves.pop(), leaves.is_empty()) {
        (Some(leaf), true) => above(leaf, pool),
        (None, _) => refuse("ca_certificate", "this is a CA certificate; only leaves are managed"),
        (Some(_), false) => refuse(
            "several_leaves",
            "more than one leaf is in the text; import them one by one or as a batch",
        ),
    }
}

/// Parts a text into leaves, each with the CA certificates that follow it.
pub(super) fn split(pem: &str) -> Result<Vec<String>, ServiceError> {
    let mut texts: Vec<String> = Vec::new();
    for certificate in certificates(pem)? {
        match texts.last_mut() {
            Some(text) if certificate.is_ca() => text.push_str(&certificate.to_pem()),
            None if certificate.is_ca() => {
                return refuse("ca_certificate", "the text begins with a CA certificate; put the leaf first");
            }
            _ => texts.push(certificate.to_pem()),
        }
    }
    Ok(texts)
}

fn certificates(pem: &str) -> Result<Vec<Certificate>, ServiceError> {
    parse_chain(pem).map_err(|error| {
        let mut message = error.to_string();
        if let Some(cause) = std::error::Error::source(&error) {
            message = format!("{message}: {cause}");
        }
        ServiceError::unprocessable("pem", "invalid_certificate", message)
    })
}

/// Orders `pool` above the leaf by names and signatures; all of it has to belong there.
fn above(leaf: Certificate, mut pool: Vec<Certificate>) -> Result<Chain, ServiceError> {
    let mut chain: Vec<Certificate> = Vec::new();
    loop {
        let last = chain.last().unwrap_or(&leaf);
        if last.is_self_issued() {
            break;
        }
        let issuer = pool.iter().position(|candidate| {
            candidate.subject() == last.issuer() && last.verify_signed_by(candidate).is_ok()
        });
        let Some(issuer) = issuer else { break };
        let issuer = pool.swap_remove(issuer);
        chain.push(issuer);
    }
    if let Some(stranger) = pool.first() {
        let message = format!("`{}` is not above the leaf; send its own chain only", stranger.subject());
        return refuse("invalid_chain", &message);
    }
    let signer = chain.first().cloned();
    if chain.last().is_some_and(Certificate::is_self_issued) {
        chain.pop();
    }
    Ok(Chain { leaf, above: chain, signer })
}

fn refuse<T>(code: &'static str, message: &str) -> Result<T, ServiceError> {
    Err(ServiceError::unprocessable("pem", code, message))
}
