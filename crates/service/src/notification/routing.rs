//! The routing of notifications: one document, checked as a whole.

use super::reference::check_channels;
use crate::failure::Failure;
use crate::support::{Foundation, all_of, audit_event, check_revision, time_of_change};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::notification::{ChannelRef, Recipients, Routing};
use certctl_domain::organisation::mail_address;
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::Tx;
use certctl_service_api::edit::Edit;
use certctl_service_api::routing::{RoutingService, StoredRouting};
use certctl_service_api::{Actor, FieldError, ServiceError};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Name of the document.
const DOCUMENT: &str = "routing";
const MOST_CHANNELS: usize = 50;
const MOST_ADDRESSES: usize = 100;
const MOST_GROUPS: usize = 1000;
const MOST_WINDOWS: usize = 50;

/// Use cases of the routing.
#[derive(Debug)]
pub struct Routings {
    base: Foundation,
}

impl Routings {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }
}

/// The routing, or the one that every installation begins with.
pub(crate) fn stored(tx: &mut dyn Tx) -> Result<StoredRouting, Failure> {
    let Some((document, at)) = tx.notification_settings().find(DOCUMENT)? else {
        return Ok(StoredRouting { routing: Routing::default(), updated_at: None });
    };
    let routing = serde_json::from_str(document.as_str()).map_err(ServiceError::internal)?;
    Ok(StoredRouting { routing, updated_at: Some(at) })
}

fn document(routing: &Routing) -> Result<Value, ServiceError> {
    serde_json::to_value(routing).map_err(ServiceError::internal)
}

fn refuse(field: String, code: &'static str, message: impl Into<String>) -> Result<(), ServiceError> {
    Err(ServiceError::invalid(field, code, message))
}

fn at_most(field: &str, count: usize, max: usize) -> Result<(), ServiceError> {
    if count <= max {
        return Ok(());
    }
    refuse(field.to_owned(), "too_many", format!("must have at most {max} entries"))
}

/// Every list of channels with its path.
fn channel_lists(routing: &Routing) -> impl Iterator<Item = (String, &Vec<ChannelRef>)> {
    let cells = routing.cells.iter().enumerate();
    let cells = cells.map(|(at, cell)| (format!("cells[{at}].channels"), &cell.channels));
    let defaults = routing.defaults.iter().map(|(severity, list)| (format!("defaults.{severity}"), list));
    let groups = groups(routing).map(|(path, to)| (format!("{path}.channels"), &to.channels));
    cells.chain(defaults).chain(groups)
}

/// Recipients of teams and owners with their paths.
fn groups(routing: &Routing) -> impl Iterator<Item = (String, &Recipients)> {
    let teams = routing.teams.iter().map(|(id, to)| (format!("teams.{id}"), to));
    teams.chain(routing.owners.iter().map(|(id, to)| (format!("owners.{id}"), to)))
}

/// Checks everything that the document alone can tell.
fn check(routing: &Routing) -> Result<(), ServiceError> {
    let mut checks = vec![
        at_most("teams", routing.teams.len(), MOST_GROUPS),
        at_most("owners", routing.owners.len(), MOST_GROUPS),
        at_most("quiet_hours", routing.quiet_hours.0.len(), MOST_WINDOWS),
    ];
    let mut seen = BTreeSet::new();
    for (at, cell) in routing.cells.iter().enumerate() {
        if !seen.insert((cell.kind.as_str(), cell.severity.as_str())) {
            let message = format!("there is a cell for {} at severity {} before", cell.kind, cell.severity);
            checks.push(refuse(format!("cells[{at}]"), "duplicate_entry", message));
        }
    }
    checks.extend(channel_lists(routing).map(|(path, list)| at_most(&path, list.len(), MOST_CHANNELS)));
    checks.extend(addresses("emails", &routing.emails));
    checks.extend(groups(routing).flat_map(|(path, to)| addresses(&format!("{path}.emails"), &to.emails)));
    for (at, window) in routing.quiet_hours.0.iter().enumerate() {
        if window.days.is_empty() {
            checks.push(refuse(format!("quiet_hours[{at}].days"), "invalid_value", "must name a day"));
        }
        if window.start == window.end {
            let message = "must differ from the start; a whole day is `00:00` to `24:00`";
            checks.push(refuse(format!("quiet_hours[{at}].end"), "invalid_value", message));
        }
    }
    all_of(checks)
}

fn addresses(path: &str, list: &[String]) -> Vec<Result<(), ServiceError>> {
    let wrong = list.iter().enumerate().filter_map(|(at, address)| {
        let reason = mail_address(address).err()?;
        Some(refuse(format!("{path}[{at}]"), "invalid_value", reason))
    });
    std::iter::once(at_most(path, list.len(), MOST_ADDRESSES)).chain(wrong).collect()
}

/// Every channel and address once in its list, days in the order of the week.
fn tidy(routing: &mut Routing) {
    fn once<T: Ord + Clone>(list: &mut Vec<T>) {
        let mut seen = BTreeSet::new();
        list.retain(|entry| seen.insert(entry.clone()));
    }
    let canonical = |list: &mut Vec<String>| {
        for address in list.iter_mut() {
            if let Ok(same) = mail_address(address) {
                *address = same;
            }
        }
        once(list);
    };
    routing.cells.iter_mut().for_each(|cell| once(&mut cell.channels));
    routing.defaults.values_mut().for_each(once);
    canonical(&mut routing.emails);
    for to in routing.teams.values_mut().chain(routing.owners.values_mut()) {
        once(&mut to.channels);
        canonical(&mut to.emails);
    }
    for window in &mut routing.quiet_hours.0 {
        window.days.sort();
        window.days.dedup();
    }
}

/// Refuses channels, teams and owners that do not exist, unless they were named before.
fn check_references(tx: &mut dyn Tx, before: &Routing, after: &Routing) -> Result<(), Failure> {
    let entries = channel_lists(after).flat_map(|(path, list)| {
        list.iter().enumerate().map(move |(at, channel)| (format!("{path}[{at}]"), channel))
    });
    let mut problems = check_channels(tx, entries, &before.named().collect())?;
    let mut unknown = |path: String, what: String| {
        problems.push(FieldError::new(path, "unknown_reference", format!("{what} does not exist")));
    };
    for id in after.teams.keys().filter(|id| !before.teams.contains_key(*id)) {
        if tx.teams().find(id)?.is_none() {
            unknown(format!("teams.{id}"), format!("team {id}"));
        }
    }
    for id in after.owners.keys().filter(|id| !before.owners.contains_key(*id)) {
        if tx.owners().find(id)?.is_none() {
            unknown(format!("owners.{id}"), format!("owner {id}"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Unprocessable(problems).into()) }
}

#[async_trait]
impl RoutingService for Routings {
    async fn get(&self, who: &Actor) -> Result<StoredRouting, ServiceError> {
        who.require(Permission::NotificationRead)?;
        Ok(self.base.store.read("routing.get", |tx| stored(tx)).await?)
    }

    async fn change(
        &self,
        who: &Actor,
        edit: Edit<StoredRouting, Routing>,
        revision: Option<i64>,
    ) -> Result<StoredRouting, ServiceError> {
        who.require(Permission::NotificationWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let changed = self.base.store.write("routing.change", move |tx| {
            let before = stored(tx)?;
            check_revision(before.revision(), revision)?;
            let mut after = edit(&before)?;
            check(&after)?;
            tidy(&mut after);
            check_references(tx, &before.routing, &after)?;
            let at: Timestamp = before.updated_at.map_or(now, |last| time_of_change(now, last));
            let (old, new) = (document(&before.routing)?, document(&after)?);
            tx.notification_settings().put(
                DOCUMENT,
                &JsonText::trusted(new.to_string()),
                at,
                before.updated_at,
            )?;
            let subject = ("notification_routing", DOCUMENT);
            let details = json!({"before": old, "after": new});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "notification_routing_updated",
                subject,
                &details,
            ))?;
            Ok::<_, Failure>(StoredRouting { routing: after, updated_at: Some(at) })
        });
        Ok(changed.await?)
    }
}
