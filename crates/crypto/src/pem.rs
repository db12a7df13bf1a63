//! PEM text (RFC 7468), read leniently and written strictly.
//!
//! Text between blocks, as `openssl x509 -text` writes, CRLF line ends and white space around
//! lines are accepted; RFC 1421 headers, which mark encrypted keys, are not.

use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One PEM block.
#[derive(Clone, PartialEq, Eq)]
pub struct Block {
    /// What stands after `BEGIN`, such as `CERTIFICATE`.
    pub label: String,
    /// The decoded content, wiped when dropped because it may be a private key.
    pub der: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Block").field("label", &self.label).field("length", &self.der.len()).finish()
    }
}

/// All blocks of `text`, in order. Text without any block gives an empty list.
pub fn decode(text: &str) -> Result<Vec<Block>, Error> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Zeroizing<String>)> = None;
    for line in text.lines().map(str::trim) {
        match (boundary(line, "-----BEGIN "), boundary(line, "-----END "), open.take()) {
            (Some(label), _, None) => open = Some((label, Zeroizing::new(String::new()))),
            (Some(_), _, Some(_)) => return malformed("a block begins inside another one"),
            (None, Some(end), Some((label, body))) => {
                if end != label {
                    return malformed("the END line does not match its BEGIN line");
                }
                let der = STANDARD
                    .decode(body.as_bytes())
                    .or_else(|_damaged| malformed("the base64 is damaged"))?;
                blocks.push(Block { label: label.to_owned(), der: Zeroizing::new(der) });
            }
            (None, Some(_), None) => return malformed("an END line without its BEGIN line"),
            (None, None, Some((label, mut body))) => {
                if line.contains(':') {
                    return if line.contains("ENCRYPTED") {
                        Err(Error::EncryptedPrivateKey)
                    } else {
                        malformed("headers inside a block are not supported")
                    };
                }
                body.push_str(line);
                open = Some((label, body));
            }
            (None, None, None) => {}
        }
    }
    if open.is_some() { malformed("a block has no END line") } else { Ok(blocks) }
}

/// One block with lines of 64 characters and a final line feed.
pub fn encode(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    // Sized beforehand, so that growing leaves no copy of a private key on the heap.
    let mut out = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 40);
    out.push_str("-----BEGIN ");
    out.push_str(label);
    out.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at_checked(64).unwrap_or((rest, ""));
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

fn boundary<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    line.strip_prefix(prefix)?.strip_suffix("-----")
}

fn malformed<T>(reason: &'static str) -> Result<T, Error> {
    Err(Error::MalformedPem { reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn surrounding_text_and_crlf_are_accepted() {
        let pem = encode("CERTIFICATE", &[7; 100]).replace('\n', "\r\n");
        let blocks = decode(&format!("subject=CN: x\r\n{pem}\r\ntrailing: text\r\n{pem}")).unwrap();
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].label, "CERTIFICATE");
        assert_eq!(*blocks[1].der, [7; 100]);
    }

    #[test]
    fn damaged_blocks_are_refused() {
        let good = encode("X", b"hello");
        let bad = [
            good.replace("END X", "END Y"),
            good.replace("-----END X-----\n", ""),
            good.replace("-----BEGIN X-----\n", ""),
            good.replace("aGVs", "a*Vs"),
            format!("-----BEGIN X-----\n{good}"),
        ];
        for text in bad {
            assert!(matches!(decode(&text), Err(Error::MalformedPem { .. })), "{text}");
        }
        assert_eq!(decode("no pem at all").unwrap(), []);
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_the_same(der in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = encode("CERTIFICATE", &der);
            prop_assert!(text.lines().all(|line| line.len() <= 64));
            prop_assert_eq!(&*decode(&text).unwrap()[0].der, &der);
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", inner in "[A-Za-z0-9+/=\n:-]*") {
            let _ = decode(&text);
            let _ = decode(&format!("-----BEGIN A-----\n{inner}\n-----END A-----"));
        }
    }
}
