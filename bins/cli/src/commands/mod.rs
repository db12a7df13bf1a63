//! Commands that are not one request of one resource.

mod api;
mod completion;
mod context;
mod doctor;
mod events;
mod explain;
mod import;
mod login;
pub(crate) mod pki;
mod status;

use clap::{ArgMatches, Command};

/// Their command lines, in the order of the help.
pub(crate) fn all() -> Vec<Command> {
    vec![
        login::command(),
        context::command(),
        status::command(),
        doctor::command(),
        explain::command(),
        import::command(),
        events::command(),
        api::command(),
        completion::command(),
        Command::new("version").about("Print the version of this program and of the server"),
        Command::new("reference").about("Print the reference page of this program").hide(true),
    ]
}

/// Runs one of them.
pub(crate) async fn run(name: &str, matches: &ArgMatches) -> anyhow::Result<()> {
    match name {
        "login" => login::run(matches).await,
        "context" => context::run(matches),
        "status" => status::run(matches).await,
        "doctor" => doctor::run(matches).await,
        "explain" => explain::run(matches).await,
        "import" => import::run(matches).await,
        "events" => events::run(matches).await,
        "api" => api::run(matches).await,
        "completion" => completion::run(matches),
        "version" => status::version(matches).await,
        "reference" => crate::output::write(&crate::reference::page()),
        other => Err(anyhow::anyhow!("`{other}` is no command")),
    }
}
