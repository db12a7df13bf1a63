//! `docs/reference/cli.md` is what the program says about itself.

use crate::program::{certctl, run, stdout};
use std::path::Path;
use tempfile::TempDir;

#[test]
fn the_reference_page_is_current() {
    let home = TempDir::new().unwrap();
    let said = stdout(&run(&mut certctl(home.path(), &["reference"])));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        said == written,
        "docs/reference/cli.md is out of date; run `UPDATE_DOCS=1 cargo test -p certctl-cli`"
    );
}
