//! schemathesis: makes requests from an OpenAPI document and judges the answers by it.

use super::python_tool::python_tool;
use anyhow::{Result, anyhow};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The version whose findings the tests know. Another one may find more.
const VERSION: &str = "4.32.5";

/// The program, installed once per machine into the cache of the user.
pub fn schemathesis() -> Result<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let install = || python_tool("schemathesis", VERSION).map(|programs| programs.join("schemathesis"));
    let found = PROGRAM.get_or_init(|| install().map_err(|error| format!("{error:#}")));
    found.as_deref().map_err(|message| anyhow!("{message}"))
}
