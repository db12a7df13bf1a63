//! Removing what is not needed any more: leftovers, old generations, stores without readers.

use super::Store;
use super::change::fresh_name;
use crate::Error;
use crate::disk::entries;
use std::fs;
use std::path::Path;

impl Store {
    /// Removes leftovers of an interrupted attempt. What readers see does not change.
    pub(crate) fn sweep(&self) -> Result<(), Error> {
        for link in &self.links {
            self.disk.remove_file(&fresh_name(link))?;
            // A link of this store that leads nowhere shows nothing to readers.
            if self.owns(link) && !link.path.exists() {
                self.disk.remove_file(&link.path)?;
            }
        }
        for name in entries(&self.root)? {
            let path = self.root.join(&name);
            if name.starts_with("tmp-") {
                self.disk.remove_flat_dir(&path)?;
            } else if name.strip_suffix(".new").is_some() {
                self.disk.remove_file(&path)?;
            }
        }
        let current = self.current();
        for number in self.numbers()? {
            if current.is_none_or(|current| number > current) {
                self.disk.remove_flat_dir(&self.generation(number))?;
            }
        }
        if current.is_none() { self.remove_empty() } else { Ok(()) }
    }

    fn remove_empty(&self) -> Result<(), Error> {
        if self.root.exists() {
            self.disk.remove_flat_dir(&self.root)?;
        }
        match self.root.parent() {
            Some(parent) if parent.exists() => self.disk.remove_dir_if_empty(parent).map(drop),
            _ => Ok(()),
        }
    }

    /// Keeps the current generation and `retention` older ones.
    pub(crate) fn prune(&self, retention: usize) -> Result<(), Error> {
        let Some(current) = self.current() else { return Ok(()) };
        let older: Vec<_> = self.numbers()?.into_iter().filter(|number| *number < current).collect();
        for number in older.iter().rev().skip(retention) {
            self.disk.remove_flat_dir(&self.generation(*number))?;
        }
        self.remove_deserted_neighbours()
    }

    /// Removes stores beside this one that no destination leads to any more, because the target
    /// was configured anew: they hold private keys.
    fn remove_deserted_neighbours(&self) -> Result<(), Error> {
        let Some(parent) = self.root.parent() else { return Ok(()) };
        for name in entries(parent)? {
            let root = parent.join(&name);
            let Ok(links) = fs::read_to_string(root.join("links")) else { continue };
            let in_use = |path: &str| fs::read_link(path).is_ok_and(|to| to.starts_with(&root));
            if root == self.root || links.lines().any(in_use) {
                continue;
            }
            self.remove_whole(&root)?;
        }
        Ok(())
    }

    fn remove_whole(&self, root: &Path) -> Result<(), Error> {
        for name in entries(root)? {
            let path = root.join(&name);
            if path.is_dir() && !path.is_symlink() {
                self.disk.remove_flat_dir(&path)?;
            } else if name != "links" {
                self.disk.remove_file(&path)?;
            }
        }
        self.disk.remove_flat_dir(root)
    }
}
