//! Rebuilds the crate when a migration is added; the compiler itself only watches known files.

fn main() {
    // Cargo reads build scripts' standard output.
    println!("cargo::rerun-if-changed=../../migrations");
}
