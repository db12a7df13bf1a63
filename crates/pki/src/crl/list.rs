//! The entries of a list in their encoded form.

use super::entry::{by_number, serial_octets};
use super::{Crl, CrlEntry};
use crate::raw::{Walk, tag};
use crate::{Error, Serial};
use std::cmp::Ordering;

/// One change of a [`RevokedList`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokedListChange {
    /// The entry stands in the list, instead of one with the same serial number.
    Put(CrlEntry),
    /// No entry with this serial number does.
    Remove(Serial),
}

impl RevokedListChange {
    const fn serial(&self) -> &Serial {
        match self {
            Self::Put(entry) => &entry.serial,
            Self::Remove(serial) => serial,
        }
    }
}

/// Encoded entries in ascending order of serial numbers, each number once.
///
/// A change costs one pass over the bytes. Equal sets of entries have equal bytes, whatever they
/// were made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevokedList {
    content: Vec<u8>,
    entries: usize,
}

impl RevokedList {
    /// The list of these entries, in any order. Of several with one serial number the last counts.
    pub fn new(entries: impl IntoIterator<Item = CrlEntry>) -> Result<Self, Error> {
        let mut sorted: Vec<CrlEntry> = entries.into_iter().collect();
        // Stable, so that the last of equals is still the last.
        sorted.sort_by(|a, b| by_number(a.serial.as_octets(), b.serial.as_octets()));
        let mut list = Self { content: Vec::with_capacity(sorted.len() * 56), entries: 0 };
        let mut rest = sorted.iter().peekable();
        while let Some(entry) = rest.next() {
            if rest.peek().is_none_or(|next| next.serial != entry.serial) {
                entry.push(&mut list.content)?;
                list.entries += 1;
            }
        }
        Ok(list)
    }

    /// The entries of a list that was issued earlier, to go on from.
    pub fn of(crl: &Crl) -> Result<Self, Error> {
        let (content, entries) = (crl.entries_der(), crl.len());
        let mut walk = Walk::new(content);
        let mut last: Option<&[u8]> = None;
        while !walk.is_finished() {
            let serial = walk.expect(tag::SEQUENCE).ok().and_then(serial_octets);
            match (last, serial) {
                (_, None) => return Self::new(crl.entries()),
                (Some(last), Some(serial)) if by_number(last, serial) != Ordering::Less => {
                    return Self::new(crl.entries());
                }
                _ => last = serial,
            }
        }
        Ok(Self { content: content.to_vec(), entries })
    }

    /// Number of entries.
    pub const fn len(&self) -> usize {
        self.entries
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Puts one entry in, instead of one with the same serial number.
    pub fn insert(&mut self, entry: CrlEntry) -> Result<(), Error> {
        self.apply([RevokedListChange::Put(entry)])
    }

    /// Takes the entry with this serial number out, if there is one.
    pub fn remove(&mut self, serial: &Serial) -> Result<(), Error> {
        self.apply([RevokedListChange::Remove(serial.clone())])
    }

    /// Makes any number of changes in one pass. Of several for one serial number the last counts.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = RevokedListChange>) -> Result<(), Error> {
        let mut changes: Vec<RevokedListChange> = changes.into_iter().collect();
        if changes.is_empty() {
            return Ok(());
        }
        changes.sort_by(|a, b| by_number(a.serial().as_octets(), b.serial().as_octets()));
        let mut merged = Vec::with_capacity(self.content.len() + changes.len() * 96);
        let (mut entries, mut copied, mut at) = (self.entries, 0, 0);
        let mut walk = Walk::new(&self.content);
        let mut pending = None;
        for (index, change) in changes.iter().enumerate() {
            if changes.get(index + 1).is_some_and(|next| next.serial() == change.serial()) {
                continue;
            }
            let wanted = change.serial().as_octets();
            let mut replaced = false;
            // `pending` is the entry at `at`: read, and not before the change yet.
            while pending.is_some() || !walk.is_finished() {
                let entry = match pending.take() {
                    Some(entry) => entry,
                    None => walk.step().map_err(Error::malformed("list of revoked certificates"))?,
                };
                let serial = serial_octets(entry).unwrap_or_default();
                match by_number(serial, wanted) {
                    Ordering::Less => at += entry.whole.len(),
                    Ordering::Equal => {
                        merged.extend_from_slice(self.content.get(copied..at).unwrap_or_default());
                        at += entry.whole.len();
                        copied = at;
                        entries = entries.saturating_sub(1);
                        replaced = true;
                        break;
                    }
                    Ordering::Greater => {
                        pending = Some(entry);
                        break;
                    }
                }
            }
            if let RevokedListChange::Put(entry) = change {
                if !replaced {
                    merged.extend_from_slice(self.content.get(copied..at).unwrap_or_default());
                    copied = at;
                }
                entry.push(&mut merged)?;
                entries += 1;
            }
        }
        merged.extend_from_slice(self.content.get(copied..).unwrap_or_default());
        (self.content, self.entries) = (merged, entries);
        Ok(())
    }

    /// The encoded entries one after the other.
    pub(super) fn content(&self) -> &[u8] {
        &self.content
    }
}
