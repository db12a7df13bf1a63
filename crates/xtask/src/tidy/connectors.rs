//! Each kind of issuer, target and notification channel has its module, its registration and its page.

use super::File;
use crate::findings::Findings;
use std::collections::BTreeSet;

const PAGES: &str = "docs/reference/connectors/";

/// Variants whose wire name is a legacy, and names of products that are one word; the module bears
/// the name of what the connector is.
const ALIASES: [(&str, &str); 3] =
    [("GenericCa", "local"), ("OpsGenie", "opsgenie"), ("PagerDuty", "pagerduty")];

/// An enum of the domain and the crate with one module per variant.
struct Family {
    kind: &'static str,
    declared_in: &'static str,
    crate_folder: &'static str,
}

const FAMILIES: [Family; 3] = [
    Family {
        kind: "IssuerKind",
        declared_in: "crates/domain/src/issuer.rs",
        crate_folder: "crates/connectors/issuers/src/",
    },
    Family {
        kind: "TargetKind",
        declared_in: "crates/domain/src/target.rs",
        crate_folder: "crates/connectors/targets/src/",
    },
    Family {
        kind: "NotificationChannel",
        declared_in: "crates/domain/src/notification.rs",
        crate_folder: "crates/connectors/notifiers/src/",
    },
];

pub(super) fn check(files: &[File], findings: &mut Findings) {
    let mut documented = BTreeSet::new();
    for family in &FAMILIES {
        let declaration = files.iter().find(|file| file.path == family.declared_in);
        let variants = declaration.map(|file| variants(&file.text, family.kind)).unwrap_or_default();
        if variants.is_empty() {
            findings.fail(format!("{}: cannot find the variants of {}", family.declared_in, family.kind));
        }
        for variant in variants {
            let module = module_name(&variant);
            check_variant(files, family, &variant, &module, findings);
            documented.insert(module);
        }
    }
    for file in files {
        let page = file.path.strip_prefix(PAGES).and_then(|name| name.strip_suffix(".md"));
        if page.is_some_and(|page| page != "README" && !documented.contains(page)) {
            findings.fail(format!("{}: there is no connector of this name", file.path));
        }
    }
}

fn check_variant(files: &[File], family: &Family, variant: &str, module: &str, findings: &mut Findings) {
    let Family { kind, crate_folder, .. } = family;
    let exists = |path: &str| files.iter().any(|file| file.path == path);
    let (flat, nested) = (format!("{crate_folder}{module}.rs"), format!("{crate_folder}{module}/mod.rs"));
    if !exists(&flat) && !exists(&nested) {
        findings.fail(format!("{kind}::{variant} has no module {flat}"));
    }
    let constant = format!("{kind}::{variant}");
    let mut source = files.iter().filter(|file| file.path.starts_with(crate_folder) && file.is_rust());
    if !source.any(|file| file.text.contains(&constant)) {
        findings.fail(format!("{constant} is not registered in {crate_folder}"));
    }
    let page = format!("{PAGES}{module}.md");
    if !exists(&page) {
        findings.fail(format!("{constant} has no page {page}"));
    }
}

/// The variants of `enum <name>`, whatever stands between its name and its brace.
fn variants(text: &str, name: &str) -> Vec<String> {
    let Some((_, after)) = text.split_once(&format!("enum {name}")) else { return Vec::new() };
    let Some(body) = after.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(body, _)| body)
    else {
        return Vec::new();
    };
    body.lines()
        .map(str::trim)
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.chars().take_while(|c| c.is_alphanumeric()).collect())
        .collect()
}

/// `AwsAcm` becomes `aws_acm`.
fn module_name(variant: &str) -> String {
    if let Some((_, module)) = ALIASES.iter().find(|(aliased, _)| *aliased == variant) {
        return (*module).to_owned();
    }
    let mut name = String::new();
    for c in variant.chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}
