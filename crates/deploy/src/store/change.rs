//! The way from one generation to the next, and back.

use super::{DIRECTORY, Link, PASS_THROUGH, Prepared, Store};
use crate::Error;
use crate::destination::{Found, Place};
use crate::disk::Access;
use certctl_crypto::SecretBytes;
use std::path::{Path, PathBuf};

impl Store {
    /// Writes the new files, and a copy of what is in place when that is not in the store yet.
    /// No reader can see either. `places` and `found` are in the order of the links; a destination
    /// without content will not exist in the new generation.
    pub(crate) fn prepare(
        &self,
        places: &[Place],
        found: &[Option<Found>],
        contents: &[(&'static str, SecretBytes)],
    ) -> Result<Prepared, Error> {
        if let Some(parent) = self.root.parent() {
            self.disk.ensure_dir(parent, PASS_THROUGH)?;
        }
        self.disk.ensure_dir(&self.root, PASS_THROUGH)?;
        self.record_links()?;

        let mut number = self.numbers()?.last().map_or(1, |last| last + 1);
        let mut previous = self.shown(found);
        let adopts = previous.is_none() && found.iter().any(Option::is_some);
        if adopts {
            let in_place = places.iter().zip(found).filter_map(|(place, found)| {
                found.as_ref().map(|found| (place.destination.name, &found.content, found.access))
            });
            self.write_generation(number, in_place)?;
            previous = Some(number);
            number += 1;
        }
        let fresh = places.iter().zip(found).filter_map(|(place, found)| {
            let (name, content) = contents.iter().find(|(name, _)| *name == place.destination.name)?;
            Some((*name, content, place.access(found.as_ref())))
        });
        self.write_generation(number, fresh)?;
        Ok(Prepared { previous, new: number, adopts })
    }

    fn write_generation<'a>(
        &self,
        number: u64,
        files: impl Iterator<Item = (&'a str, &'a SecretBytes, Access)>,
    ) -> Result<(), Error> {
        let unfinished = self.root.join(format!("tmp-{number}"));
        self.disk.ensure_dir(&unfinished, PASS_THROUGH)?;
        for (name, content, access) in files {
            self.disk.write_new(&unfinished.join(name), content, access)?;
        }
        self.disk.sync_dir(&unfinished)?;
        self.disk.rename(&unfinished, &self.generation(number))?;
        self.disk.sync_dir(&self.root)
    }

    /// Puts the links in place. Readers find the same files as before: what exists is read through
    /// its copy, and what did not exist leads nowhere until [`Store::flip`].
    pub(crate) fn expose(&self, prepared: &Prepared) -> Result<(), Error> {
        match prepared.previous {
            Some(copy) if prepared.adopts => self.flip(copy)?,
            Some(_) => {}
            // Nothing leads to an older generation any more, and nothing may start to.
            None => self.disk.remove_file(&self.root.join("current"))?,
        }
        for link in self.links.iter().filter(|link| !self.owns(link)) {
            let to = self.root.join("current").join(&link.name);
            self.disk.relink(&to, &link.path, &fresh_name(link))?;
        }
        Ok(())
    }

    /// Makes a generation current: one rename that exchanges every file at once.
    pub(crate) fn flip(&self, number: u64) -> Result<(), Error> {
        let to = PathBuf::from(format!("gen-{number}"));
        self.disk.relink(&to, &self.root.join("current"), &self.root.join("current.new"))
    }

    /// Goes back from generation `new` to `previous` (none: the files did not exist) and removes
    /// what the attempt left. Does nothing when `new` is not current, so it may be repeated.
    pub(crate) fn undo(&self, previous: Option<u64>, new: u64) -> Result<(), Error> {
        if self.current() == Some(new) {
            match previous {
                Some(number) if self.generation(number).is_dir() => self.flip(number)?,
                Some(number) => return Err(Error::GenerationMissing { store: self.root.clone(), number }),
                None => {
                    self.disk.remove_file(&self.root.join("current"))?;
                    self.disk.sync_dir(&self.root)?;
                }
            }
        }
        self.sweep()
    }

    fn record_links(&self) -> Result<(), Error> {
        let paths: Vec<_> = self.links.iter().map(|link| link.path.to_string_lossy()).collect();
        self.disk.replace(&self.root.join("links"), paths.join("\n").into_bytes())
    }
}

/// Name beside a destination for its next link. Hidden, and without the extension that
/// an include pattern may look for.
pub(super) fn fresh_name(link: &Link) -> PathBuf {
    let name = link.path.file_name().unwrap_or_default().to_string_lossy();
    link.path.parent().unwrap_or(Path::new("/")).join(format!(".{name}{DIRECTORY}-new"))
}
