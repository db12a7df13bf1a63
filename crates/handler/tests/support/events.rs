//! Live events in memory.

use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::event::LiveEvent;
use certctl_service_api::event::{EventFilter, EventService, EventStream, Notice, ResetReason};
use certctl_service_api::{Actor, ServiceError};
use std::time::Duration;

/// Tells of one certificate and one job after the position it is asked for; anything after position 9
/// is lost, and after position 99 there are too many watchers.
pub(crate) struct Events;

struct Told {
    position: i64,
    notices: Vec<Notice>,
}

#[async_trait]
impl EventStream for Told {
    async fn next(&mut self) -> Option<Notice> {
        if self.notices.is_empty() {
            return None;
        }
        self.position += 1;
        Some(self.notices.remove(0))
    }

    fn position(&self) -> i64 {
        self.position
    }
}

#[async_trait]
impl EventService for Events {
    async fn watch(
        &self,
        _who: &Actor,
        after: Option<i64>,
        filter: EventFilter,
    ) -> Result<Box<dyn EventStream>, ServiceError> {
        let position = after.unwrap_or(5);
        if position > 99 {
            return Err(ServiceError::Throttled { retry_after: Duration::from_secs(15) });
        }
        let event = |kind: &str, resource: &str, id: &str| LiveEvent {
            id: 0,
            kind: kind.to_owned(),
            resource_type: resource.to_owned(),
            resource_id: id.to_owned(),
            at: Timestamp::from_unix_seconds(1_767_225_600),
        };
        let told = [
            event("certificate_created", "certificate", "mc-1"),
            // What a defect could leave in the table must not become an event of its own.
            event("job_queued\ndata: evil", "job", "job-1"),
        ];
        let wanted = |event: &LiveEvent| {
            filter.resources.as_ref().is_none_or(|kinds| kinds.contains(&event.resource_type))
        };
        let mut notices: Vec<_> = told.into_iter().filter(wanted).map(Notice::Event).collect();
        if position > 9 {
            notices.insert(0, Notice::Reset(ResetReason::PositionLost));
        }
        Ok(Box::new(Told { position, notices }))
    }
}
