//! Names the migrations that the program is built with: a checkout can change while its tests run,
//! and a template with other migrations would fail the tests of everybody else.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

const FOLDER: &str = "../../migrations/postgres";

fn main() -> io::Result<()> {
    // Cargo reads build scripts' standard output.
    println!("cargo::rerun-if-changed={FOLDER}");
    let folders: io::Result<Vec<_>> = fs::read_dir(FOLDER)?.map(|entry| Ok(entry?.path())).collect();
    let mut folders = folders?;
    folders.sort();
    let mut hasher = DefaultHasher::new();
    for folder in folders {
        folder.hash(&mut hasher);
        fs::read(folder.join("up.sql"))?.hash(&mut hasher);
    }
    println!("cargo::rustc-env=CERTCTL_MIGRATIONS_DIGEST={:016x}", hasher.finish());
    Ok(())
}
