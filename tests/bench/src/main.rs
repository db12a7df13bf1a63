//! `cargo xtask bench`: what certctl costs on this machine.
//!
//! It prints tables and judges nothing. Every figure stands beside a limit of the same machine (raw
//! signatures, a constant answer), so that ratios can be compared between machines. Servers and
//! databases are its own and gone afterwards.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts programs and reads the machine")]

mod bulk_revocation;
mod console;
mod core;
mod fill;
mod footprint;
mod http;
mod import;
mod inventory;
mod issuance;
mod load;
mod notifications;
mod ocsp;
mod place;
mod policy;
mod revocation;
mod signatures;
mod sweep;
mod table;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use std::process::ExitCode;
use std::time::Duration;

/// Measures certctl on this machine.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Options {
    /// Sections to run; all of them when none is named
    #[arg(value_enum)]
    sections: Vec<Section>,
    /// A tenth of everything, to see that it works
    #[arg(long)]
    quick: bool,
    /// Certificates in the inventory while HTTP is measured
    #[arg(long, default_value_t = 100_000)]
    certificates: u32,
    /// Certificates in the inventory while reading is measured; several sizes may be given
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000])]
    sizes: Vec<u32>,
    /// Certificates in the inventory while the renewal sweep is measured
    #[arg(long, default_value_t = 1_000_000)]
    sweep_certificates: u32,
    /// Notifications that wait while their delivery is measured
    #[arg(long, default_value_t = 10_000)]
    notifications: u32,
    /// Notifications that are done while a look for retries is measured
    #[arg(long, default_value_t = 1_000_000)]
    finished_notifications: u32,
    /// Entries of the CRLs that are measured; several lengths may be given
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    crl_entries: Vec<u32>,
    /// Certificates to issue
    #[arg(long, default_value_t = 4_000)]
    issuances: u32,
    /// Certificates to revoke by one operation
    #[arg(long, default_value_t = 10_000)]
    revocations: u32,
    /// Certificates to import
    #[arg(long, default_value_t = 100_000)]
    imports: u32,
    /// Seconds for each HTTP measurement
    #[arg(long, default_value_t = 5)]
    seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Section {
    /// The local CA, from accepted CSR to committed version
    Issuance,
    /// Requests over TLS
    Http,
    /// Pages, searches and figures of a large inventory
    Inventory,
    /// A renewal sweep with nothing due
    Sweep,
    /// Compliance rules over a large inventory
    Policy,
    /// Certificates that others issued, from PEM to committed rows
    Import,
    /// Deliveries to a local receiver, and a look for retries
    Notifications,
    /// CRLs and OCSP answers, encoded and signed
    Revocation,
    /// OCSP answers of a running server
    Ocsp,
    /// One operation that revokes many
    BulkRevocation,
    /// The web console in a browser
    Console,
    /// Memory, time to readiness, sizes
    Footprint,
}

impl Options {
    fn wants(&self, section: Section) -> bool {
        self.sections.is_empty() || self.sections.contains(&section)
    }

    fn scaled(&self, number: u32) -> u32 {
        if self.quick { (number / 10).max(1) } else { number }
    }
}

async fn run(options: Options) -> Result<()> {
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    table::line(&format!("certctl benchmark, {}", place::machine()))?;
    if cfg!(debug_assertions) {
        table::line("NOTE: this is a debug build; use `cargo xtask bench` for figures that mean something.")?;
    }
    if options.wants(Section::Issuance) {
        issuance::measure(options.scaled(options.issuances)).await?;
    }
    if options.wants(Section::Http) {
        let span = Duration::from_secs(options.scaled(options.seconds).into());
        http::measure(options.scaled(options.certificates), span).await?;
    }
    if options.wants(Section::Inventory) {
        let span = Duration::from_secs(options.scaled(options.seconds).into());
        let sizes: Vec<u32> = options.sizes.iter().map(|size| options.scaled(*size)).collect();
        inventory::measure(&sizes, span).await?;
    }
    if options.wants(Section::Sweep) {
        sweep::measure(options.scaled(options.sweep_certificates)).await?;
    }
    if options.wants(Section::Policy) {
        policy::measure(options.scaled(options.certificates)).await?;
    }
    if options.wants(Section::Import) {
        import::measure(options.scaled(options.imports)).await?;
    }
    if options.wants(Section::Notifications) {
        let finished = options.scaled(options.finished_notifications);
        notifications::measure(options.scaled(options.notifications), finished).await?;
    }
    if options.wants(Section::Revocation) {
        let lengths: Vec<u32> = options.crl_entries.iter().map(|length| options.scaled(*length)).collect();
        revocation::measure(&lengths)?;
    }
    if options.wants(Section::Ocsp) {
        ocsp::measure(Duration::from_secs(options.scaled(options.seconds).into())).await?;
    }
    if options.wants(Section::BulkRevocation) {
        bulk_revocation::measure(options.scaled(options.revocations)).await?;
    }
    if options.wants(Section::Console) {
        console::measure(options.scaled(options.certificates)).await?;
    }
    if options.wants(Section::Footprint) {
        footprint::measure().await?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let options = Options::parse();
    certctl_lifecycle::entry(|| run(options))
}
