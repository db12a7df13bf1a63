//! Channels as others name them: whether they exist, and which one is meant.

use crate::failure::Failure;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, ChannelRef, NotificationChannel};
use certctl_repository::Tx;
use certctl_service_api::FieldError;
use std::collections::BTreeSet;

/// Refuses ids of channels that do not exist. Those in `before` were accepted earlier; a channel that
/// went since then must not stand in the way of every other change.
pub(crate) fn check_channels<'c>(
    tx: &mut dyn Tx,
    named: impl IntoIterator<Item = (String, &'c ChannelRef)>,
    before: &BTreeSet<&ChannelRef>,
) -> Result<Vec<FieldError>, Failure> {
    let mut problems = Vec::new();
    for (path, channel) in named {
        let ChannelRef::Channel(id) = channel else { continue };
        if !before.contains(channel) && tx.channels().find(id)?.is_none() {
            let message = format!("notification channel {id} does not exist");
            problems.push(FieldError::new(path, "unknown_reference", message));
        }
    }
    Ok(problems)
}

/// The enabled channel of a kind that was there first.
pub(super) fn enabled_of(tx: &mut dyn Tx, kind: NotificationChannel) -> Result<Option<Channel>, Failure> {
    let mut channels = tx.channels().all()?;
    channels.retain(|channel| channel.enabled && channel.kind == kind);
    channels.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(channels.into_iter().next())
}

/// The channel a notification goes over when it is sent again: its own while that exists, otherwise
/// another one of its kind.
pub(super) fn channel_again(
    tx: &mut dyn Tx,
    kind: NotificationChannel,
    own: Option<&ChannelId>,
) -> Result<Option<ChannelId>, Failure> {
    if let Some(own) = own
        && tx.channels().find(own)?.is_some()
    {
        return Ok(Some(own.clone()));
    }
    Ok(enabled_of(tx, kind)?.map(|channel| channel.id))
}
