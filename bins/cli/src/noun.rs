//! What a resource looks like on the command line: plain data, from which commands, help,
//! completions and the reference are made.

/// How a value is shown in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Text,
    /// The date of a timestamp.
    Day,
    /// A timestamp to the second.
    Time,
    /// The members of an array, separated by commas.
    Join,
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    /// JSON pointer into the row.
    pub(crate) at: &'static str,
    pub(crate) form: Form,
}

pub(crate) const fn text(title: &'static str, at: &'static str) -> Column {
    Column { title, at, form: Form::Text }
}

pub(crate) const fn day(title: &'static str, at: &'static str) -> Column {
    Column { title, at, form: Form::Day }
}

pub(crate) const fn time(title: &'static str, at: &'static str) -> Column {
    Column { title, at, form: Form::Time }
}

pub(crate) const fn join(title: &'static str, at: &'static str) -> Column {
    Column { title, at, form: Form::Join }
}

/// What can be done with most resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `GET /<path>`
    List,
    /// `GET /<path>/{id}`
    Get,
    /// `POST /<path>`
    Create,
    /// `PUT /<path>/{id}`
    Replace,
    /// `PATCH /<path>/{id}`
    Update,
    /// `DELETE /<path>/{id}`
    Delete,
}

/// Every verb, for resources that are plain records.
pub(crate) const RECORD: &[Verb] =
    &[Verb::List, Verb::Get, Verb::Create, Verb::Replace, Verb::Update, Verb::Delete];

/// A query parameter of a list, `--flag VALUE`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    /// Name of the flag; the parameter has underscores for dashes.
    pub(crate) flag: &'static str,
    pub(crate) help: &'static str,
}

pub(crate) const fn filter(flag: &'static str, help: &'static str) -> Filter {
    Filter { flag, help }
}

/// HTTP method of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    /// The body is a merge patch.
    Patch,
    Delete,
}

/// Where an argument of an action goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    Body,
}

/// What an argument of an action takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: `--flag` stands for true.
    Switch,
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Texts, separated by commas or given repeatedly.
    List,
    /// The name of a file (`-` for standard input) whose text is sent.
    File,
    /// One of these, each with what it means. Left out or wrong, all of them are told.
    Choice(&'static [(&'static str, &'static str)]),
    /// The name of a file (`-` for standard input) whose text is the value.
    Content,
    /// Like `Text`, but asked for without echo, so that it stays out of the process list.
    Secret,
}

/// An argument of an action, `--flag`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arg {
    /// Name of the flag.
    pub(crate) flag: &'static str,
    /// Name of the field or parameter, when it is not the flag with underscores for dashes.
    pub(crate) field: Option<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) help: &'static str,
}

pub(crate) const fn body(flag: &'static str, kind: Kind, help: &'static str) -> Arg {
    Arg { flag, field: None, kind, place: Place::Body, required: false, help }
}

pub(crate) const fn query(flag: &'static str, kind: Kind, help: &'static str) -> Arg {
    Arg { flag, field: None, kind, place: Place::Query, required: false, help }
}

pub(crate) const fn named(field: &'static str, arg: Arg) -> Arg {
    Arg { field: Some(field), ..arg }
}

pub(crate) const fn required(arg: Arg) -> Arg {
    Arg { required: true, ..arg }
}

impl Arg {
    /// Name of the field or parameter.
    pub(crate) fn field(&self) -> String {
        self.field.map_or_else(|| field(self.flag), ToOwned::to_owned)
    }
}

/// One of several arrays in an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) title: &'static str,
    /// JSON pointer to the array.
    pub(crate) at: &'static str,
    pub(crate) columns: &'static [Column],
}

/// What an action answers with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// One object, shown field by field.
    Object,
    /// A page, shown as a table.
    Page(&'static [Column]),
    /// An array below this key, shown as a table.
    Rows(&'static str, &'static [Column]),
    /// Several arrays, each shown as a table below its title; empty ones are left out.
    Parts(&'static [Part]),
    /// Nothing worth showing: this sentence, with `{id}` and other parameters filled in.
    Done(&'static str),
    /// Text or bytes, written as they are.
    Raw,
}

/// Something that can be done with a resource besides the verbs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) method: Method,
    /// Path below `/api/v1`; each `{name}` in it becomes a positional argument.
    pub(crate) path: &'static str,
    pub(crate) args: &'static [Arg],
    pub(crate) answer: Answer,
    /// Question asked on a terminal before it happens; without a terminal, `--yes` is demanded.
    pub(crate) confirm: Option<&'static str>,
    /// Whether the answer names jobs or an operation that `--wait` can follow.
    pub(crate) waits: bool,
}

/// An action without arguments that changes something.
pub(crate) const fn post(
    name: &'static str,
    path: &'static str,
    about: &'static str,
    answer: Answer,
) -> Action {
    Action { name, about, method: Method::Post, path, args: &[], answer, confirm: None, waits: false }
}

/// An action that reads.
pub(crate) const fn read(
    name: &'static str,
    path: &'static str,
    about: &'static str,
    answer: Answer,
) -> Action {
    Action { method: Method::Get, ..post(name, path, about, answer) }
}

/// A resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noun {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// One object in a sentence, for example `certificate`.
    pub(crate) one: &'static str,
    pub(crate) about: &'static str,
    /// Path below `/api/v1`.
    pub(crate) path: &'static str,
    pub(crate) verbs: &'static [Verb],
    pub(crate) filters: &'static [Filter],
    pub(crate) columns: &'static [Column],
    pub(crate) actions: &'static [Action],
}

/// Names of the parameters in a path, in order.
pub(crate) fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// Name of the JSON field or query parameter behind a flag.
pub(crate) fn field(flag: &str) -> String {
    flag.replace('-', "_")
}
