//! Places at which a process can be held, so that a kill lands exactly there.

use super::{PATIENCE, until, write};
use anyhow::{Context, Result};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A command that passes through while open. While closed it leaves a mark and waits.
#[derive(Debug)]
pub struct Gate {
    script: PathBuf,
    reached: PathBuf,
    closed: PathBuf,
}

impl Gate {
    /// An open gate before `command`.
    pub fn before(directory: &Path, name: &str, command: &[String]) -> Result<Self> {
        let file = |suffix: &str| directory.join(format!("{name}.{suffix}"));
        let gate = Self { script: file("sh"), reached: file("reached"), closed: file("closed") };
        let words: Vec<String> = command.iter().map(|word| format!("'{word}'")).collect();
        let script = format!(
            "#!/bin/sh\nif [ -e '{closed}' ]; then : > '{reached}'; fi\n\
             while [ -e '{closed}' ]; do sleep 0.05; done\nexec {command}\n",
            closed = gate.closed.display(),
            reached = gate.reached.display(),
            command = words.join(" ")
        );
        write(&gate.script, &script)?;
        std::fs::set_permissions(&gate.script, std::fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} executable", gate.script.display()))?;
        Ok(gate)
    }

    /// The command line to configure instead of the guarded one.
    pub fn command(&self) -> Vec<String> {
        vec!["/bin/sh".to_owned(), self.script.display().to_string()]
    }

    /// Holds everybody from now on.
    pub fn close(&self) -> Result<()> {
        write(&self.closed, "")
    }

    /// Waits until somebody is held.
    pub async fn reached(&self) -> Result<()> {
        until("reaching the gate", PATIENCE, async || Ok(self.reached.exists().then_some(()))).await
    }

    /// Lets everybody through from now on.
    pub fn open(&self) {
        // It may be open already.
        let _ = std::fs::remove_file(&self.closed);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Scripts whose starter was killed end by themselves this way.
        self.open();
    }
}

/// A TCP address that forwards to another one while open. While closed it accepts connections and
/// answers nothing.
#[derive(Debug)]
pub struct TcpGate {
    address: String,
    closed: Arc<AtomicBool>,
    held: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl TcpGate {
    /// An open gate before `target`, `host:port`.
    pub async fn before(target: &str) -> Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot listen on 127.0.0.1")?;
        let address = socket.local_addr()?.to_string();
        let (closed, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let task = tokio::spawn(accept(socket, target.to_owned(), Arc::clone(&closed), Arc::clone(&held)));
        Ok(Self { address, closed, held, task })
    }

    /// `127.0.0.1:<port>`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Holds every new connection from now on.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Waits until a connection is held.
    pub async fn reached(&self) -> Result<()> {
        let held = || (self.held.load(Ordering::SeqCst) > 0).then_some(());
        until("reaching the TCP gate", PATIENCE, async || Ok(held())).await
    }

    /// Forwards again.
    pub fn open(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }
}

impl Drop for TcpGate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(socket: TcpListener, target: String, closed: Arc<AtomicBool>, held: Arc<AtomicUsize>) {
    let mut connections = tokio::task::JoinSet::new();
    let mut waiting = Vec::new();
    while let Ok((mut visitor, _)) = socket.accept().await {
        if closed.load(Ordering::SeqCst) {
            waiting.push(visitor);
            held.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        let target = target.clone();
        connections.spawn(async move {
            // A side that goes away ends the conversation, nothing else.
            if let Ok(mut host) = TcpStream::connect(target).await {
                let _ = tokio::io::copy_bidirectional(&mut visitor, &mut host).await;
            }
        });
    }
}
