//! `cargo xtask migrate-new`: the same directory for both databases.

use crate::workspace::read;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// The databases, as named under `migrations/`.
pub const DATABASES: [&str; 2] = ["postgres", "sqlite"];
/// The files of one migration.
pub const FILES: [&str; 2] = ["up.sql", "down.sql"];

/// Creates `migrations/<database>/<UTC timestamp>_<name>/{up,down}.sql`.
pub fn create(root: &Path, name: &str) -> Result<()> {
    let timestamp = read(Command::new("date").args(["-u", "+%Y%m%d%H%M%S"]))?;
    create_at(root, String::from_utf8_lossy(&timestamp).trim(), name)
}

fn create_at(root: &Path, timestamp: &str, name: &str) -> Result<()> {
    let directory = format!("{timestamp}_{name}");
    ensure!(is_migration_name(&directory), "`{name}` is not a name of lower-case words parted by `_`");
    for database in DATABASES {
        let folder = root.join("migrations").join(database).join(&directory);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        for file in FILES {
            std::fs::write(folder.join(file), "")?;
            println!("created migrations/{database}/{directory}/{file}");
        }
    }
    Ok(())
}

/// Whether `name` reads `<YYYYMMDDHHMMSS>_<lower-case words parted by _>`.
pub(crate) fn is_migration_name(name: &str) -> bool {
    let Some((timestamp, words)) = name.split_once('_') else { return false };
    timestamp.len() == 14
        && timestamp.bytes().all(|byte| byte.is_ascii_digit())
        && words.split('_').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_migration_exists_for_both_databases() {
        let root = tempfile::tempdir().unwrap();
        create_at(root.path(), "20261121101500", "add_target_labels").unwrap();
        for database in DATABASES {
            let folder =
                root.path().join("migrations").join(database).join("20261121101500_add_target_labels");
            assert!(FILES.iter().all(|file| folder.join(file).is_file()));
        }
    }

    #[test]
    fn a_name_must_be_lower_case_words() {
        let root = tempfile::tempdir().unwrap();
        for name in ["", "Add", "add-labels", "add__labels", "../up"] {
            assert!(create_at(root.path(), "20261121101500", name).is_err(), "{name}");
        }
        assert!(!root.path().join("migrations").exists());
    }
}
