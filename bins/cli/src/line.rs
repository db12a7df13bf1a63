//! The command line, made from the table of nouns and the commands of their own.

use crate::noun::{Action, Arg as ActionArg, Kind, Noun, Verb, parameters};
use crate::output::Format;
use crate::{commands, nouns};
use clap::builder::{EnumValueParser, NonEmptyStringValueParser, PathBufValueParser};
use clap::{Arg, ArgAction, Command, value_parser};

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("certctl")
        .about("Manage TLS certificates through a certctl server")
        .version(env!("CARGO_PKG_VERSION"))
        .max_term_width(100)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(global_args())
        .subcommands(nouns::ALL.iter().map(|noun| noun_command(noun)))
        .subcommands(commands::all())
}

fn global_args() -> Vec<Arg> {
    let global = |name: &'static str| Arg::new(name).long(name).global(true).help_heading("Connection");
    vec![
        global("server").env("CERTCTL_SERVER_URL").value_name("URL").help(
            "URL of the server, https only [default: the current context's, else https://localhost:8443]",
        ),
        global("api-key")
            .env("CERTCTL_API_KEY")
            .hide_env_values(true)
            .value_name("KEY")
            .help("API key; the variable or a context keeps it out of the process list"),
        global("api-key-file")
            .env("CERTCTL_API_KEY_FILE")
            .value_name("FILE")
            .value_parser(PathBufValueParser::new())
            .help("File that holds the API key"),
        global("ca-bundle")
            .env("CERTCTL_SERVER_CA_BUNDLE_PATH")
            .value_name("FILE")
            .value_parser(PathBufValueParser::new())
            .help("PEM file with the CA certificates to trust instead of the system's"),
        global("insecure")
            .env("CERTCTL_SERVER_TLS_INSECURE_SKIP_VERIFY")
            .action(ArgAction::SetTrue)
            .help("Accept any certificate of the server; anyone on the path can then read the key"),
        global("context").env("CERTCTL_CONTEXT").value_name("NAME").help("Use this saved context"),
        global("config-dir")
            .env("CERTCTL_CONFIG_DIR")
            .value_name("DIR")
            .value_parser(PathBufValueParser::new())
            .help("Directory of the contexts [default: ~/.config/certctl]"),
        Arg::new("output")
            .long("output")
            .short('o')
            .visible_alias("format")
            .global(true)
            .help_heading("Output")
            .value_parser(EnumValueParser::<Format>::new())
            .default_value("table")
            .help("How answers are written; json is the server's answer unchanged"),
        Arg::new("yes")
            .long("yes")
            .short('y')
            .global(true)
            .help_heading("Output")
            .action(ArgAction::SetTrue)
            .help("Do not ask before something is removed or changed in bulk"),
    ]
}

fn noun_command(noun: &Noun) -> Command {
    Command::new(noun.name)
        .about(noun.about)
        .visible_aliases(noun.aliases.iter().copied())
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(noun.verbs.iter().map(|verb| verb_command(noun, *verb)))
        .subcommands(noun.actions.iter().map(action_command))
        .subcommands(commands::pki::beside(noun.name))
}

/// Name of a verb's command.
pub(crate) const fn verb_name(verb: Verb) -> &'static str {
    match verb {
        Verb::List => "list",
        Verb::Get => "get",
        Verb::Create => "create",
        Verb::Replace => "replace",
        Verb::Update => "update",
        Verb::Delete => "delete",
    }
}

fn verb_command(noun: &Noun, verb: Verb) -> Command {
    let command = Command::new(verb_name(verb));
    let id = Arg::new("id").required(true).value_name("ID").value_parser(NonEmptyStringValueParser::new());
    match verb {
        Verb::List => {
            let flags = noun
                .filters
                .iter()
                .map(|filter| Arg::new(filter.flag).long(filter.flag).value_name("VALUE").help(filter.help));
            command.about(format!("List {}", plural(noun))).args(flags).args(paging_args())
        }
        Verb::Get => command.about(format!("Show one {}", noun.one)).arg(id),
        Verb::Create => command.about(format!("Add a {}", noun.one)).args(body_args()),
        Verb::Replace => {
            command.about(format!("Replace a {} as a whole", noun.one)).arg(id).args(body_args())
        }
        Verb::Update => {
            let unset = Arg::new("unset")
                .long("unset")
                .action(ArgAction::Append)
                .value_name("FIELD")
                .help("Give a field its default, for example tags.env");
            command
                .about(format!("Change some fields of a {}", noun.one))
                .arg(id)
                .args(body_args())
                .arg(unset)
        }
        Verb::Delete => {
            let about = if noun.name == "certs" {
                "Archive a certificate".to_owned()
            } else {
                format!("Remove a {}", noun.one)
            };
            command.about(about).arg(id)
        }
    }
}

fn plural(noun: &Noun) -> &'static str {
    if noun.name == "certs" { "certificates" } else { noun.name }
}

fn paging_args() -> [Arg; 3] {
    [
        Arg::new("page").long("page").value_name("N").value_parser(value_parser!(u32)).help("Page, from 1"),
        Arg::new("per-page")
            .long("per-page")
            .visible_alias("limit")
            .value_name("N")
            .value_parser(value_parser!(u32))
            .help("Rows per page, 1 to 500"),
        Arg::new("all").long("all").action(ArgAction::SetTrue).conflicts_with("page").help("Every page"),
    ]
}

fn body_args() -> [Arg; 2] {
    [
        Arg::new("file")
            .long("file")
            .short('f')
            .value_name("FILE")
            .help("Fields as JSON or YAML; - reads standard input"),
        Arg::new("set").long("set").action(ArgAction::Append).value_name("FIELD=VALUE").help(
            "One field, for example name=web or tags.env=prod or sans=[\"a.example\"]; wins over the file",
        ),
    ]
}

fn action_command(action: &Action) -> Command {
    let positions = parameters(action.path).enumerate().map(|(index, name)| {
        Arg::new(name.to_owned())
            .index(index + 1)
            .required(true)
            .value_name(name.to_uppercase())
            .value_parser(NonEmptyStringValueParser::new())
    });
    let mut command =
        Command::new(action.name).about(action.about).args(positions).args(action.args.iter().map(flag));
    if matches!(action.answer, crate::noun::Answer::Page(_)) {
        command = command.args(paging_args());
    }
    if matches!(action.answer, crate::noun::Answer::Raw) {
        command = command.arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .default_value("-")
                .help("Where to write; - is standard output. New files are private (0600)"),
        );
    }
    if action.waits {
        command = command.arg(
            Arg::new("wait")
                .long("wait")
                .value_name("SPAN")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("10m")
                .value_parser(crate::input::span)
                .help("Wait until it has ended, at most this long [default with the flag alone: 10m]"),
        );
    }
    command
}

fn flag(arg: &ActionArg) -> Arg {
    // A choice that is missing is told with its menu, which clap does not do.
    let required = arg.required && !matches!(arg.kind, Kind::Choice(_));
    let flag = Arg::new(arg.flag).long(arg.flag).required(required).help(arg.help);
    match arg.kind {
        Kind::Switch => flag.action(ArgAction::SetTrue),
        Kind::Text => flag.value_name("VALUE"),
        Kind::Choice(choices) => {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            let needed = if arg.required { "; required" } else { "" };
            flag.value_name("NAME").help(format!("{}: {}{needed}", arg.help, names.join(", ")))
        }
        Kind::Number => flag.value_name("N").value_parser(value_parser!(u64)),
        Kind::List => flag.value_name("VALUES").value_delimiter(',').action(ArgAction::Append),
        Kind::File | Kind::Content => flag.value_name("FILE"),
        Kind::Secret => flag
            .value_name("FILE")
            .help(format!("{}: a file that holds it; without, it is asked for", arg.help)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn no_flag_of_a_resource_hides_a_global_one() {
        let global: Vec<_> = global_args().iter().map(|arg| arg.get_id().to_string()).collect();
        for noun in nouns::ALL {
            let flags = noun.actions.iter().flat_map(|action| action.args).map(|arg| arg.flag);
            for flag in flags.chain(noun.filters.iter().map(|filter| filter.flag)) {
                assert!(!global.contains(&flag.to_owned()), "{} --{flag}", noun.name);
            }
        }
    }
}
