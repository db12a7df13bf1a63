//! Generations: complete sets of files of which one is current.
//!
//! ```text
//! /etc/nginx/tls/site.crt -> /etc/nginx/tls/.certctl/<hash>/current/cert
//! /etc/nginx/tls/site.key -> /etc/nginx/tls/.certctl/<hash>/current/key
//! /etc/nginx/tls/.certctl/<hash>/current -> gen-7
//!                               /gen-6/{cert,key}     (the previous pair)
//!                               /gen-7/{cert,key}
//!                               /links                (paths of the destinations)
//! ```
//! Renaming `current` exchanges all files at once, so no reader finds a certificate beside another
//! certificate's key. A generation is complete before it gets its name. Numbers above the current
//! one, and links that lead nowhere, are leftovers of an interrupted attempt.

mod change;
mod clean;

use crate::Error;
use crate::destination::{Found, Place};
use crate::disk::{Disk, entries};
use certctl_crypto::sha256_hex;
use std::fs;
use std::path::{Path, PathBuf};

const DIRECTORY: &str = ".certctl";
/// Others may pass through to files whose own mode lets them, but not list.
const PASS_THROUGH: u32 = 0o711;

/// A link at a destination.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Link {
    /// File in a generation.
    pub(crate) name: String,
    /// Destination.
    pub(crate) path: PathBuf,
}

/// The generations behind one set of destinations. Its user holds the lock of [`Store::directory`].
#[derive(Debug)]
pub(crate) struct Store {
    disk: Disk,
    root: PathBuf,
    links: Vec<Link>,
}

/// Generations on disk, not yet visible to any reader.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What to go back to; none when no destination existed.
    pub(crate) previous: Option<u64>,
    /// The new files.
    pub(crate) new: u64,
    /// `previous` is a copy of files that are not in the store yet.
    adopts: bool,
}

/// Whether `path` is a link into any store.
pub(crate) fn is_store_link(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|to| {
        let mut above = to.components().rev().skip(1).map(std::path::Component::as_os_str);
        above.next().is_some_and(|part| part == "current")
            && above.nth(1).is_some_and(|part| part == DIRECTORY)
    })
}

impl Store {
    /// The store of these destinations. It lies beside the first one and is named after all of
    /// them, so that a target made anew for the same files continues it. Nothing is created.
    pub(crate) fn of(disk: &Disk, places: &[Place]) -> Result<Self, Error> {
        let mut links: Vec<Link> = Vec::with_capacity(places.len());
        for place in places {
            if links.iter().any(|link| link.path == place.path) {
                return Err(Error::SameFile { path: place.path.clone() });
            }
            links.push(Link { name: place.destination.name.to_owned(), path: place.path.clone() });
        }
        let first = links.first().and_then(|link| link.path.parent());
        let directory = first.ok_or_else(|| Error::BadDestination { path: PathBuf::new() })?;
        let names: Vec<_> =
            links.iter().map(|link| format!("{}={}", link.name, link.path.display())).collect();
        let hash: String = sha256_hex(names.join("\n").as_bytes()).chars().take(16).collect();
        Ok(Self { disk: disk.clone(), root: directory.join(DIRECTORY).join(hash), links })
    }

    /// A store as a journal recorded it.
    pub(crate) fn recorded(disk: &Disk, root: PathBuf, links: Vec<Link>) -> Self {
        Self { disk: disk.clone(), root, links }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn links(&self) -> &[Link] {
        &self.links
    }

    /// The directory of the first destination; whoever changes the store locks it.
    pub(crate) fn directory(&self) -> &Path {
        self.root.parent().and_then(Path::parent).unwrap_or(&self.root)
    }

    /// Number of the current generation, if a complete one is current.
    pub(crate) fn current(&self) -> Option<u64> {
        let to = fs::read_link(self.root.join("current")).ok()?;
        let number = number_of(to.to_str()?)?;
        self.generation(number).is_dir().then_some(number)
    }

    fn generation(&self, number: u64) -> PathBuf {
        self.root.join(format!("gen-{number}"))
    }

    /// Numbers of all generations, ascending.
    fn numbers(&self) -> Result<Vec<u64>, Error> {
        let names = entries(&self.root)?;
        let mut numbers: Vec<_> = names.iter().filter_map(|name| number_of(name)).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn owns(&self, link: &Link) -> bool {
        fs::read_link(&link.path).is_ok_and(|to| to == self.root.join("current").join(&link.name))
    }

    /// The current generation, if it is exactly what readers find at the destinations.
    /// `found` is in the order of the links.
    fn shown(&self, found: &[Option<Found>]) -> Option<u64> {
        let number = self.current()?;
        let generation = self.generation(number);
        let shows = |(link, found): (&Link, &Option<Found>)| match found {
            Some(_) => self.owns(link),
            None => !generation.join(&link.name).exists(),
        };
        self.links.iter().zip(found).all(shows).then_some(number)
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("gen-")?.parse().ok()
}
