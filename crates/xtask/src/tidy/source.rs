//! Rules for single files.

use super::File;
use crate::findings::Findings;

/// Beyond this many lines a Rust file deserves a look, beyond the second it must be split.
const LONG: usize = 350;
const TOO_LONG: usize = 500;

/// Words that mark unfinished work. Written in parts, so that this file passes its own check.
const MARKERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
/// Attributes that hide a test or a lint.
const IGNORE: &str = concat!("#[", "ignore");
const ALLOWS: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];
/// Paths of somebody's machine.
const MACHINE_PATHS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Files of `repository-diesel` that may tell the databases apart.
const KNOWS_BACKENDS: [&str; 5] = ["conn", "dialect", "manager", "migrate", "pool"];
const BACKENDS: [&str; 2] = [concat!("AnyConn", "::Postgres"), concat!("AnyConn", "::Sqlite")];

pub(super) fn check(file: &File, findings: &mut Findings) {
    if file.is_rust() {
        check_rust(file, findings);
    }
    let is_code = !matches!(file.extension(), Some("md" | "json"));
    for (number, line) in (1..).zip(file.text.lines()) {
        let at = format!("{}:{number}", file.path);
        if is_code && let Some(marker) = MARKERS.iter().find(|marker| has_word(line, marker)) {
            findings.fail(format!("{at}: `{marker}`; finish it, or open an issue and say what is missing"));
        }
        if let Some(path) = MACHINE_PATHS.iter().find(|path| starts_a_path(line, path)) {
            findings.fail(format!("{at}: `{path}` is a path of one machine"));
        }
    }
}

fn check_rust(file: &File, findings: &mut Findings) {
    let path = &file.path;
    let first = file.text.lines().find(|line| !line.trim().is_empty());
    if needs_module_doc(path) && !first.is_some_and(|line| line.starts_with("//!")) {
        findings.fail(format!("{path}: does not start with `//!`; say what the module is for"));
    }
    let lines = file.text.lines().count();
    if lines > TOO_LONG && !path.ends_with("/schema.rs") {
        findings.fail(format!("{path}: {lines} lines, at most {TOO_LONG}; split it by operation"));
    } else if lines > LONG && !path.ends_with("/schema.rs") {
        findings.note(format!("{path}: {lines} lines; files are meant to stay below {LONG}"));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        let at = format!("{path}:{number}");
        if line.contains(IGNORE) {
            findings.fail(format!("{at}: an ignored test proves nothing; mend it or delete it"));
        }
        if ALLOWS.iter().any(|allow| line.contains(allow)) {
            findings.fail(format!("{at}: use `#[expect(lint, reason = \"...\")]`"));
        }
        if BACKENDS.iter().any(|backend| line.contains(backend)) && !may_know_backends(path) {
            findings.fail(format!(
                "{at}: only conn, dialect, manager, migrate and pool of repository-diesel tell the databases apart; \
                 put the difference into dialect.rs"
            ));
        }
    }
}

/// Everything that is compiled into a crate; a `tests` module speaks for the module beside it.
fn needs_module_doc(path: &str) -> bool {
    let Some((_, inside)) = path.split_once("/src/") else { return false };
    !inside.ends_with("/tests.rs") && inside != "tests.rs" && !inside.split('/').any(|part| part == "tests")
}

fn may_know_backends(path: &str) -> bool {
    // Its tests ask each engine for the plans of its statements.
    if path.starts_with("crates/repository-diesel/tests/") {
        return true;
    }
    path.strip_prefix("crates/repository-diesel/src/").is_some_and(|inside| {
        let module = inside.split('/').next().unwrap_or(inside);
        KNOWS_BACKENDS.contains(&module.trim_end_matches(".rs"))
    })
}

/// Whether `word` stands in `line` by itself.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |neighbour: Option<char>| neighbour.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !part_of_word(line[..at].chars().next_back()) && !part_of_word(line[at + word.len()..].chars().next())
    })
}

/// Whether an absolute path in `line` begins with `path`; the middle of a longer path or of a route does not count.
fn starts_a_path(line: &str, path: &str) -> bool {
    let continues =
        |before: Option<char>| before.is_some_and(|c| c.is_alphanumeric() || "}_-.*~/".contains(c));
    line.match_indices(path).any(|(at, _)| !continues(line[..at].chars().next_back()))
}
