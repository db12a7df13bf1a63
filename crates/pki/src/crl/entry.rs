//! One entry of a list, between its fields and its encoding.

use crate::asn1::{time, timestamp};
use crate::raw::{Element, Walk, damaged, push, tag};
use crate::{Error, Serial};
use certctl_domain::Timestamp;
use certctl_domain::revocation::RevocationReason;
use der::asn1::GeneralizedTime;
use der::{Decode, Encode};
use std::cmp::Ordering;
use x509_cert::time::Time;

/// Object identifier of reasonCode (2.5.29.21), encoded.
const REASON_CODE: &[u8] = b"\x06\x03\x55\x1d\x15";
/// Object identifier of invalidityDate (2.5.29.24), encoded.
const INVALIDITY_DATE: &[u8] = b"\x06\x03\x55\x1d\x18";
/// The reason that ends a hold in a delta list.
const REMOVE_FROM_CRL: u8 = 8;

/// Why a serial number stands in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryReason {
    /// It is revoked.
    Revoked(RevocationReason),
    /// It was on hold in an earlier list and is not any more; only in delta lists.
    RemoveFromCrl,
}

/// One entry (RFC 5280 §5.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CrlEntry {
    /// Serial number.
    pub serial: Serial,
    /// When it was revoked; cut to whole seconds.
    pub revoked_at: Timestamp,
    /// Why it stands here. `unspecified` is left out of the encoding, and a number that no standard
    /// knows is read as it.
    pub reason: EntryReason,
    /// Since when the key is believed to be compromised, if that is earlier; whole seconds.
    pub invalidity_date: Option<Timestamp>,
}

impl CrlEntry {
    /// A revoked serial number.
    pub const fn revoked(serial: Serial, revoked_at: Timestamp, reason: RevocationReason) -> Self {
        Self { serial, revoked_at, reason: EntryReason::Revoked(reason), invalidity_date: None }
    }

    /// A serial number that a delta list takes off the complete one.
    pub const fn removed(serial: Serial, at: Timestamp) -> Self {
        Self { serial, revoked_at: at, reason: EntryReason::RemoveFromCrl, invalidity_date: None }
    }

    /// Writes the entry; it never needs more than 127 octets of content.
    pub(super) fn push(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut content = Vec::with_capacity(96);
        self.push_content(&mut content).map_err(Error::Encode)?;
        push(out, tag::SEQUENCE, &[&content]);
        Ok(())
    }

    fn push_content(&self, out: &mut Vec<u8>) -> der::Result<()> {
        let octets = self.serial.as_octets();
        let sign: &[u8] = if octets.first().is_some_and(|top| *top >= 0x80) { &[0] } else { &[] };
        push(out, tag::INTEGER, &[sign, octets]);
        time(self.revoked_at)?.encode(out)?;
        let reason = match self.reason {
            EntryReason::Revoked(RevocationReason::Unspecified) => None,
            EntryReason::Revoked(reason) => Some(reason.code()),
            EntryReason::RemoveFromCrl => Some(REMOVE_FROM_CRL),
        };
        let mut extensions = Vec::with_capacity(48);
        if let Some(code) = reason {
            let value: [u8; 5] = [tag::OCTET_STRING, 3, tag::ENUMERATED, 1, code];
            push(&mut extensions, tag::SEQUENCE, &[REASON_CODE, &value]);
        }
        if let Some(date) = self.invalidity_date {
            let date = GeneralizedTime::from_date_time(time(date)?.to_date_time()).to_der()?;
            let mut value = Vec::with_capacity(24);
            push(&mut value, tag::OCTET_STRING, &[&date]);
            push(&mut extensions, tag::SEQUENCE, &[INVALIDITY_DATE, &value]);
        }
        if !extensions.is_empty() {
            push(out, tag::SEQUENCE, &[&extensions]);
        }
        Ok(())
    }

    /// Reads an entry; absent when its serial number is none that a certificate may have.
    pub(super) fn read(entry: Element<'_>) -> der::Result<Option<Self>> {
        let mut walk = entry.walk();
        let serial = walk.expect(tag::INTEGER)?.content;
        let revoked_at = timestamp(Time::from_der(walk.step()?.whole)?);
        let (mut reason, mut invalidity_date) = (RevocationReason::Unspecified.into(), None);
        if let Some(extensions) = walk.step_if(tag::SEQUENCE)? {
            let mut extensions = extensions.walk();
            while !extensions.is_finished() {
                let mut extension = extensions.expect(tag::SEQUENCE)?.walk();
                let kind = extension.step()?.whole;
                extension.step_if(tag::BOOLEAN)?;
                let value = extension.expect(tag::OCTET_STRING)?.content;
                if kind == REASON_CODE {
                    reason = EntryReason::from_code(enumerated(value)?);
                } else if kind == INVALIDITY_DATE {
                    invalidity_date = Some(timestamp(Time::GeneralTime(GeneralizedTime::from_der(value)?)));
                }
            }
        }
        walk.finish()?;
        let serial = Serial::from_integer(serial).ok();
        Ok(serial.map(|serial| Self { serial, revoked_at, reason, invalidity_date }))
    }
}

impl From<RevocationReason> for EntryReason {
    fn from(reason: RevocationReason) -> Self {
        Self::Revoked(reason)
    }
}

impl EntryReason {
    fn from_code(code: u8) -> Self {
        if code == REMOVE_FROM_CRL {
            return Self::RemoveFromCrl;
        }
        Self::Revoked(RevocationReason::from_code(code).unwrap_or(RevocationReason::Unspecified))
    }
}

fn enumerated(der: &[u8]) -> der::Result<u8> {
    match der {
        [tag::ENUMERATED, 1, code] => Ok(*code),
        _ => Err(damaged()),
    }
}

/// The magnitude of an entry's serial number without leading zeros; absent when it has none.
pub(super) fn serial_octets(entry: Element<'_>) -> Option<&[u8]> {
    let content = Walk::new(entry.content).expect(tag::INTEGER).ok()?.content;
    let start = content.iter().position(|octet| *octet != 0).unwrap_or(content.len().saturating_sub(1));
    content.get(start..)
}

/// Order of magnitudes without leading zeros, as of the numbers they stand for.
pub(super) fn by_number(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
