//! Putting certificates where programs read them, so that no reader ever sees half a change.
//!
//! [`FileTarget`] is the whole sequence that targets made of files share: check the pair, write a
//! new generation of files, exchange all of them with one rename, validate, reload, look at what
//! is served, and go back when any of that fails. [`ProcessRunner`] runs commands,
//! [`AllowedCommands`] only those the host allows, [`probe`] looks at endpoints, [`pair`] checks
//! certificates against keys. The crate knows no particular target.
//!
//! ```
//! use certctl_connector_api::command::Argv;
//! use certctl_connector_api::target::{Deployment, TargetEnv};
//! use certctl_crypto::{SecretBytes, SecretString};
//! use certctl_deploy::{Destination, Disk, FileAccess, FileTarget, FileTargetSettings, ProcessRunner};
//! use certctl_domain::id::{CertificateId, TargetId, VersionId};
//! use std::{sync::Arc, time::Duration};
//! # #[derive(Debug)] struct SystemClock;
//! # impl certctl_domain::Clock for SystemClock {
//! #     fn now(&self) -> certctl_domain::Timestamp {
//! #         let since = std::time::UNIX_EPOCH.elapsed().unwrap();
//! #         certctl_domain::Timestamp::from_unix_seconds(since.as_secs() as i64)
//! #     }
//! # }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let directory = tempfile::tempdir()?;
//! let key = rcgen::KeyPair::generate()?;
//! let leaf = rcgen::CertificateParams::new(["www.example.com".to_owned()])?.self_signed(&key)?;
//! let destination = |name, file, secret, default_mode| Destination {
//!     name, path: directory.path().join(file), secret, default_mode, wanted: FileAccess::default(),
//! };
//! let target = FileTarget::new(
//!     TargetId::parse("t-web")?,
//!     FileTargetSettings {
//!         destinations: vec![
//!             destination("cert", "site.crt", false, 0o644),
//!             destination("key", "site.key", true, 0o600),
//!         ],
//!         validate: None,
//!         reload: Argv::parse("true")?,
//!         command_timeout: Duration::from_secs(30),
//!         verify: None,
//!         retention: 3,
//!     },
//!     TargetEnv {
//!         clock: Arc::new(SystemClock),
//!         commands: Arc::new(ProcessRunner),
//!         allowed_paths: None,
//!         state_dir: directory.path().join("state"),
//!     },
//!     Disk::default(),
//! );
//! let plan = Deployment {
//!     certificate_id: CertificateId::parse("mc-web")?,
//!     version_id: VersionId::parse("cv-1")?,
//!     target_id: TargetId::parse("t-web")?,
//!     leaf_pem: leaf.pem(),
//!     chain_pem: String::new(),
//!     key_pem: SecretString::new(key.serialize_pem()),
//!     fingerprint_sha256: certctl_crypto::sha256_hex(leaf.der()),
//! };
//! let files = || vec![
//!     ("cert", SecretBytes::new(plan.leaf_pem.clone())),
//!     ("key", SecretBytes::new(plan.key_pem.expose())),
//! ];
//! assert!(!target.deploy(&plan, &files()).await.map_err(|failure| failure.error)?.idempotent);
//! assert!(target.deploy(&plan, &files()).await.map_err(|failure| failure.error)?.idempotent);
//! assert_eq!(std::fs::read_to_string(directory.path().join("site.crt"))?, leaf.pem());
//! # Ok(()) })
//! # }
//! ```

mod allow_list;
mod destination;
mod disk;
mod error;
mod file_target;
mod journal;
mod lock;
pub mod pair;
pub mod probe;
mod process;
mod store;

pub use allow_list::{AllowList, AllowListError, AllowedCommands};
pub use destination::{Destination, FileAccess};
pub use disk::{Disk, StepObserver};
pub use error::Error;
pub use file_target::{FileTarget, FileTargetSettings, Verify};
pub use process::ProcessRunner;
