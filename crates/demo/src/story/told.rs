//! Who is told of what: channels, their routing, and what people do with notifications.

use crate::channels::{CHAT, MAIL, PAGER, PAYMENTS, TICKETS};
use crate::stage::{DemoError, InScene, Stage};
use certctl_domain::id::{ChannelId, IdError, TeamId};
use certctl_domain::notification::{
    AlertSeverity as S, Cell, Channel, ChannelRef, NotificationChannel as C, NotificationStatus,
    NotificationType, Recipients, Routing,
};
use certctl_service_api::Actor;
use certctl_service_api::channel::ChannelSpec;
use certctl_service_api::list::ListRequest;
use certctl_service_api::notification::NotificationQuery;
use certctl_service_api::routing::StoredRouting;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Of those that arrived last, so many were read.
const READ: u32 = 6;

async fn add(
    stage: &Stage,
    admin: &Actor,
    (id, name, kind): (&str, &str, C),
    config: Value,
) -> Result<(), DemoError> {
    let config = config.as_object().cloned().unwrap_or_default();
    let spec = ChannelSpec { name: name.to_owned(), kind, config, enabled: true };
    stage.channels.create(admin, Some(ChannelId::parse(id)?), spec).await.scene("channel").map(drop)
}

fn over(ids: &[&str]) -> Result<Vec<ChannelRef>, IdError> {
    ids.iter().map(|id| Ok(ChannelRef::Channel(ChannelId::parse(id)?))).collect()
}

/// Who hears of a certificate under the policies of the story.
pub(super) fn of_certificates() -> Result<BTreeMap<S, Vec<ChannelRef>>, IdError> {
    Ok(BTreeMap::from([
        (S::Informational, over(&[CHAT])?),
        (S::Warning, over(&[MAIL, CHAT])?),
        (S::Critical, over(&[MAIL, PAGER])?),
    ]))
}

/// The channels of the first day, none of which leads anywhere, and who hears of what over them.
pub(super) async fn channels(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    let mail = json!({"host": "mail.demo.invalid", "from_address": "certctl@example.com"});
    add(stage, admin, (MAIL, "Mail", C::Email), mail).await?;
    let chat = json!({"webhook_url": "https://chat.demo.invalid/hooks/certificates"});
    add(stage, admin, (CHAT, "Chat #certificates", C::Slack), chat).await?;
    let pager = json!({"routing_key": "demo-integration-key", "api_url": "https://pager.demo.invalid"});
    add(stage, admin, (PAGER, "On call", C::PagerDuty), pager).await?;
    let tickets = json!({"url": "https://tickets.demo.invalid/certctl", "secret": "demo-signature-key"});
    add(stage, admin, (TICKETS, "Ticket system of last year", C::Webhook), tickets).await?;
    let routing = Routing {
        cells: vec![Cell {
            kind: NotificationType::DeploymentSuccess,
            severity: S::Informational,
            channels: Vec::new(),
        }],
        defaults: BTreeMap::from([
            (S::Informational, over(&[CHAT])?),
            (S::Warning, over(&[MAIL, TICKETS])?),
            (S::Critical, over(&[MAIL, PAGER])?),
        ]),
        emails: vec!["operations@example.com".to_owned()],
        ..Routing::default()
    };
    let edit = Box::new(move |_: &StoredRouting| Ok(routing.clone()));
    stage.routing.change(admin, edit, None).await.scene("routing").map(drop)
}

/// Team Payments gets a channel of its own, which does not answer yet.
pub(super) async fn of_payments(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    let config = json!({"webhook_url": "https://teams.demo.invalid/workflows/payments"});
    add(stage, admin, (PAYMENTS, "Team Payments", C::Teams), config).await?;
    let (team, channels) = (TeamId::parse("t-payments")?, over(&[PAYMENTS])?);
    let edit = Box::new(move |stored: &StoredRouting| {
        let mut routing = stored.routing.clone();
        let further = Recipients { channels: channels.clone(), emails: Vec::new() };
        routing.teams.insert(team.clone(), further);
        Ok(routing)
    });
    stage.routing.change(admin, edit, None).await.scene("routing of a team").map(drop)
}

/// Somebody switches the pager off and forgets it.
pub(super) async fn silence_the_pager(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    let edit = Box::new(|row: &Channel| {
        Ok(ChannelSpec {
            name: row.name.clone(),
            kind: row.kind,
            config: serde_json::from_str(row.public_config.as_str()).unwrap_or_default(),
            enabled: false,
        })
    });
    let id = ChannelId::parse(PAGER)?;
    stage.channels.change(admin, &id, edit, None).await.scene("switching a channel off").map(drop)
}

/// Some of what arrived is read.
pub(super) async fn read(stage: &Stage, operator: &Actor) -> Result<(), DemoError> {
    let query = NotificationQuery { status: Some(NotificationStatus::Sent), ..NotificationQuery::default() };
    let page = ListRequest { per_page: READ, ..ListRequest::default() };
    let arrived = stage.notifications.list(operator, query, page).await.scene("notifications")?;
    for told in arrived.items {
        stage.notifications.mark_read(operator, &told.id).await.scene("reading")?;
    }
    Ok(())
}
