//! Between the domain's explanations and their JSON bodies.

use certctl_api_types::renewal as api;
use certctl_domain::explanation::{Blocker, HolderStep, Step};
use certctl_service_api::renewal::Explanation;

pub(super) fn explanation(explanation: Explanation) -> api::Explanation {
    api::Explanation {
        certificate_id: explanation.certificate_id,
        at: explanation.at,
        next: step(explanation.step),
        holders: explanation.holders.into_iter().map(holder).collect(),
        blockers: explanation.blockers.into_iter().map(blocker).collect(),
    }
}

fn step(step: Step) -> api::Step {
    api::Step {
        action: step.action,
        at: step.at,
        rule: step.rule,
        overrides: step.overrides,
        expires_first: step.expires_first,
        message: step.message,
    }
}

fn holder(holder: HolderStep) -> api::Holder {
    api::Holder {
        agent_id: holder.agent_id,
        issued_at: holder.lifetime.map(|life| life.issued_at),
        expires_at: holder.lifetime.map(|life| life.not_after),
        next: step(holder.step),
    }
}

fn blocker(blocker: Blocker) -> api::Blocker {
    api::Blocker { code: blocker.rule, message: blocker.message, next: blocker.next, ids: blocker.ids }
}
