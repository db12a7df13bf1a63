//! What happens to a certificate next. The renewal sweep does what this says, and the explanation
//! shows it.

use super::guard::{Guards, Open, readable};
use super::scope::{self, outside};
use super::{Lineage, lineages, policy_of};
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::explanation::{HolderStep, NextAction, Rule, Step};
use certctl_domain::id::AgentId;
use certctl_domain::renewal::{Decision, Reason, RenewalPolicy, Start};
use certctl_repository::Tx;
use std::collections::BTreeSet;

/// What happens next.
pub(crate) struct Assessment {
    /// To the certificate as a whole: the first thing that happens to one of its key holders.
    pub(crate) step: Step,
    /// To each key holder.
    pub(crate) holders: Vec<HolderStep>,
    /// It has failed too often and is to be paused.
    pub(crate) gives_up: bool,
    /// When somebody outside of the policy's agent group may have become a member.
    outside_look: Option<Timestamp>,
    policy: RenewalPolicy,
}

impl Assessment {
    /// The agents for which an issuance is to be queued at `now`.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<AgentId> {
        let due = self.holders.iter().filter(|holder| holder.step.is_due(now));
        due.map(|holder| holder.agent_id.clone()).collect()
    }

    /// When the sweep must look again, if nothing else changes.
    pub(crate) fn next_look(&self) -> Option<Timestamp> {
        self.holders.iter().filter_map(|holder| holder.step.at).chain(self.outside_look).min()
    }

    pub(crate) const fn policy(&self) -> &RenewalPolicy {
        &self.policy
    }
}

/// Works out what happens next to a certificate and to each of its key holders.
pub(crate) fn assess(
    tx: &mut dyn Tx,
    guards: &Guards,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<Assessment, Failure> {
    let policy = policy_of(tx, certificate)?;
    let lineages = lineages(tx, &certificate.id)?;
    let same_for_all = if lineages.is_empty() && !ended(certificate) {
        Some(Step::none(
            Rule::NoKeyHolder,
            "The certificate is mapped to no active target, so no agent can make its key.",
        ))
    } else {
        fixed(certificate)
    };
    let outside = if same_for_all.is_some() { BTreeSet::new() } else { outside(tx, &policy, &lineages)? };
    let mut outside_look: Option<Timestamp> = None;
    let mut steps: Vec<Step> = lineages
        .iter()
        .map(|lineage| {
            let mut step =
                same_for_all.clone().unwrap_or_else(|| step_of(lineage, certificate, &policy, now));
            if outside.contains(&lineage.agent) && step.rule != Rule::AutoRenewOff {
                let look = step.at.map(|at| at.max(now.plus(scope::LOOK_AGAIN)));
                outside_look = outside_look.into_iter().chain(look).min();
                step = out_of_scope(lineage, &policy);
            }
            step
        })
        .collect();
    if steps.iter().any(|step| step.is_due(now))
        && let Some(open) = guards.circuit(tx, certificate, &lineages, &policy, now)?
    {
        steps.iter_mut().filter(|step| step.is_due(now)).for_each(|step| hold_back(step, &open));
    }
    let step = same_for_all.or_else(|| steps.iter().min_by_key(|step| order(step)).cloned());
    let step = step.unwrap_or_else(|| Step::none(Rule::NoKeyHolder, "Nobody holds a key."));
    let holders = lineages.into_iter().zip(steps).map(|(lineage, step)| HolderStep {
        lifetime: lineage.lifetime(),
        agent_id: lineage.agent,
        step,
    });
    let idle = certificate.paused_at.is_none() && !ended(certificate) && !in_progress(certificate);
    let gives_up = idle && policy.auto_renew && guards.gives_up(certificate);
    Ok(Assessment { step, holders: holders.collect(), gives_up, outside_look, policy })
}

/// Steps with an instant come first, the earliest of them before the others.
fn order(step: &Step) -> (bool, Option<Timestamp>) {
    (step.at.is_none(), step.at)
}

const fn ended(certificate: &Certificate) -> bool {
    matches!(certificate.status, CertificateStatus::Archived | CertificateStatus::Revoked)
}

fn in_progress(certificate: &Certificate) -> bool {
    certificate.status == CertificateStatus::RenewalInProgress
}

/// What the state of the certificate says, whoever holds its keys.
fn fixed(certificate: &Certificate) -> Option<Step> {
    match certificate.status {
        CertificateStatus::Archived => {
            Some(Step::none(Rule::Archived, "The certificate is archived; nothing happens to it."))
        }
        CertificateStatus::Revoked => {
            Some(Step::none(Rule::Revoked, "The certificate is revoked and is not renewed."))
        }
        CertificateStatus::RenewalInProgress => {
            let message = "An issuance is under way; its jobs say how far it is.";
            Some(Step::new(NextAction::Wait, None, Rule::InProgress, message))
        }
        _ => {
            let reason = certificate.pause_reason.as_deref().unwrap_or("no reason was given");
            let paused =
                |at| format!("Nothing happens by itself: the certificate is paused since {at} ({reason}).");
            certificate.paused_at.map(|at| Step::none(Rule::Paused, paused(at)))
        }
    }
}

fn step_of(lineage: &Lineage, certificate: &Certificate, policy: &RenewalPolicy, now: Timestamp) -> Step {
    match lineage.decide(policy, certificate, now) {
        Decision::Never => {
            Step::none(Rule::AutoRenewOff, format!("Renewal policy {} leaves renewal to people.", policy.id))
        }
        Decision::Renew { reason, overriding } => Step {
            overrides: overriding.map(Rule::from),
            ..Step::new(NextAction::Renew, Some(now), reason.into(), due_sentence(reason, lineage, policy))
        },
        Decision::Wait { reason, start } => waiting(reason, start, lineage, policy),
    }
}

fn out_of_scope(lineage: &Lineage, policy: &RenewalPolicy) -> Step {
    let group = policy.agent_group_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "Renewal policy {} renews for members of agent group {group} only, and agent {} is none.",
        policy.id, lineage.agent
    );
    Step::none(Rule::OutsideAgentGroup, message)
}

fn waiting(reason: Reason, start: Start, lineage: &Lineage, policy: &RenewalPolicy) -> Step {
    let at = start.at;
    let Some(hold) = start.hold else {
        let message = format!("{} It is renewed at {at}.", due_sentence(reason, lineage, policy));
        return Step {
            overrides: start.overriding.map(Rule::from),
            ..Step::new(NextAction::Renew, Some(at), reason.into(), message)
        };
    };
    let why = match Rule::from(hold) {
        Rule::Backoff => "The last issuance failed or was cancelled".to_owned(),
        Rule::Freeze => match policy
            .calendar()
            .freezes
            .iter()
            .filter(|freeze| freeze.from <= at)
            .max_by_key(|freeze| freeze.until)
        {
            Some(freeze) => {
                format!("Renewal policy {} is frozen until {} ({})", policy.id, freeze.until, freeze.reason)
            }
            None => format!("Renewal policy {} is frozen", policy.id),
        },
        _ => format!("No maintenance window of renewal policy {} is open when it is due", policy.id),
    };
    let then = match (start.overriding, start.expires_first) {
        (Some(_), _) => format!("it is renewed at {at} all the same, because it would expire otherwise"),
        (None, true) => format!("it is renewed at {at}, AFTER the current leaf has expired"),
        (None, false) => format!("it is renewed at {at}"),
    };
    Step {
        overrides: start.overriding.map(Rule::from),
        expires_first: start.expires_first,
        ..Step::new(NextAction::Wait, Some(at), hold.into(), format!("{why}; {then}."))
    }
}

fn due_sentence(reason: Reason, lineage: &Lineage, policy: &RenewalPolicy) -> String {
    let agent = &lineage.agent;
    let end = lineage.lifetime().map(|life| life.not_after.to_rfc3339()).unwrap_or_default();
    match reason {
        Reason::NeverIssued => format!("Agent {agent} holds no leaf yet."),
        Reason::Expired => format!("The leaf of agent {agent} expired at {end}."),
        Reason::Ari => {
            format!("The issuer suggests when to renew the leaf of agent {agent}, which ends at {end}.")
        }
        Reason::Fraction => {
            let part = policy.renewal_window_fraction.map_or(0.0, |part| part.as_f64() * 100.0);
            format!(
                "The leaf of agent {agent} ends at {end}, and renewal starts when {part:.0} % of its lifetime are left."
            )
        }
        Reason::Window => format!(
            "The leaf of agent {agent} ends at {end}, and renewal starts {} days before, or when a third of its lifetime is left.",
            policy.renewal_window_days
        ),
    }
}

fn hold_back(step: &mut Step, open: &Open) {
    step.action = NextAction::Wait;
    step.at = Some(open.until);
    step.rule = Rule::CircuitOpen;
    step.overrides = None;
    step.message = format!(
        "{} certificates were issued for these names within {}; the next one is allowed at {}, or by hand with an override.",
        open.limit,
        readable(open.window),
        open.until
    );
}
