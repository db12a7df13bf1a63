//! Files that are written from code and checked in, so that a change shows in review.

use crate::workspace::{Workspace, read};
use anyhow::{Context, Result, bail};
use std::io::Write;

/// A checked-in file that an example program prints.
#[derive(Debug)]
pub struct Generated {
    package: &'static str,
    example: &'static str,
    path: &'static str,
    command: &'static str,
}

/// The description of the HTTP API.
pub const OPENAPI: Generated = Generated {
    package: "certctl-handler",
    example: "openapi",
    path: "docs/reference/openapi.json",
    command: "cargo xtask openapi",
};

/// The page about the HTTP API for people.
pub const API: Generated = Generated {
    package: "certctl-handler",
    example: "api_reference",
    path: "docs/reference/api.md",
    command: "cargo xtask api-docs",
};

/// The page of all configuration keys.
pub const CONFIGURATION: Generated = Generated {
    package: "certctl-config",
    example: "reference",
    path: "docs/reference/configuration.md",
    command: "cargo xtask config-docs",
};

/// What to do with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write the file.
    Write,
    /// Print it.
    Print,
    /// Compare it with the file.
    Check,
}

impl Generated {
    /// Runs the example and treats its output as `mode` says.
    pub fn run(&self, workspace: &Workspace, mode: Mode) -> Result<()> {
        let text = self.text(workspace)?;
        let path = workspace.root().join(self.path);
        match mode {
            Mode::Print => std::io::stdout().write_all(&text).context("cannot print"),
            Mode::Write => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                std::fs::write(&path, text).with_context(|| format!("cannot write {}", self.path))?;
                println!("wrote {}", self.path);
                Ok(())
            }
            Mode::Check if std::fs::read(&path).is_ok_and(|current| current == text) => Ok(()),
            Mode::Check => bail!("{} is not what the code says; run `{}`", self.path, self.command),
        }
    }

    /// What the code says.
    pub fn text(&self, workspace: &Workspace) -> Result<Vec<u8>> {
        let arguments = ["run", "--quiet", "--package", self.package, "--example", self.example];
        read(&mut workspace.cargo(arguments))
    }
}
