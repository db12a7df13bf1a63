//! The demo: a server on SQLite, an agent and nginx, all private to it, and a certificate that
//! lives for so short a time that its renewal can be watched.

mod listener;
mod screen;
mod stage;
mod story;

use crate::harness::programs;
use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use screen::Screen;
use stage::Stage;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Shows a certificate being issued, deployed, served and renewed on this machine.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask demo", bin_name = "cargo xtask demo")]
pub struct Options {
    /// End as soon as the second version is served; without it the demo goes on until Ctrl-C
    #[arg(long)]
    pub once: bool,
    /// Serve with a small TLS listener of the demo's own even where nginx is installed
    #[arg(long)]
    pub without_nginx: bool,
    /// Lifetime of the certificate in seconds, 60 to 3600; it is renewed after two thirds of it
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(60..=3600))]
    pub lifetime: u32,
}

/// Runs the demo until it is done or interrupted, and leaves nothing behind.
pub async fn run(options: Options) -> Result<()> {
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut interrupts = Interrupts::install()?;
    let once = options.once;
    // A task of its own: ending it drops the stage, and with it every process, even after a panic.
    let mut show = tokio::spawn(play(options));
    let ended = tokio::select! {
        ended = &mut show => Some(ended),
        () = interrupts.next() => None,
    };
    match ended {
        Some(Ok(outcome)) => outcome,
        Some(Err(lost)) => Err(anyhow!(lost).context("the demo broke down; please report this")),
        None => {
            show.abort();
            let _ = show.await;
            Screen::line("")?;
            Screen::line("The demo has ended; its processes and files are gone.")?;
            if once {
                bail!("interrupted before the second version was served");
            }
            Ok(())
        }
    }
}

async fn play(options: Options) -> Result<()> {
    // Building is no part of the show.
    programs()?;
    let screen = Screen::new();
    let lifetime = Duration::from_secs(options.lifetime.into());
    let stage = Stage::set(&screen, lifetime, options.without_nginx).await?;
    let limit = options.once.then(|| lifetime * 2 + Duration::from_mins(1));
    let told = story::tell(&screen, &stage, limit).await;
    if let Err(error) = &told {
        screen.step("failed", &format!("{error:#}"))?;
        Screen::line(&stage.last_words())?;
    }
    told?;
    Screen::line(
        "\nThat was the whole life of a certificate: the key never left the agent, and visitors always \
         got a valid pair.\nRun `cargo xtask demo` without --once to keep everything running and to look around.",
    )
}

/// The signals that end the demo.
struct Interrupts([tokio::signal::unix::Signal; 3]);

impl Interrupts {
    fn install() -> Result<Self> {
        let on = |kind| signal(kind).context("cannot wait for signals");
        Ok(Self([on(SignalKind::interrupt())?, on(SignalKind::terminate())?, on(SignalKind::hangup())?]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
