//! General names and distinguished names, between their ASN.1 and their typed form.

use crate::Error;
use crate::asn1::{context_tag, elements, sequence, sequence_elements, tlv};
use certctl_domain::san::San;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::COMMON_NAME;
use der::asn1::{SetOfVec, Utf8StringRef};
use der::{Any, AnyRef, Decode, Encode, Tag, Tagged};
use std::net::IpAddr;
use x509_cert::name::Name;

/// A `GeneralName` (RFC 5280 §4.2.1.6) as found, before any rule is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GeneralName<'a> {
    Dns(&'a str),
    Email(&'a str),
    Uri(&'a str),
    Ip(&'a [u8]),
    /// A kind that is never issued, by its name, or text that is not ASCII.
    Other(&'static str),
}

impl<'a> GeneralName<'a> {
    fn from_any(any: AnyRef<'a>) -> Self {
        let Tag::ContextSpecific { number, .. } = any.tag() else { return Self::Other("unknown") };
        let ascii = |wrap: fn(&'a str) -> Self, kind| {
            std::str::from_utf8(any.value())
                .ok()
                .filter(|text| text.is_ascii())
                .map_or(Self::Other(kind), wrap)
        };
        match number.value() {
            0 => Self::Other("otherName"),
            1 => ascii(Self::Email, "rfc822Name (not ASCII)"),
            2 => ascii(Self::Dns, "dNSName (not ASCII)"),
            3 => Self::Other("x400Address"),
            4 => Self::Other("directoryName"),
            5 => Self::Other("ediPartyName"),
            6 => ascii(Self::Uri, "uniformResourceIdentifier (not ASCII)"),
            7 => Self::Ip(any.value()),
            8 => Self::Other("registeredID"),
            _ => Self::Other("unknown"),
        }
    }

    /// The typed name in canonical form.
    pub(crate) fn to_san(self) -> Result<San, Error> {
        match self {
            Self::Dns(text) => San::dns(text).map_err(Error::InvalidName),
            Self::Email(text) => San::email(text).map_err(Error::InvalidName),
            Self::Uri(text) => San::uri(text).map_err(Error::InvalidName),
            Self::Ip(octets) => {
                ip(octets).map(San::Ip).ok_or(Error::InvalidIpLength { length: octets.len() })
            }
            Self::Other(kind) => Err(Error::UnsupportedName { kind }),
        }
    }

    /// For messages about names that have no typed form.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Dns(text) => format!("dNSName `{}`", text.escape_debug()),
            Self::Email(text) => format!("rfc822Name `{}`", text.escape_debug()),
            Self::Uri(text) => format!("uniformResourceIdentifier `{}`", text.escape_debug()),
            Self::Ip(octets) => format!("iPAddress of {} octets", octets.len()),
            Self::Other(kind) => kind.to_owned(),
        }
    }
}

/// Reads DER of `GeneralNames`.
pub(crate) fn general_names(der: &[u8]) -> der::Result<Vec<GeneralName<'_>>> {
    Ok(sequence_elements(der)?.into_iter().map(GeneralName::from_any).collect())
}

/// DER of `GeneralNames`, in the given order.
pub(crate) fn general_names_der<'a>(names: impl IntoIterator<Item = &'a San>) -> der::Result<Vec<u8>> {
    let mut content = Vec::new();
    for name in names {
        let (number, value) = match name {
            San::Email(text) => (1, text.as_bytes().to_vec()),
            San::Dns(text) => (2, text.as_bytes().to_vec()),
            San::Uri(text) => (6, text.as_bytes().to_vec()),
            San::Ip(IpAddr::V4(ip)) => (7, ip.octets().to_vec()),
            San::Ip(IpAddr::V6(ip)) => (7, ip.octets().to_vec()),
        };
        content.extend(tlv(context_tag(number, false), &value)?);
    }
    tlv(Tag::Sequence, &content)
}

fn ip(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(IpAddr::from)
        .or_else(|_length| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// One attribute of a distinguished name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) kind: ObjectIdentifier,
    pub(crate) tag: Tag,
    /// Absent for values that are no text.
    pub(crate) text: Option<String>,
}

/// All attributes of a distinguished name, in order.
pub(crate) fn attributes(name: &Any) -> der::Result<Vec<Attribute>> {
    let mut found = Vec::new();
    for rdn in elements(name.value())? {
        rdn.tag().assert_eq(Tag::Set)?;
        for pair in elements(rdn.value())? {
            let (kind, value) = pair.sequence(|inner| {
                Ok::<_, der::Error>((ObjectIdentifier::decode(inner)?, AnyRef::decode(inner)?))
            })?;
            found.push(Attribute { kind, tag: value.tag(), text: text(value) });
        }
    }
    Ok(found)
}

/// The first common name that is text.
pub(crate) fn common_name(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().filter(|attribute| attribute.kind == COMMON_NAME).find_map(|cn| cn.text.clone())
}

fn text(value: AnyRef<'_>) -> Option<String> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::TeletexString => {
            String::from_utf8(value.value().to_vec()).ok()
        }
        Tag::BmpString => {
            let (units, rest) = value.value().as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
        }
        _ => None,
    }
}

/// The name as RFC 4514 text, most specific part first.
pub(crate) fn display(name: &Any) -> der::Result<String> {
    Ok(Name::from_der(&name.to_der()?)?.to_string())
}

/// A name with one common name, as `UTF8String`, or the empty name.
pub(crate) fn name_of(common_name: Option<&str>) -> der::Result<Any> {
    let Some(common_name) = common_name else { return Any::new(Tag::Sequence, Vec::new()) };
    let pair = sequence(&[&COMMON_NAME.to_der()?, &Utf8StringRef::new(common_name)?.to_der()?])?;
    let rdn = SetOfVec::try_from(vec![Any::from_der(&pair)?])?;
    Any::new(Tag::Sequence, rdn.to_der()?)
}

/// The text of the common name a subject gets: it must be one of the names and fit into the
/// 64 characters of RFC 5280 (ub-common-name).
pub(crate) fn subject_common_name(wanted: Option<&str>, sans: &[San]) -> Option<String> {
    let name = San::parse(wanted?).ok().filter(|name| sans.contains(name))?;
    Some(name.to_string()).filter(|text| text.chars().count() <= 64)
}

/// Whether text holds characters that hide or reorder what a person reads: control characters,
/// zero-width characters and bidirectional overrides.
pub(crate) fn is_deceptive(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    })
}
