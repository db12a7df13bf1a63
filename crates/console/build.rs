//! Has the crate compiled again when the console was built again.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
