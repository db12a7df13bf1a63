//! Where requests to stop or reload come from: the operating system, or a test.

use std::io;
use tokio::sync::mpsc;

/// A request to the whole process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// End in order; a second one ends at once. Carries its name for the log.
    Stop(&'static str),
    /// Read certificates and trust anchors again.
    Reload,
}

/// Sends [`Signal`]s to a lifecycle that does not listen to the operating system.
#[derive(Debug, Clone)]
pub struct SignalSender(mpsc::UnboundedSender<Signal>);

impl SignalSender {
    /// Delivers `signal`; without effect once the lifecycle has ended.
    pub fn send(&self, signal: Signal) {
        let _ = self.0.send(signal);
    }
}

/// A stream of signals.
#[derive(Debug)]
pub(crate) enum Signals {
    Channel(mpsc::UnboundedReceiver<Signal>),
    System(system::Streams),
}

impl Signals {
    pub(crate) fn channel() -> (SignalSender, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (SignalSender(sender), Self::Channel(receiver))
    }

    pub(crate) fn system() -> io::Result<Self> {
        system::Streams::install().map(Self::System)
    }

    /// The next signal, or `None` when no more can come.
    pub(crate) async fn next(&mut self) -> Option<Signal> {
        match self {
            Self::Channel(receiver) => receiver.recv().await,
            Self::System(streams) => streams.next().await,
        }
    }
}

#[cfg(unix)]
mod system {
    use super::Signal;
    use std::io;
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    /// SIGTERM, SIGINT and SIGHUP.
    #[derive(Debug)]
    pub(crate) struct Streams {
        terminate: Stream,
        interrupt: Stream,
        hangup: Stream,
    }

    impl Streams {
        pub(super) fn install() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hangup: signal(SignalKind::hangup())?,
            })
        }

        pub(super) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                received = self.terminate.recv() => received.map(|()| Signal::Stop("SIGTERM")),
                received = self.interrupt.recv() => received.map(|()| Signal::Stop("SIGINT")),
                received = self.hangup.recv() => received.map(|()| Signal::Reload),
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::Signal;
    use std::io;

    /// Ctrl-C, the only request such systems deliver to a console process.
    #[derive(Debug)]
    pub(crate) struct Streams;

    impl Streams {
        #[expect(clippy::unnecessary_wraps, reason = "installing signal handlers can fail on Unix")]
        pub(super) fn install() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) -> Option<Signal> {
            tokio::signal::ctrl_c().await.ok().map(|()| Signal::Stop("Ctrl-C"))
        }
    }
}
