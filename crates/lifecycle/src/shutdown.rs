//! From the first signal to the last closed connection, in a fixed order.

use crate::notify::ServiceManager;
use crate::readiness::{Readiness, ReadyState};
use crate::signal::{Signal, SignalSender, Signals};
use crate::tasks::Tasks;
use parking_lot::Mutex;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

/// What tasks get to notice the hard stop, and each later step gets to complete.
const CLEANUP_LIMIT: Duration = Duration::from_secs(5);

/// Times and surroundings of a lifecycle.
#[derive(Debug, Clone)]
pub struct LifecycleOptions {
    /// How long requests are still served after readiness went down, so that load balancers notice.
    pub lame_duck: Duration,
    /// How long requests and jobs may take to finish before they are stopped.
    pub grace: Duration,
    /// Value of `$NOTIFY_SOCKET`, when a service manager wants to know about readiness.
    pub notify_socket: Option<OsString>,
}

impl Default for LifecycleOptions {
    fn default() -> Self {
        Self { lame_duck: Duration::ZERO, grace: Duration::from_secs(30), notify_socket: None }
    }
}

type Step = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The parts of a process that a shutdown must stop. Each is optional and runs once.
#[derive(Default)]
pub struct ShutdownSteps {
    stop_listening: Option<Step>,
    release_leases: Option<Step>,
    close: Option<Step>,
}

impl fmt::Debug for ShutdownSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShutdownSteps")
            .field("stop_listening", &self.stop_listening.is_some())
            .field("release_leases", &self.release_leases.is_some())
            .field("close", &self.close.is_some())
            .finish()
    }
}

impl ShutdownSteps {
    /// Refuses new connections and completes when the accepted requests are answered.
    pub fn stop_listening(mut self, step: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop_listening = Some(Box::pin(step));
        self
    }

    /// Gives back what other replicas may take over, after all tasks ended.
    pub fn release_leases(mut self, step: impl Future<Output = ()> + Send + 'static) -> Self {
        self.release_leases = Some(Box::pin(step));
        self
    }

    /// Closes pools and flushes telemetry, last.
    pub fn close(mut self, step: impl Future<Output = ()> + Send + 'static) -> Self {
        self.close = Some(Box::pin(step));
        self
    }
}

/// A hook that runs at a reload signal.
type ReloadHook = Arc<dyn Fn() -> anyhow::Result<()> + Send + Sync>;

/// The life of the process: its tasks, its readiness and the way it ends.
#[derive(Clone)]
pub struct Lifecycle {
    tasks: Tasks,
    readiness: Readiness,
    options: LifecycleOptions,
    manager: ServiceManager,
    reloads: Arc<Mutex<Vec<(&'static str, ReloadHook)>>>,
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle")
            .field("tasks", &self.tasks)
            .field("readiness", &self.readiness.state())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Lifecycle {
    /// Listens to SIGTERM, SIGINT (stop; a second one stops hard) and SIGHUP (reload). Must be
    /// called within the main runtime.
    pub fn install(options: LifecycleOptions) -> io::Result<Self> {
        let signals = Signals::system()?;
        Ok(Self::with_signals(options, signals))
    }

    /// A lifecycle that only obeys the returned sender, for tests and embedding. Must be called
    /// within the main runtime.
    pub fn manual(options: LifecycleOptions) -> (Self, SignalSender) {
        let (sender, signals) = Signals::channel();
        (Self::with_signals(options, signals), sender)
    }

    fn with_signals(options: LifecycleOptions, signals: Signals) -> Self {
        let life = Self {
            tasks: Tasks::new(Handle::current()),
            readiness: Readiness::default(),
            manager: ServiceManager::new(options.notify_socket.clone()),
            options,
            reloads: Arc::default(),
        };
        // Not a tracked task: it must hear the second signal while the tracked ones finish.
        life.tasks.handle().spawn(life.clone().obey(signals));
        life
    }

    /// The spawner.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// The flag behind `/ready`.
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// Declares the process ready and tells the service manager. Without effect during a shutdown.
    pub fn ready(&self) {
        if self.readiness.advance(ReadyState::Ready) {
            self.manager.notify("READY=1");
            tracing::info!("ready");
        }
    }

    /// Runs `hook` at each reload signal, on a thread that may block. A hook that fails keeps what
    /// was loaded before; its error is logged.
    pub fn on_reload(
        &self,
        name: &'static str,
        hook: impl Fn() -> anyhow::Result<()> + Send + Sync + 'static,
    ) {
        self.reloads.lock().push((name, Arc::new(hook)));
    }

    /// Waits for a reason to stop, then stops in order: readiness down, lame duck, stop listening,
    /// soft token and end of the tasks, hard token at the grace limit or second signal, leases,
    /// pools. An error means that a part of the process broke, not that it was told to stop.
    pub async fn run_until_stopped(self, steps: ShutdownSteps) -> anyhow::Result<()> {
        let ShutdownSteps { stop_listening, release_leases, close } = steps;
        let tasks = &self.tasks;
        tasks.draining().cancelled().await;
        self.readiness.advance(ReadyState::Stopping);
        self.manager.notify("STOPPING=1");
        tokio::select! {
            () = sleep(self.options.lame_duck) => {}
            () = tasks.hard().cancelled() => {}
        }
        let drain = async {
            if let Some(step) = stop_listening {
                step.await;
            }
            tasks.soft().cancel();
            tasks.finished().await;
        };
        tokio::select! {
            () = drain => {}
            () = sleep(self.options.grace) => {
                tracing::warn!(
                    running = ?tasks.running(),
                    "work did not finish within {:?} and is stopped: {:?}", self.options.grace, tasks.running(),
                );
            }
            () = tasks.hard().cancelled() => {}
        }
        tasks.soft().cancel();
        tasks.hard().cancel();
        if timeout(CLEANUP_LIMIT, tasks.finished()).await.is_err() {
            tracing::warn!(running = ?tasks.running(), "tasks ignore the hard stop: {:?}", tasks.running());
        }
        limited("release leases", release_leases).await;
        limited("close", close).await;
        if let Some(reason) = tasks.tripped() {
            anyhow::bail!("{reason}");
        }
        tracing::info!("stopped");
        Ok(())
    }

    async fn obey(self, mut signals: Signals) {
        let ended = self.tasks.hard().clone();
        loop {
            let signal = tokio::select! {
                () = ended.cancelled() => return,
                signal = signals.next() => signal,
            };
            match signal {
                None => return,
                // Beside this loop: a hook that hangs must not make the process deaf to a stop.
                Some(Signal::Reload) => drop(self.tasks.spawn("reload", self.clone().reload())),
                Some(Signal::Stop(name)) if self.tasks.draining().is_cancelled() => {
                    tracing::warn!(signal = name, "stopping at once after a second {name}");
                    self.tasks.hard().cancel();
                }
                Some(Signal::Stop(name)) => {
                    tracing::info!(signal = name, "stopping after {name}");
                    self.tasks.draining().cancel();
                }
            }
        }
    }

    async fn reload(self) {
        let hooks = self.reloads.lock().clone();
        for (name, hook) in hooks {
            match self.tasks.spawn_blocking(name, move || hook()).await {
                Ok(Ok(())) => tracing::info!(reload = name, "reloaded {name}"),
                Ok(Err(error)) => {
                    tracing::error!(reload = name, "{name} was not reloaded and stays as it was: {error:#}");
                }
                // The spawner has logged the panic.
                Err(_lost) => {}
            }
        }
    }
}

async fn limited(name: &'static str, step: Option<Step>) {
    let Some(step) = step else { return };
    if timeout(CLEANUP_LIMIT, step).await.is_err() {
        tracing::warn!(step = name, "shutdown step `{name}` did not complete within {CLEANUP_LIMIT:?}");
    }
}
