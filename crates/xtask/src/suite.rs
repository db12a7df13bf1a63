//! `cargo xtask test` and `check`: every step in order, each with a heading and its time.

use crate::workspace::{Workspace, run};
use crate::{layers, packages, tidy, web};
use anyhow::{Context, Result};
use certctl_test_support::TestPostgres;
use std::time::Instant;

/// Where the tests find PostgreSQL.
const POSTGRES_URL: &str = "CERTCTL_TEST_PG_URL";

/// What is linted and tested.
#[derive(Debug)]
pub enum Scope {
    /// Every crate.
    Workspace,
    /// One package.
    Package(String),
}

impl Scope {
    /// Cargo's flag that selects it.
    fn flag(&self) -> String {
        match self {
            Self::Workspace => "--workspace".to_owned(),
            Self::Package(name) => format!("--package={name}"),
        }
    }
}

/// One run over the repository.
#[derive(Debug)]
pub struct Suite<'w> {
    workspace: &'w Workspace,
    scope: Scope,
    quick: bool,
}

impl<'w> Suite<'w> {
    /// A run over `scope`; `quick` leaves out PostgreSQL and the end-to-end tests.
    pub fn new(workspace: &'w Workspace, scope: Scope, quick: bool) -> Self {
        Self { workspace, scope, quick }
    }

    /// Formatting, lints, layers and tidy.
    pub fn check(&self) -> Result<()> {
        step("formatting", || run(&mut self.workspace.cargo(["fmt", "--all", "--check"])))?;
        step("clippy", || {
            let mut clippy = self.workspace.cargo(["clippy"]);
            run(clippy.arg(self.scope.flag()).args(["--all-targets", "--", "-D", "warnings"]))
        })?;
        step("layers", || layers::check(self.workspace)?.conclude("layers"))?;
        step("tidy and migrations", || tidy::check(self.workspace.root())?.conclude("tidy"))
    }

    /// Everything. Stops at the first step that fails.
    pub fn test(&self) -> Result<()> {
        step("packages", packages::ensure)?;
        self.check()?;
        if matches!(self.scope, Scope::Workspace) {
            step("web console", || web::check(self.workspace, !self.quick))?;
        }
        if self.quick {
            return step("tests", || self.cargo_test(None));
        }
        let postgres = step("PostgreSQL", TestPostgres::start)?;
        step("programs", || self.workspace.build_programs(&[]))?;
        step("tests", || self.cargo_test(Some(&postgres)))
    }

    fn cargo_test(&self, postgres: Option<&TestPostgres>) -> Result<()> {
        let mut test = self.workspace.cargo(["test", "--no-fail-fast"]);
        test.arg(self.scope.flag());
        match postgres {
            Some(postgres) => test.env(POSTGRES_URL, postgres.url("postgres")),
            None => test.env_remove(POSTGRES_URL),
        };
        if self.quick && matches!(self.scope, Scope::Workspace) {
            test.arg("--exclude=certctl-e2e");
        }
        run(&mut test)
    }
}

fn step<T>(name: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n== {name}");
    let started = Instant::now();
    let outcome = body().with_context(|| format!("step `{name}`"));
    let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!("== {name}: {verdict}, {:.1} s", started.elapsed().as_secs_f64());
    outcome
}
