//! A reader of certificate and key files that never rests.

use anyhow::{Result, anyhow, bail};
use certctl_crypto::KeyPair;
use certctl_pki::Certificate;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// Reads a certificate and its key over and over in a thread and notes any view in which they do
/// not belong together.
#[derive(Debug)]
pub struct PairWatch {
    stop: Arc<AtomicBool>,
    views: Arc<AtomicUsize>,
    reader: Option<JoinHandle<Result<()>>>,
}

impl PairWatch {
    /// Starts to watch.
    pub fn start(certificate: &Path, key: &Path) -> Self {
        let (stop, views) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let paths = [certificate.to_owned(), key.to_owned()];
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&views));
        let reader = std::thread::spawn(move || {
            let mut last = None;
            while !stopped.load(Ordering::Relaxed) {
                if let Some(view) = steady_view(&paths)
                    && last.as_ref() != Some(&view)
                {
                    check(&view)?;
                    last = Some(view);
                }
                counted.fetch_add(1, Ordering::Relaxed);
                // Leaves the processors to those who are watched.
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
            Ok(())
        });
        Self { stop, views, reader: Some(reader) }
    }

    /// Stops; fails when a mixed pair was ever seen.
    pub fn finish(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let reader = self.reader.take().ok_or_else(|| anyhow!("the reader is gone"))?;
        reader.join().map_err(|panic| anyhow!("the reader of the pair panicked: {panic:?}"))??;
        if self.views.load(Ordering::Relaxed) < 10 {
            bail!("the reader of the pair hardly ran");
        }
        Ok(())
    }
}

impl Drop for PairWatch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Both files, when neither changed between two readings: a flip between reading one file and the
/// other is the reader's own race.
fn steady_view(paths: &[PathBuf; 2]) -> Option<[String; 2]> {
    let read = || Some([std::fs::read_to_string(&paths[0]).ok()?, std::fs::read_to_string(&paths[1]).ok()?]);
    let first = read()?;
    (read()? == first).then_some(first)
}

fn check([certificate, key]: &[String; 2]) -> Result<()> {
    let certificate =
        Certificate::parse_pem(certificate).map_err(|error| anyhow!("half a certificate: {error}"))?;
    let key = KeyPair::from_pem(key).map_err(|error| anyhow!("half a key: {error}"))?;
    if !certctl_pki::key_matches(&certificate, &key) {
        bail!("certificate {} was seen with another certificate's key", certificate.fingerprint());
    }
    Ok(())
}
