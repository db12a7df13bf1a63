//! Both databases have the same migrations, each with a way back.

use crate::findings::Findings;
use crate::migration::{DATABASES, FILES, is_migration_name};
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;

pub(super) fn check(migrations: &Path, findings: &mut Findings) -> Result<()> {
    let [postgres, sqlite] = DATABASES.map(|database| names(&migrations.join(database)));
    let (postgres, sqlite) = (postgres?, sqlite?);
    for name in postgres.symmetric_difference(&sqlite) {
        let (has, lacks) =
            if postgres.contains(name) { ("postgres", "sqlite") } else { ("sqlite", "postgres") };
        findings.fail(format!("migrations/{has}/{name} has no counterpart migrations/{lacks}/{name}"));
    }
    for name in postgres.union(&sqlite).filter(|name| !is_migration_name(name)) {
        findings.fail(format!("migration `{name}` is not named <YYYYMMDDHHMMSS>_<words>"));
    }
    for (database, names) in DATABASES.iter().zip([&postgres, &sqlite]) {
        for name in names {
            for file in FILES {
                let text = std::fs::read_to_string(migrations.join(database).join(name).join(file));
                if text.is_ok_and(|text| !text.trim().is_empty()) {
                    continue;
                }
                findings.fail(format!("migrations/{database}/{name}/{file} is missing or empty"));
            }
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.insert(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(names)
}
