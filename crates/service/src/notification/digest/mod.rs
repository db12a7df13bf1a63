//! The digest: what is urgent, by mail at regular times. It goes through the same outbox as every
//! other notification, so it is retried, and told as dead when nobody takes it.

mod collect;
mod html;
mod layout;
mod outbox;
mod text;

use self::collect::{Contents, Scope, collect};
use self::outbox::{Mail, mail_channel, notifications};
use crate::failure::Failure;
use crate::support::{Foundation, audit_event, time_of_change};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::DigestSchedule;
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::{StoreError, Tx};
use certctl_service_api::digest::DigestService;
use certctl_service_api::{Actor, ServiceError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Name of the document that remembers the last one.
const DOCUMENT: &str = "digest";

/// What the operator wants.
#[derive(Debug, Clone)]
pub struct DigestOptions {
    /// Whether there are digests.
    pub enabled: bool,
    /// When they are sent.
    pub schedule: DigestSchedule,
    /// Mail addresses that get the digest of everything.
    pub recipients: Vec<String>,
    /// Whether owners get a digest of their own certificates.
    pub owners: bool,
}

/// Use cases of the digest.
#[derive(Debug, Clone)]
pub struct Digests {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    options: DigestOptions,
}

/// What is remembered of the last regular digest.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Last {
    /// When it was due: the next one is counted from there, so that late ones do not make all later ones late.
    due_at: Timestamp,
    /// When it was queued.
    last_sent_at: Timestamp,
}

/// What one run of the loop did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// None is due.
    NotYet,
    /// So many were queued.
    Queued(u64),
    /// One is due, and no channel takes it.
    NoChannel,
}

fn last(tx: &mut dyn Tx) -> Result<(Option<Last>, Option<Timestamp>), StoreError> {
    let Some((document, changed_at)) = tx.notification_settings().find(DOCUMENT)? else {
        return Ok((None, None));
    };
    let last = serde_json::from_str(document.as_str()).map_err(|error| StoreError::Other(error.into()))?;
    Ok((Some(last), Some(changed_at)))
}

fn not_configured(code: &'static str, message: &str) -> ServiceError {
    ServiceError::NotConfigured { code, message: message.to_owned() }
}

fn no_channel() -> ServiceError {
    not_configured(
        "no_email_channel",
        "no enabled channel of type Email takes the digest; create one, or set CERTCTL_SMTP_HOST and \
         CERTCTL_SMTP_FROM_ADDRESS",
    )
}

impl Digests {
    /// Over a store, waking the delivery.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>, options: DigestOptions) -> Self {
        Self { base, wakeups, options }
    }

    /// When the next one will be due; `None` while digests are switched off, and when one is due: what keeps
    /// it back is looked at again with the period of the loop.
    pub(crate) async fn due_at(&self) -> Result<Option<Timestamp>, ServiceError> {
        if !self.options.enabled {
            return Ok(None);
        }
        let read = self.base.store.read("digest.due", |tx| Ok::<_, Failure>(last(tx)?.0));
        let now = self.base.clock.now();
        let due = read.await?.map(|last| self.options.schedule.after(last.due_at));
        Ok(due.filter(|due| *due > now))
    }

    /// Queues the regular digest if it is due.
    pub(crate) async fn send_due(&self) -> Result<Run, ServiceError> {
        let now = self.base.clock.now();
        let read = self.base.store.read("digest.last", |tx| Ok::<_, Failure>((last(tx)?, mail_channel(tx)?)));
        let ((last, changed_at), channel) = read.await?;
        let due = last.map_or(now, |last| self.options.schedule.after(last.due_at));
        if !self.options.enabled || due > now {
            return Ok(Run::NotYet);
        }
        let Some(channel) = channel else { return Ok(Run::NoChannel) };
        let since = self.since(last, now);
        // Counted from when it was due, but never so that several become due at once.
        let due = if self.options.schedule.after(due) > now { due } else { now };
        let mails = self.mails(now, since).await?;
        let rows =
            notifications(&*self.base.ids, &channel, &format!("digest/{}", due.to_rfc3339()), now, mails);
        let document = serde_json::to_string(&Last { due_at: due, last_sent_at: now })
            .map_err(ServiceError::internal)?;
        let at = time_of_change(now, changed_at.unwrap_or(Timestamp::EPOCH));
        let write = self.base.store.write("digest.queue", move |tx| {
            tx.notification_settings().put(DOCUMENT, &JsonText::trusted(&*document), at, changed_at)?;
            let mut queued = 0;
            for row in &rows {
                queued += u64::from(tx.notifications().insert(row)?);
            }
            Ok::<_, Failure>(queued)
        });
        match write.await {
            Ok(queued) => {
                self.wakeups.wake_notifications();
                Ok(Run::Queued(queued))
            }
            // Another replica was first.
            Err(Failure::Store(StoreError::Stale)) => Ok(Run::NotYet),
            Err(failure) => Err(failure.into()),
        }
    }

    /// From when on things are told: since the last regular one.
    fn since(&self, last: Option<Last>, now: Timestamp) -> Timestamp {
        last.map_or_else(|| now.minus(self.options.schedule.interval), |last| last.last_sent_at)
    }

    /// One mail for each address: of everything for the recipients, of their own for the other owners.
    async fn mails(&self, now: Timestamp, since: Timestamp) -> Result<Vec<Mail>, ServiceError> {
        let everything: BTreeSet<_> = self.options.recipients.iter().collect();
        let mut mails = Vec::new();
        if !everything.is_empty() {
            let contents = self.contents(Scope::Everything, now, since).await?;
            mails.extend(
                everything.into_iter().map(|to| Mail { recipient: to.clone(), contents: contents.clone() }),
            );
        }
        if self.options.owners {
            let read = self.base.store.read("digest.owners", |tx| Ok::<_, Failure>(tx.digests().owners()?));
            let known: BTreeSet<_> = self.options.recipients.iter().map(|to| to.to_lowercase()).collect();
            // Several owners may share an address; it gets one mail about all of them.
            let mut by_address: BTreeMap<String, Vec<_>> = BTreeMap::new();
            for owner in read.await? {
                by_address.entry(owner.email.to_lowercase()).or_default().push(owner);
            }
            for (address, owners) in by_address.into_iter().filter(|(address, _)| !known.contains(address)) {
                let recipient = owners.first().map_or(address, |owner| owner.email.clone());
                let contents = self.contents(Scope::Owners(owners), now, since).await?;
                mails.push(Mail { recipient, contents });
            }
        }
        Ok(mails)
    }

    async fn contents(
        &self,
        scope: Scope,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Contents, ServiceError> {
        let read = self
            .base
            .store
            .read("digest.collect", move |tx| Ok::<_, Failure>(collect(tx, &scope, now, since)?));
        Ok(read.await?)
    }

    /// Channel and beginning of a digest that somebody asks for.
    async fn asked(&self) -> Result<(ChannelId, Timestamp, Timestamp), ServiceError> {
        if !self.options.enabled {
            let message = "digests are switched off; set CERTCTL_DIGEST_ENABLED to true";
            return Err(not_configured("digest_off", message));
        }
        let now = self.base.clock.now();
        let read =
            self.base.store.read("digest.asked", |tx| Ok::<_, Failure>((last(tx)?.0, mail_channel(tx)?)));
        let (last, channel) = read.await?;
        Ok((channel.ok_or_else(no_channel)?, now, self.since(last, now)))
    }
}

#[async_trait]
impl DigestService for Digests {
    async fn preview(&self, who: &Actor) -> Result<String, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let (_, now, since) = self.asked().await?;
        Ok(html::page(&self.contents(Scope::Everything, now, since).await?))
    }

    async fn send(&self, who: &Actor) -> Result<u64, ServiceError> {
        who.require(Permission::NotificationWrite)?;
        let (channel, now, since) = self.asked().await?;
        let mails = self.mails(now, since).await?;
        if mails.is_empty() {
            let message = "nobody gets a digest; name addresses in CERTCTL_DIGEST_RECIPIENTS, or give an owner of \
                           certificates a mail address";
            return Err(not_configured("no_digest_recipients", message));
        }
        let key = format!("digest/asked/{}", self.base.ids.next());
        let rows = notifications(&*self.base.ids, &channel, &key, now, mails);
        let (ids, who) = (Arc::clone(&self.base.ids), who.clone());
        let write = self.base.store.write("digest.send", move |tx| {
            let mut queued = 0;
            for row in &rows {
                queued += u64::from(tx.notifications().insert(row)?);
            }
            let details = json!({"recipients": queued});
            let subject = ("digest", channel.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "digest_sent", subject, &details))?;
            Ok::<_, Failure>(queued)
        });
        let queued = write.await?;
        self.wakeups.wake_notifications();
        Ok(queued)
    }
}
