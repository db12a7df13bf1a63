//! The reference page of the command line, made from the command line itself.

use crate::{exit, line};
use clap::{Arg, Command};
use std::fmt::Write as _;

/// The page as Markdown.
pub(crate) fn page() -> String {
    let mut root = line::command();
    root.build();
    let mut text = String::from(
        "# The `certctl` command\n\n\
         Generated from the command line by `certctl reference`; a test keeps it current.\n\n\
         ## Exit codes\n\n| code | meaning |\n|---|---|\n",
    );
    for (code, meaning) in exit::MEANINGS {
        let _ = writeln!(text, "| {code} | {meaning} |");
    }
    text.push_str("\n## Flags of every command\n\n");
    arguments(&mut text, root.get_arguments().filter(|arg| arg.is_global_set()));
    for command in visible(&root) {
        let _ = writeln!(text, "\n## `certctl {}`\n", command.get_name());
        describe(&mut text, command);
        for inner in visible(command) {
            let _ = writeln!(text, "\n### `{}`\n", usage(command, inner));
            describe(&mut text, inner);
        }
    }
    text
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help")
}

fn usage(command: &Command, inner: &Command) -> String {
    let mut text = format!("certctl {} {}", command.get_name(), inner.get_name());
    for position in inner.get_positionals() {
        let name =
            position.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
        let _ = write!(text, " {name}");
    }
    text
}

fn describe(text: &mut String, command: &Command) {
    if let Some(about) = command.get_about() {
        let _ = writeln!(text, "{about}.");
    }
    let aliases: Vec<_> = command.get_visible_aliases().map(|alias| format!("`{alias}`")).collect();
    if !aliases.is_empty() {
        let _ = writeln!(text, "Also: {}.", aliases.join(", "));
    }
    let own: Vec<_> = command
        .get_arguments()
        .filter(|arg| !arg.is_global_set() && arg.get_id() != "help" && arg.get_id() != "version")
        .filter(|arg| !arg.is_hide_set() && (arg.get_long().is_some() || arg.get_help().is_some()))
        .collect();
    if !own.is_empty() {
        text.push('\n');
        arguments(text, own.into_iter());
    }
}

fn arguments<'a>(text: &mut String, all: impl Iterator<Item = &'a Arg>) {
    text.push_str("| flag | meaning |\n|---|---|\n");
    for arg in all {
        let value =
            arg.get_value_names().and_then(|names| names.first()).filter(|_| arg.get_action().takes_values());
        let mut flag = arg.get_long().map_or_else(String::new, |long| format!("--{long}"));
        if let Some(value) = value {
            let _ = write!(flag, " {value}");
        }
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|");
        let variable =
            arg.get_env().map_or_else(String::new, |name| format!(" Variable: `{}`.", name.display()));
        let required = if arg.is_required_set() { " Required." } else { "" };
        let _ = writeln!(text, "| `{}` | {help}.{required}{variable} |", flag.trim());
    }
}
