//! The reference page, made from the declarations.

use crate::key::{Default as KeyDefault, Key, Kind};
use crate::known::{FOREIGN, LATER};
use crate::section::GROUPS;
use crate::server::CONFIG_FILE;
use std::fmt::Write as _;

/// `docs/reference/configuration.md`, Markdown.
pub fn reference_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    let _ = writeln!(page, "The file is named by `--config` or by `{CONFIG_FILE}`.\n");
    for group in GROUPS {
        let _ = writeln!(page, "## {}\n", group.title);
        page.push_str("| Variable | File key | Default | Accepts | Meaning |\n|---|---|---|---|---|\n");
        for key in group.keys {
            let secret = if key.is_secret() { " Secret." } else { "" };
            let _ = writeln!(
                page,
                "| `{}` | `{}` | {} | {} | {}{secret} |",
                key.env,
                key.toml,
                default_text(key),
                key.kind.allowed(),
                key.text,
            );
        }
        page.push('\n');
    }
    page.push_str(
        "## Sample file\n\nSecrets are best left in files of their own, readable for the service user only.\n\n```toml\n",
    );
    page.push_str(&sample_toml());
    page.push_str("```\n\n## Accepted without effect\n\n");
    page.push_str("These variables belong to features that this version does not have. Setting one is logged as a warning.\n\n");
    for later in LATER {
        let _ = writeln!(page, "- {}: {}", later.feature, code_list(later.names));
    }
    page.push_str("\n## Not read by the server\n\n");
    let _ = writeln!(
        page,
        "Agents, command line tools and tests read these; the server leaves them alone: {}.",
        code_list(FOREIGN)
    );
    page
}

const INTRODUCTION: &str = "\
<!-- Made from crates/config; `UPDATE_DOCS=1 cargo test -p certctl-config` writes it again. -->
# Configuration of the server

A value is looked for in the environment, then in the TOML file, then among the defaults. An empty variable counts as not set. \
Nothing is guessed: a value that cannot be read, or a `CERTCTL_` variable or file key that does not exist, stops the server with exit code 64 and a list of everything that is wrong. \
`certctl-server check-config` prints the effective settings without secrets.

- Durations are numbers with units, as in `300ms`, `30s`, `5m` or `1h30m`.
- Lists are separated by commas; in the file they may be arrays.
- A secret may be in a file: `<VARIABLE>_FILE` names it, in the TOML file `<key>_file`. Line breaks at its end are not part of the secret.

";

/// The defaults as they are, and what has no default as a comment: a copied sample must start. No
/// secret is in it, because it would be used.
fn sample_toml() -> String {
    let mut sample = String::new();
    let mut table = "";
    for key in GROUPS.iter().flat_map(|group| group.keys) {
        let (section, name) = key.toml.split_once('.').unwrap_or(("", key.toml));
        if section != table {
            let break_line = if table.is_empty() { "" } else { "\n" };
            let _ = writeln!(sample, "{break_line}[{section}]");
            table = section;
        }
        let _ = match sample_value(key) {
            _ if key.is_secret() => writeln!(sample, "# {name}_file = \"/etc/certctl/secrets/{name}\""),
            Some(value) if matches!(key.default, KeyDefault::Unset) => writeln!(sample, "# {name} = {value}"),
            Some(value) => writeln!(sample, "{name} = {value}"),
            None => Ok(()),
        };
    }
    sample
}

fn sample_value(key: &Key) -> Option<String> {
    let text = key.example.or(match key.default {
        KeyDefault::Value(text) => Some(text),
        KeyDefault::Computed(_) | KeyDefault::Unset => None,
    })?;
    Some(match key.kind {
        Kind::Integer { .. } | Kind::Flag => text.to_owned(),
        Kind::HostList | Kind::NetworkList | Kind::OriginList | Kind::MailList => {
            let members: Vec<String> = text.split(',').map(|member| format!("\"{member}\"")).collect();
            format!("[{}]", members.join(", "))
        }
        _ => format!("\"{text}\""),
    })
}

fn default_text(key: &Key) -> String {
    match key.default {
        KeyDefault::Value(text) => format!("`{text}`"),
        KeyDefault::Computed(words) => words.to_owned(),
        KeyDefault::Unset => "not set".to_owned(),
    }
}

fn code_list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
