//! Between CRLs and their JSON bodies.

use certctl_api_types::crl as api;
use certctl_domain::crl::{CrlEvent, CrlHead};
use certctl_service_api::crl::{CachedCrl, CrlCache, IssuerCrls, PublishedList};

pub(super) fn issuer(crls: IssuerCrls) -> api::IssuerCrls {
    let main = crls.main().cloned();
    let head = main.as_ref().map(|list| &list.head);
    api::IssuerCrls {
        crl_number: head.map(|head| head.number),
        revoked_count: head.map(|head| head.revoked_count),
        this_update: head.map(|head| head.this_update),
        next_update: head.map(|head| head.next_update),
        is_stale: main.as_ref().is_some_and(|list| list.is_stale),
        url: main.and_then(|list| list.url),
        issuer_id: crls.issuer_id,
        issuer_name: crls.issuer_name,
        problem: crls.problem,
        crls: crls.lists.into_iter().map(list).collect(),
    }
}

fn list(list: PublishedList) -> api::Crl {
    let CrlHead { slot, number, base, revoked_count, this_update, next_update, generated_at, .. } = list.head;
    api::Crl {
        authority: slot.authority,
        current: list.current,
        partition: slot.shard,
        kind: slot.kind,
        number,
        base_number: base.map(|base| base.number),
        revoked_count,
        this_update,
        next_update,
        generated_at,
        is_stale: list.is_stale,
        url: list.url,
    }
}

pub(super) fn cache(cache: CrlCache) -> api::CrlCache {
    let cache_rows: Vec<_> = cache.rows.into_iter().map(row).collect();
    api::CrlCache {
        row_count: u64::try_from(cache_rows.len()).unwrap_or(u64::MAX),
        cache_rows,
        generated_at: cache.generated_at,
    }
}

fn row(row: CachedCrl) -> api::CrlCacheRow {
    let head = row.list.as_ref();
    api::CrlCacheRow {
        cache_present: head.is_some(),
        crl_number: head.map(|head| head.number),
        this_update: head.map(|head| head.this_update),
        next_update: head.map(|head| head.next_update),
        generated_at: head.map(|head| head.generated_at),
        generation_duration_ms: head.map(|head| head.generation_duration_ms),
        revoked_count: head.map(|head| head.revoked_count),
        is_stale: row.is_stale,
        issuer_id: row.issuer_id,
        recent_events: row.recent_events.into_iter().map(event).collect(),
    }
}

fn event(event: CrlEvent) -> api::CrlEvent {
    api::CrlEvent {
        started_at: event.started_at,
        duration_ms: event.duration_ms,
        succeeded: event.error.is_none(),
        crl_number: event.number,
        revoked_count: event.revoked_count,
        error: event.error,
    }
}
