//! The assessment of a certificate, with its deployments and with what stands in the way.

use crate::deployment;
use crate::failure::Failure;
use crate::issuance::assess::{Assessment, assess};
use crate::issuance::guard::Guards;
use crate::reconcile::DEPLOYMENT_PAUSE;
use certctl_domain::Timestamp;
use certctl_domain::agent::AgentStatus;
use certctl_domain::certificate::Certificate;
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::explanation::{Blocker, HolderStep, NextAction, Rule, Step};
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::revocation::RevocationReason;
use certctl_domain::target::Target;
use certctl_repository::Tx;
use certctl_service_api::renewal::Explanation;

/// Explains `certificate` at `now`.
pub(super) fn explain(
    tx: &mut dyn Tx,
    guards: &Guards,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<Explanation, Failure> {
    let mut assessment = assess(tx, guards, certificate, now)?;
    let mapped = tx.deployments().of_certificate(&certificate.id)?;
    let live = tx.jobs().live_issuances(&certificate.id)?;
    if assessment.step.rule == Rule::InProgress {
        under_way(&mut assessment, &live);
    }
    deployments(tx, &mut assessment, &mapped, now)?;
    let mut blockers = Vec::new();
    state_blockers(tx, certificate, &assessment, &mut blockers)?;
    job_blockers(&live, &mut blockers);
    holder_blockers(tx, &assessment, &mut blockers)?;
    deployment_blockers(&mapped, &mut blockers);
    Ok(Explanation {
        certificate_id: certificate.id.clone(),
        at: now,
        step: assessment.step,
        holders: assessment.holders,
        blockers,
    })
}

/// Says how far the live issuances are.
fn under_way(assessment: &mut Assessment, live: &[Job]) {
    for holder in &mut assessment.holders {
        if let Some(job) = live.iter().find(|job| job.agent_id.as_ref() == Some(&holder.agent_id)) {
            let rule = match job.status {
                JobStatus::AwaitingApproval => Rule::Approval,
                _ => Rule::InProgress,
            };
            holder.step.rule = rule;
            holder.step.message = progress(job);
        }
    }
    if live.iter().any(|job| job.status == JobStatus::AwaitingApproval) {
        assessment.step.rule = Rule::Approval;
        "An issuance waits for an approval.".clone_into(&mut assessment.step.message);
    }
}

fn progress(job: &Job) -> String {
    let (id, attempt) = (&job.id, job.attempts);
    match job.status {
        JobStatus::AwaitingApproval => format!("Job {id} waits for an approval."),
        JobStatus::AwaitingCsr => format!("Job {id} waits for a certificate request of the agent."),
        JobStatus::Running => format!("Job {id} is running its attempt {attempt}."),
        _ => format!("Job {id} waits for its next attempt, not before {}.", job.run_after),
    }
}

/// What is issued but not served comes before the next renewal.
fn deployments(
    tx: &mut dyn Tx,
    assessment: &mut Assessment,
    mapped: &[(TargetMapping, Target)],
    now: Timestamp,
) -> Result<(), Failure> {
    if matches!(assessment.step.rule, Rule::Archived | Rule::Revoked) {
        return Ok(());
    }
    for holder in &mut assessment.holders {
        let holds = holder.lifetime.is_some_and(|life| life.not_after > now);
        let of_agent = |(_, target): &&(TargetMapping, Target)| {
            holds && target.is_active() && target.agent_id == holder.agent_id
        };
        let mut first: Option<Step> = None;
        for (mapping, target) in mapped.iter().filter(of_agent) {
            if let Some(step) = deployment_step(tx, mapping, target, now)?
                && first.as_ref().is_none_or(|first| step.at < first.at)
            {
                first = Some(step);
            }
        }
        if let Some(step) = first.filter(|step| holder.step.at.is_none() || step.at <= holder.step.at) {
            if assessment.step.at.is_none_or(|at| step.at <= Some(at)) && assessment.step.rule != Rule::Paused
            {
                assessment.step = step.clone();
            }
            holder.step = step;
        }
    }
    Ok(())
}

/// When the next attempt to deploy to `target` comes, if there is something to deploy.
fn deployment_step(
    tx: &mut dyn Tx,
    mapping: &TargetMapping,
    target: &Target,
    now: Timestamp,
) -> Result<Option<Step>, Failure> {
    let waits = matches!(
        mapping.status,
        DeploymentStatus::Pending | DeploymentStatus::InProgress | DeploymentStatus::Failed
    );
    if !waits {
        return Ok(None);
    }
    let live = tx.jobs().live_deployments(&mapping.certificate_id, Some(&target.id))?.into_iter().next();
    let (at, rule, message) = match live {
        Some(job) if job.status == JobStatus::Running => {
            let message = format!("Job {} is deploying to target {}.", job.id, target.id);
            (now, Rule::DeploymentPending, message)
        }
        Some(job) => {
            let message = format!(
                "Job {} deploys to target {} when agent {} asks for work, not before {}.",
                job.id, target.id, target.agent_id, job.run_after
            );
            (job.run_after.max(now), Rule::DeploymentPending, message)
        }
        None => {
            let at = mapping.updated_at.plus(DEPLOYMENT_PAUSE).max(now);
            let at = deployment::automatic_start(tx, mapping, at)?;
            let error = mapping.last_error.as_deref().unwrap_or("the target was not available");
            let message = format!(
                "The last deployment to target {} ended without success ({error}); it is queued again at {at}.",
                target.id
            );
            (at, Rule::DeploymentFailed, message)
        }
    };
    Ok(Some(Step::new(NextAction::Deploy, Some(at), rule, message)))
}

fn blocker(rule: Rule, message: String, next: &str, id: &impl ToString) -> Blocker {
    Blocker { rule, message, next: next.to_owned(), ids: vec![id.to_string()] }
}

fn is_on_hold(certificate: &Certificate) -> bool {
    certificate.revocation_reason.as_deref() == Some(RevocationReason::CertificateHold.as_str())
}

/// What the certificate and the objects it follows say.
fn state_blockers(
    tx: &mut dyn Tx,
    certificate: &Certificate,
    assessment: &Assessment,
    blockers: &mut Vec<Blocker>,
) -> Result<(), Failure> {
    let (step, policy) = (&assessment.step, assessment.policy());
    let next = match step.rule {
        Rule::Archived => Some("Create a new certificate, or take this one back into service."),
        Rule::Revoked if is_on_hold(certificate) => Some("Lift the hold, or create a new certificate."),
        Rule::Revoked => Some("Create a new certificate."),
        Rule::NoKeyHolder => Some("Map the certificate to an active target."),
        Rule::Paused => Some("Mend the cause, then unpause the certificate, or renew it by hand."),
        Rule::CircuitOpen => {
            Some("Find out what asks for so many; renew by hand with an override if it must be now.")
        }
        _ => None,
    };
    if let Some(next) = next {
        blockers.push(blocker(step.rule, step.message.clone(), next, &certificate.id));
    }
    if step.rule == Rule::AutoRenewOff {
        let next = "Renew it by hand, or switch auto_renew on.";
        blockers.push(blocker(step.rule, step.message.clone(), next, &policy.id));
    }
    if let Some(id) = &certificate.profile_id
        && tx.profiles().find(id)?.is_none_or(|profile| !profile.enabled)
    {
        let message = format!("Profile {id} is disabled, so every issuance is refused.");
        blockers.push(blocker(
            Rule::ProfileDisabled,
            message,
            "Enable the profile, or choose another one.",
            id,
        ));
    }
    let issuer = &certificate.issuer_id;
    if tx.issuers().find(issuer)?.is_none_or(|issuer| !issuer.enabled) {
        let message = format!("Issuer {issuer} is disabled, so every issuance is refused.");
        blockers.push(blocker(
            Rule::IssuerDisabled,
            message,
            "Enable the issuer, or choose another one.",
            issuer,
        ));
    }
    Ok(())
}

fn job_blockers(live: &[Job], blockers: &mut Vec<Blocker>) {
    for job in live {
        let (rule, next) = match job.status {
            JobStatus::AwaitingApproval => (Rule::Approval, "Have the job approved or rejected."),
            _ => (Rule::InProgress, "Wait for the job, or cancel it."),
        };
        blockers.push(blocker(rule, progress(job), next, &job.id));
    }
}

fn holder_blockers(
    tx: &mut dyn Tx,
    assessment: &Assessment,
    blockers: &mut Vec<Blocker>,
) -> Result<(), Failure> {
    let policy = assessment.policy();
    for HolderStep { agent_id, step, .. } in &assessment.holders {
        if tx.agents().find(agent_id)?.is_some_and(|agent| agent.status == AgentStatus::Offline) {
            let message = format!("Agent {agent_id} is silent; what waits for it does not start.");
            blockers.push(blocker(
                Rule::AgentOffline,
                message,
                "Start the agent, or see why it cannot connect.",
                agent_id,
            ));
        }
        if matches!(step.rule, Rule::MaintenanceWindow | Rule::Freeze) {
            let next = "Wait, renew it by hand, or change the policy.";
            blockers.push(blocker(step.rule, step.message.clone(), next, &policy.id));
        }
        if step.rule == Rule::OutsideAgentGroup {
            let next = "Put the agent into the group, renew by hand, or choose another policy.";
            blockers.push(blocker(step.rule, step.message.clone(), next, agent_id));
        }
        if step.expires_first {
            let message = format!("The leaf of agent {agent_id} expires before it may be renewed.");
            let next = "Renew it by hand, or allow override_before_expiry in the policy.";
            blockers.push(blocker(Rule::ExpiresFirst, message, next, agent_id));
        }
    }
    Ok(())
}

fn deployment_blockers(mapped: &[(TargetMapping, Target)], blockers: &mut Vec<Blocker>) {
    for (mapping, target) in mapped {
        if mapping.status == DeploymentStatus::RollbackFailed {
            let message = format!("A failed deployment to target {} could not be undone.", target.id);
            let next = "Look at the target, then deploy again by hand.";
            blockers.push(blocker(Rule::RollbackFailed, message, next, &target.id));
        }
    }
}
