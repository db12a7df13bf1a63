//! DER by hand, for structures that are too large or too often met for a tree of values: CRLs with
//! a million entries, OCSP messages.
//!
//! Reading is strict: one-octet tags, definite lengths in their shortest form.

use der::ErrorKind;

/// Tags as the octet that stands in front.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;

    /// `[number]` around further values.
    pub(crate) const fn wrapped(number: u8) -> u8 {
        0xa0 | number
    }

    /// `[number]` in place of the tag of a primitive value.
    pub(crate) const fn primitive(number: u8) -> u8 {
        0x80 | number
    }
}

/// One value: its tag, its content, and both with the length between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The values inside.
    pub(crate) const fn walk(self) -> Walk<'a> {
        Walk { rest: self.content }
    }
}

/// A walk over values that follow each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(content: &'a [u8]) -> Self {
        Self { rest: content }
    }

    /// The values inside a single value that is all of `der`.
    pub(crate) fn inside(der: &'a [u8], tag: u8) -> der::Result<Self> {
        let mut outer = Self::new(der);
        let inner = outer.expect(tag)?.walk();
        outer.finish()?;
        Ok(inner)
    }

    pub(crate) const fn is_finished(&self) -> bool {
        self.rest.is_empty()
    }

    /// Octets that are left.
    pub(crate) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Fails when something is left.
    pub(crate) fn finish(&self) -> der::Result<()> {
        if self.is_finished() { Ok(()) } else { Err(damaged()) }
    }

    /// The next value, whatever it is.
    pub(crate) fn step(&mut self) -> der::Result<Element<'a>> {
        let element = first(self.rest).ok_or_else(damaged)?;
        self.rest = self.rest.get(element.whole.len()..).unwrap_or_default();
        Ok(element)
    }

    /// The next value, which has to have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> der::Result<Element<'a>> {
        self.step_if(tag)?.ok_or_else(damaged)
    }

    /// The next value when it has this tag.
    pub(crate) fn step_if(&mut self, tag: u8) -> der::Result<Option<Element<'a>>> {
        if self.rest.first() == Some(&tag) { self.step().map(Some) } else { Ok(None) }
    }
}

/// A value is not where or not what it should be.
pub(crate) fn damaged() -> der::Error {
    ErrorKind::Failed.into()
}

/// The value that `input` begins with.
fn first(input: &[u8]) -> Option<Element<'_>> {
    let (tag, short) = (*input.first()?, *input.get(1)?);
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (header, length) = if short < 0x80 {
        (2, usize::from(short))
    } else {
        let octets = input.get(2..)?.get(..usize::from(short & 0x7f)).filter(|octets| octets.len() <= 4)?;
        let length = octets.iter().fold(0_usize, |sum, octet| (sum << 8) | usize::from(*octet));
        let shortest = length >= 0x80 && octets.first().is_some_and(|top| *top != 0);
        (2 + octets.len(), Some(length).filter(|_length| shortest)?)
    };
    let whole = input.get(..header.checked_add(length)?)?;
    Some(Element { tag, content: whole.get(header..)?, whole })
}

/// Octets that tag and length of a value with this much content need.
pub(crate) fn header_length(length: usize) -> usize {
    if length < 0x80 { 2 } else { 2 + significant(length).len() }
}

/// Writes tag and length.
pub(crate) fn push_header(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let octets = significant(length);
            out.push(0x80 | u8::try_from(octets.len()).unwrap_or(0x7f));
            out.extend(octets);
        }
    }
}

/// Writes a value whose content is the parts one after the other.
pub(crate) fn push(out: &mut Vec<u8>, tag: u8, parts: &[&[u8]]) {
    push_header(out, tag, parts.iter().map(|part| part.len()).sum());
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// A value whose content is the parts one after the other.
pub(crate) fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(header_length(length) + length);
    push(&mut out, tag, parts);
    out
}

/// A BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    value(tag::BIT_STRING, &[&[0], octets])
}

/// Big-endian octets without leading zeros.
fn significant(number: usize) -> Vec<u8> {
    number.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::{AnyRef, Decode, Encode, Tag};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_are_written_as_the_library_writes_them(length in 0_usize..70_000) {
            let content = vec![7; length];
            let expected = AnyRef::new(Tag::OctetString, &content).unwrap().to_der().unwrap();
            let written = value(tag::OCTET_STRING, &[&content]);
            prop_assert_eq!(&written, &expected);
            prop_assert_eq!(header_length(length), written.len() - length);
            let mut walk = Walk::new(&written);
            prop_assert_eq!(walk.expect(tag::OCTET_STRING).unwrap().content, &content[..]);
            prop_assert!(walk.is_finished());
        }

        #[test]
        fn what_is_read_is_what_the_library_reads(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(element) = Walk::new(&bytes).step() {
                prop_assert!(element.whole.len() <= bytes.len());
                let library = AnyRef::from_der(element.whole);
                prop_assert!(library.is_err() || library.unwrap().value() == element.content);
            }
        }
    }

    #[test]
    fn lengths_in_other_than_the_shortest_form_are_refused() {
        for bytes in
            [&[4, 0x81, 1, 0][..], &[4, 0x80, 0, 0], &[4, 0x82, 0, 0x81], &[4, 2, 0], &[0x1f, 0], &[4]]
        {
            assert!(Walk::new(bytes).step().is_err(), "{bytes:x?}");
        }
    }
}
