//! What happens, day by day.

use crate::agents::{SimulatedAgent, on_stage};
use crate::cast::{AGENTS, Fate, PARTS, Part, TARGETS, TEAMS};
use crate::stage::{DemoError, InScene, Stage, person};
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::agent::AgentMetadata;
use certctl_domain::approval::ApprovalState;
use certctl_domain::id::{AgentId, CertificateId, IssuerId, TargetId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::revocation::RevocationReason;
use certctl_service_api::Actor;
use certctl_service_api::agent::NewAgent;
use certctl_service_api::approval::{ApprovalOf, ApprovalQuery, Decision};
use certctl_service_api::auth::NewApiKey;
use certctl_service_api::certificate::{CertificateSpec, RenewOptions};
use certctl_service_api::job::JobQuery;
use certctl_service_api::list::ListRequest;
use certctl_service_api::revocation::{RevokeSpec, Scope};
use certctl_service_api::target::TargetSpec;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

mod rules;
mod told;

const DAYS: i32 = 90;
const DAY: Duration = Duration::from_hours(24);
/// The rounds of a day: changes lead to work, work to reports, reports to more work.
const ROUNDS: usize = 4;

/// Plays the story so that it ends at `now`. The database must have the first rows of a new
/// installation and nothing else. [`DemoAgents`](crate::DemoAgents) goes on from there.
pub async fn live(stage: &Stage, now: Timestamp) -> Result<(), DemoError> {
    let mut story = Story {
        stage,
        agents: BTreeMap::new(),
        operator: person("mira", Role::Operator),
        admin: person("jonas", Role::Admin),
    };
    story.stage.clock.set(day_at(now, -DAYS, 0));
    story.prepare().await?;
    for day in -DAYS..=0 {
        // Certificates that are left alone end some hours after the hour of the last day.
        story.stage.clock.set(day_at(now, day, if day == 0 { 1 } else { 6 }));
        story.live_a_day(day).await?;
    }
    story.stage.clock.set(now.minus(Duration::from_mins(2)));
    story.last_hour().await?;
    story.stage.clock.set(now);
    for agent in story.agents.values().filter(|agent| agent.alive) {
        agent.heartbeat(&*stage.agent_work).await.scene("last heartbeat")?;
    }
    Ok(())
}

/// `hours` before or after the hour of `now` on that day.
fn day_at(now: Timestamp, day: i32, hours: u64) -> Timestamp {
    let back = DAY * u32::try_from(-day).unwrap_or_default();
    if day == 0 {
        now.minus(Duration::from_hours(hours))
    } else {
        now.minus(back).plus(Duration::from_hours(hours))
    }
}

struct Story<'s> {
    stage: &'s Stage,
    agents: BTreeMap<&'static str, SimulatedAgent>,
    operator: Actor,
    admin: Actor,
}

impl Story<'_> {
    /// The organisation, its issuers, rules, hosts and targets.
    async fn prepare(&mut self) -> Result<(), DemoError> {
        told::channels(self.stage, &self.admin).await?;
        rules::organisation(self.stage, &self.admin).await?;
        for (name, role) in [
            ("mira", Role::Operator),
            ("lena", Role::Approver),
            ("grafana", Role::Metrics),
            ("auditor", Role::Viewer),
        ] {
            let key = NewApiKey { name: name.to_owned(), role, identity: None, expires_at: None };
            self.stage.api_keys.create(&self.admin, key).await.scene("API key")?;
        }
        for (name, hostname, os, architecture, ip, version, _) in AGENTS {
            let facts = AgentMetadata {
                hostname: hostname.to_owned(),
                os: os.to_owned(),
                architecture: architecture.to_owned(),
                ip_address: ip.to_owned(),
                version: version.to_owned(),
            };
            let new = NewAgent { name: name.to_owned(), facts };
            self.stage.agents.create(&self.admin, new).await.scene("agent")?;
        }
        for agent in on_stage(&*self.stage.agents).await? {
            let named = AGENTS.iter().find(|(_, hostname, ..)| *hostname == agent.facts.hostname);
            self.agents.insert(named.ok_or(DemoError::Missing("agent"))?.0, agent);
        }
        rules::groups(self.stage, &self.admin, &self.agents).await?;
        for (id, host, _, enabled) in TARGETS {
            let agent_id =
                self.agents.get(host).map(|agent| agent.id.clone()).ok_or(DemoError::Missing("agent"))?;
            let spec = target(id, agent_id, enabled);
            self.stage
                .targets
                .create(&self.operator, Some(TargetId::parse(id)?), spec)
                .await
                .scene("target")?;
        }
        Ok(())
    }

    async fn live_a_day(&mut self, day: i32) -> Result<(), DemoError> {
        self.hear_of_agents(day).await?;
        for part in PARTS.iter().filter(|part| part.day == day) {
            self.create(part).await?;
        }
        self.special(day).await?;
        for round in 0..ROUNDS {
            self.decide(day).await?;
            self.stage.run_reconcilers().await?;
            let mut done = 0;
            for agent in self.agents.values().filter(|agent| agent.alive || day < -20) {
                done += agent.work(&*self.stage.agent_work).await?;
            }
            done += self.stage.run_jobs().await?;
            self.stage.clock.advance(Duration::from_secs(90));
            if done == 0 {
                break;
            }
            // Three minutes have passed: nobody is missed who is there.
            if round == 1 {
                self.hear_of_agents(day).await?;
            }
        }
        Ok(())
    }

    async fn hear_of_agents(&self, day: i32) -> Result<(), DemoError> {
        for agent in self.agents.values().filter(|agent| agent.alive || day < -20) {
            agent.heartbeat(&*self.stage.agent_work).await.scene("heartbeat")?;
        }
        Ok(())
    }

    async fn create(&self, part: &Part) -> Result<(), DemoError> {
        let (team_id, _, _, owner_id, _) = TEAMS.get(part.team).ok_or(DemoError::Missing("team"))?;
        let alone = part.fate == Fate::LeftAlone;
        let spec = CertificateSpec {
            name: part.id.trim_start_matches("mc-").to_owned(),
            common_name: part.name.to_owned(),
            sans: vec![part.name.to_owned()],
            environment: part.environment.to_owned(),
            owner_id: owner_id.parse()?,
            team_id: team_id.parse()?,
            issuer_id: part.issuer.parse()?,
            renewal_policy_id: if alone { "rp-manual" } else { "rp-standard" }.parse()?,
            profile_id: part.profile.map(str::parse).transpose()?,
            tags: rules::tags(part),
            target_ids: Some(part.targets.iter().map(|id| TargetId::parse(id)).collect::<Result<_, _>>()?),
        };
        let id = CertificateId::parse(part.id)?;
        self.stage.certificates.create(&self.operator, Some(id.clone()), spec).await.scene("certificate")?;
        // The manual policy renews nothing by itself, not even for the first time.
        if alone {
            self.stage
                .certificates
                .renew(&self.operator, &id, RenewOptions::default())
                .await
                .scene("first issuance")?;
        }
        Ok(())
    }

    /// What happens once.
    async fn special(&mut self, day: i32) -> Result<(), DemoError> {
        match day {
            -80 => {
                for target in ["tgt-edge-1", "tgt-data-1", "tgt-shop-2"] {
                    self.stage
                        .targets
                        .test(&self.operator, &TargetId::parse(target)?)
                        .await
                        .scene("target test")?;
                }
            }
            -30 => {
                let agent = self.agents.remove("old-1").ok_or(DemoError::Missing("agent"))?;
                let why = Some("the host was switched off".to_owned());
                self.stage.agents.retire(&self.admin, &agent.id, false, why).await.scene("retirement")?;
            }
            -15 => {
                for part in PARTS.iter().filter(|part| part.fate == Fate::Archived) {
                    self.stage
                        .certificates
                        .archive(&self.operator, &CertificateId::parse(part.id)?)
                        .await
                        .scene("archiving")?;
                }
            }
            -12 => self.revoke(Fate::Revoked, RevocationReason::KeyCompromise).await?,
            -3 => self.revoke(Fate::OnHold, RevocationReason::CertificateHold).await?,
            -10 => {
                let id = CertificateId::parse("mc-api")?;
                self.stage.certificates.deploy(&self.operator, &id, None).await.scene("deployment")?;
            }
            -9 => told::silence_the_pager(self.stage, &self.admin).await?,
            -2 => told::of_payments(self.stage, &self.admin).await?,
            -5 => rules::switch_off(self.stage, &self.admin, &IssuerId::parse("iss-demo-off")?).await?,
            _ => {}
        }
        Ok(())
    }

    /// Revokes what meets this fate.
    async fn revoke(&self, fate: Fate, reason: RevocationReason) -> Result<(), DemoError> {
        for part in PARTS.iter().filter(|part| part.fate == fate) {
            let spec = RevokeSpec { reason, scope: Scope::All, invalidity_date: None };
            self.stage
                .revocations
                .revoke(&self.operator, &CertificateId::parse(part.id)?, spec)
                .await
                .scene("revocation")?;
        }
        Ok(())
    }

    /// The second person: agrees on most days, refuses once, and has been away in the first weeks, so
    /// that a request expired.
    async fn decide(&self, day: i32) -> Result<(), DemoError> {
        if !(-61..=-2).contains(&day) {
            return Ok(());
        }
        let query = ApprovalQuery { state: Some(ApprovalState::Pending), ..ApprovalQuery::default() };
        let waiting =
            self.stage.approvals.list(&self.admin, query, ListRequest::default()).await.scene("approvals")?;
        let second = person("lena", Role::Approver);
        for request in waiting.items {
            let refuse = day == -61;
            let (decision, note) = if refuse {
                (Decision::Reject, "not during the audit")
            } else {
                (Decision::Approve, "seen with the owner")
            };
            let of = ApprovalOf::Request(request.id);
            self.stage
                .approvals
                .decide(&second, of, decision, Some(note.to_owned()))
                .await
                .scene("decision")?;
        }
        Ok(())
    }

    /// What is under way when the curtain falls: nobody answers any more.
    async fn last_hour(&self) -> Result<(), DemoError> {
        for part in PARTS.iter().filter(|part| part.fate == Fate::Waiting) {
            let id = CertificateId::parse(part.id)?;
            self.stage
                .certificates
                .renew(&self.operator, &id, RenewOptions::forced(true))
                .await
                .scene("last renewal")?;
        }
        let id = CertificateId::parse("mc-checkout")?;
        self.stage
            .certificates
            .renew(&self.operator, &id, RenewOptions::forced(true))
            .await
            .scene("renewal that waits for approval")?;
        let id = CertificateId::parse("mc-www")?;
        self.stage.certificates.deploy(&self.operator, &id, None).await.scene("deployment that waits")?;
        self.cancel_one().await?;
        rules::operations(self.stage, &self.operator).await?;
        self.stage.tell().await?;
        told::read(self.stage, &self.operator).await
    }

    /// Cancels the newest of the waiting deployments.
    async fn cancel_one(&self) -> Result<(), DemoError> {
        let query = JobQuery {
            status: Some(JobStatus::Pending),
            kind: Some(JobKind::Deployment),
            ..JobQuery::default()
        };
        let waiting =
            self.stage.jobs.list(&self.operator, query, ListRequest::default()).await.scene("jobs")?;
        match waiting.items.first() {
            Some(job) => {
                self.stage.jobs.cancel(&self.operator, &job.id).await.scene("cancellation").map(drop)
            }
            None => Err(DemoError::Missing("waiting deployment")),
        }
    }
}

fn target(id: &str, agent_id: AgentId, enabled: bool) -> TargetSpec {
    let site = id.trim_start_matches("tgt-");
    let config = json!({
        "cert_path": format!("/etc/nginx/tls/{site}.crt"),
        "key_path": format!("/etc/nginx/tls/{site}.key"),
        "validate_command": "nginx -t",
        "reload_command": "nginx -s reload",
    });
    TargetSpec {
        name: site.to_owned(),
        kind: "NGINX".to_owned(),
        agent_id,
        config: config.as_object().cloned().unwrap_or_default(),
        enabled,
    }
}
