//! Watching the certificate and telling what happens to it, in the order it happens.

use super::screen::Screen;
use super::stage::Stage;
use anyhow::{Result, bail};
use certctl_api_types::certificate::CertificateVersion;
use certctl_api_types::job::Job;
use certctl_domain::id::JobId;
use certctl_domain::job::{JobKind, JobStatus};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The version whose delivery proves a renewal.
const SECOND: usize = 2;

/// What was told already.
#[derive(Debug, Default)]
struct Told {
    issued: usize,
    deployed: usize,
    served: usize,
    errors: BTreeSet<(String, u32)>,
}

/// Tells until the end of time, or with a `limit` until the second version is served; then a
/// certificate that is not renewed within it is an error.
pub(super) async fn tell(screen: &Screen, stage: &Stage, limit: Option<Duration>) -> Result<()> {
    let deadline = limit.map(|limit| Instant::now() + limit);
    let mut told = Told::default();
    loop {
        let served_before = told.served;
        look(screen, stage, &mut told).await?;
        if deadline.is_some() && told.served >= SECOND {
            return Ok(());
        }
        if told.served > served_before {
            announce_renewal(screen, stage).await?;
            if deadline.is_none() && served_before == 0 {
                Screen::line(&stage.hints())?;
            }
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            bail!("the second version was not served in time; {} versions were served", told.served);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(screen: &Screen, stage: &Stage, told: &mut Told) -> Result<()> {
    let id = &stage.certificate.id;
    let mut versions = stage.scenario.versions(id).await?;
    versions.reverse();
    let jobs = stage.scenario.jobs(id).await?;
    for (index, version) in versions.iter().enumerate().skip(told.issued) {
        let what = if index == 0 { "issued" } else { "renewed" };
        screen.step(what, &describe(index + 1, version))?;
        told.issued = index + 1;
    }
    for job in jobs.iter().rev() {
        tell_failure(screen, job, told)?;
    }
    for (index, version) in versions.iter().enumerate().skip(told.deployed) {
        let Some(job) = deployment_of(&jobs, version) else { break };
        screen.step("deployed", &format!("version {}: {} (job {})", index + 1, how(stage), job))?;
        told.deployed = index + 1;
    }
    if told.served < told.deployed
        && let Some(version) = versions.get(told.deployed - 1)
        && stage.served().await.as_deref() == Some(version.fingerprint_sha256.as_str())
    {
        let who = stage.server_kind();
        screen.step(
            "served",
            &format!("version {}: {who} answers with sha256 {}", told.deployed, version.fingerprint_sha256),
        )?;
        told.served = told.deployed;
    }
    Ok(())
}

fn describe(number: usize, version: &CertificateVersion) -> String {
    format!(
        "version {number}: serial {}, valid until {}\n{:21}sha256 {}",
        version.serial_number, version.not_after, "", version.fingerprint_sha256
    )
}

fn how(stage: &Stage) -> String {
    match stage.server_kind() {
        "nginx" => "files exchanged, `nginx -t` passed, nginx reloaded".to_owned(),
        other => format!("files exchanged for {other}"),
    }
}

/// The completed deployment of a version.
fn deployment_of<'j>(jobs: &'j [Job], version: &CertificateVersion) -> Option<&'j JobId> {
    let done = |job: &&Job| {
        job.kind == JobKind::Deployment
            && job.status == JobStatus::Completed
            && job.version_id.as_ref() == Some(&version.id)
    };
    jobs.iter().find(done).map(|job| &job.id)
}

/// A failed attempt is news too; certctl tries again by itself.
fn tell_failure(screen: &Screen, job: &Job, told: &mut Told) -> Result<()> {
    match &job.last_error {
        Some(error) if told.errors.insert((job.id.to_string(), job.attempts)) => {
            screen.step("trouble", &format!("{} attempt {}: {error}", job.kind, job.attempts))
        }
        _ => Ok(()),
    }
}

async fn announce_renewal(screen: &Screen, stage: &Stage) -> Result<()> {
    let certificate = stage.scenario.admin.certificates().get(&stage.certificate.id).await?;
    match certificate.next_renewal_at {
        Some(at) => screen.step("waiting", &format!("the renewal is planned for {at}")),
        None => Ok(()),
    }
}
