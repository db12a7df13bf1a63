//! The certificate list: filters, sort keys and both kinds of paging.

use super::search::Search;
use crate::conn::MultiBackend;
use crate::paging::{finish, parse_time_key, time_key, window};
use crate::rows::CertificateRow;
use crate::schema::managed_certificates::{self as mc, dsl};
use crate::schema::{
    certificate_tags as tag, certificate_target_mappings as mapping, deployment_targets as target,
};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_repository::{
    CertificateFilter, CertificateSort, CertificateSortKey, Cursor, Page, PageRequest, StoreError,
};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Timestamp as SqlTimestamp};

pub(in crate::repos) type Query = mc::BoxedQuery<'static, MultiBackend>;
type Condition = Box<dyn BoxableExpression<mc::table, MultiBackend, SqlType = Bool>>;

impl DieselTx<'_> {
    pub(super) fn certificate_page(
        &mut self,
        filter: &CertificateFilter,
        sort: CertificateSort,
        page: &PageRequest,
    ) -> Result<Page<Certificate>, StoreError> {
        let search = filter.search.as_deref().filter(|fragment| !fragment.is_empty());
        let search = search.map(|fragment| self.search_for(fragment)).transpose()?;
        let total = self.certificate_total(filter, search.as_ref(), page)?;
        let (limit, offset) = window(page);
        let rows = sorted(self.filtered(filter, search.as_ref())?, sort, page.after.as_ref())?
            .limit(limit)
            .offset(offset)
            .select(CertificateRow::as_select())
            .load(self.conn);
        let rows = self.check(rows)?;
        let items = self.with_children(rows)?;
        Ok(finish(items, total, page, |last| Cursor { key: key_of(last, sort.key), id: last.id.to_string() }))
    }

    /// The rows of the list. Conditions with few rows come first, as sets of ids: left to themselves the
    /// engines would walk all rows in the wanted order.
    pub(super) fn filtered(
        &mut self,
        filter: &CertificateFilter,
        search: Option<&Search>,
    ) -> Result<Query, StoreError> {
        let mut query = filtered(filter);
        query = match search {
            None => query,
            Some(Search::Pattern(pattern)) => {
                query.filter(mc::search_text.like(pattern.clone()).escape('\\'))
            }
            Some(Search::Found(numbers)) => query.filter(
                sql::<Bool>(
                    "managed_certificates.id IN (SELECT certificate_id FROM search_numbers WHERE number IN \
                     (SELECT value FROM json_each(",
                )
                .bind::<Text, _>(numbers.clone())
                .sql(")))"),
            ),
        };
        let Some(status) = filter.status else { return Ok(query) };
        let now = now_of(filter)?;
        let turned = matches!(status, CertificateStatus::Expired | CertificateStatus::Expiring);
        Ok(if turned && self.count_by_status(status, filter)? <= FEW {
            query.filter(turned_into(status, now))
        } else {
            with_status(query, status, now)
        })
    }
}

/// Few enough to be found first and sorted then.
const FEW: u64 = 10_000;

/// Active certificates that are shown as expired or expiring, found by the time of the turn.
fn turned_into(status: CertificateStatus, now: Timestamp) -> Condition {
    let now = DbTime::from(now);
    if status == CertificateStatus::Expired {
        // Joined, so that no index by status is preferred to the one by time.
        let ended = sql::<Bool>(
            "managed_certificates.id IN (SELECT t.id FROM managed_certificates AS t \
             WHERE t.status || '' = 'Active' AND t.expires_at <= ",
        );
        return Box::new(ended.bind::<SqlTimestamp, _>(now).sql(")"));
    }
    let turned = sql::<Bool>(
        "managed_certificates.id IN (SELECT t.id FROM managed_certificates AS t WHERE t.status = 'Active' AND \
         (CASE WHEN t.expires_at IS NULL OR t.expiring_from < t.expires_at THEN t.expiring_from \
         ELSE t.expires_at END) <= ",
    );
    let valid = turned.bind::<SqlTimestamp, _>(now).sql(" AND (t.expires_at IS NULL OR t.expires_at > ");
    Box::new(valid.bind::<SqlTimestamp, _>(now).sql("))"))
}

/// The instant a status is judged at.
pub(super) fn now_of(filter: &CertificateFilter) -> Result<Timestamp, StoreError> {
    filter.now.ok_or_else(|| StoreError::Other("a status filter needs the current time".into()))
}

/// The rows that match, for lists and for whatever takes a whole set.
pub(in crate::repos) fn filtered(filter: &CertificateFilter) -> Query {
    let mut query = mc::table.into_boxed();
    if let Some(environment) = filter.environment.clone() {
        query = query.filter(mc::environment.eq(environment));
    }
    if let Some(owner) = &filter.owner_id {
        query = query.filter(mc::owner_id.eq(owner.to_string()));
    }
    if let Some(team) = &filter.team_id {
        query = query.filter(mc::team_id.eq(team.to_string()));
    }
    if let Some(issuer) = &filter.issuer_id {
        query = query.filter(mc::issuer_id.eq(issuer.to_string()));
    }
    if let Some(profile) = &filter.profile_id {
        query = query.filter(mc::certificate_profile_id.eq(profile.to_string()));
    }
    if let Some(agent) = &filter.agent_id {
        let mapped = mapping::table
            .inner_join(target::table.on(target::id.eq(mapping::target_id)))
            .filter(target::agent_id.eq(agent.to_string()))
            .select(mapping::certificate_id);
        query = query.filter(mc::id.eq_any(mapped));
    }
    if let Some(policy) = &filter.renewal_policy_id {
        query = query.filter(mc::renewal_policy_id.eq(policy.to_string()));
    }
    if let Some(target) = &filter.target_id {
        let mapped =
            mapping::table.filter(mapping::target_id.eq(target.to_string())).select(mapping::certificate_id);
        query = query.filter(mc::id.eq_any(mapped));
    }
    for (key, value) in filter.tags.clone() {
        let tagged =
            tag::table.filter(tag::key.eq(key)).filter(tag::value.eq(value)).select(tag::certificate_id);
        query = query.filter(mc::id.eq_any(tagged));
    }
    if filter.without_archived {
        query = query.filter(mc::status.ne(CertificateStatus::Archived.as_str()));
    }
    if let Some(before) = filter.expires_before {
        query = query.filter(mc::expires_at.lt(DbTime::from(before)));
    }
    if let Some(after) = filter.expires_after {
        query = query.filter(mc::expires_at.gt(DbTime::from(after)));
    }
    if let Some(after) = filter.created_after {
        query = query.filter(mc::created_at.gt(DbTime::from(after)));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(mc::updated_at.gt(DbTime::from(after)));
    }
    query
}

/// The condition behind `Certificate::status_at`.
fn with_status(query: Query, status: CertificateStatus, now: Timestamp) -> Query {
    let now = DbTime::from(now);
    let active = mc::status.eq(CertificateStatus::Active.as_str());
    let unexpired = mc::expires_at.is_null().or(mc::expires_at.gt(now));
    match status {
        CertificateStatus::Expired => query.filter(active).filter(mc::expires_at.le(now)),
        CertificateStatus::Expiring => {
            query.filter(active).filter(unexpired).filter(mc::expiring_from.le(now))
        }
        CertificateStatus::Active => query
            .filter(active)
            .filter(unexpired)
            .filter(mc::expiring_from.is_null().or(mc::expiring_from.gt(now))),
        stored => query.filter(mc::status.eq(stored.as_str())),
    }
}

/// Orders by a column that is never NULL, and starts after the cursor. The first condition is
/// implied by the second; it lets the engines start inside the index.
macro_rules! by {
    ($query:expr, $column:expr, $descending:expr, $cursor:expr, $parse:expr) => {{
        let mut query = $query;
        if let Some(cursor) = $cursor {
            let (key, id) = ($parse(&cursor.key)?, cursor.id.clone());
            query = if $descending {
                query.filter($column.le(key.clone())).filter($column.lt(key).or(mc::id.lt(id)))
            } else {
                query.filter($column.ge(key.clone())).filter($column.gt(key).or(mc::id.gt(id)))
            };
        }
        if $descending {
            query.order_by($column.desc()).then_order_by(mc::id.desc())
        } else {
            query.order_by($column.asc()).then_order_by(mc::id.asc())
        }
    }};
}

fn sorted(query: Query, sort: CertificateSort, cursor: Option<&Cursor>) -> Result<Query, StoreError> {
    let down = sort.descending;
    let text = |key: &str| Ok::<_, StoreError>(key.to_owned());
    Ok(match sort.key {
        CertificateSortKey::CreatedAt => by!(query, dsl::created_at, down, cursor, parse_time_key),
        CertificateSortKey::UpdatedAt => by!(query, dsl::updated_at, down, cursor, parse_time_key),
        CertificateSortKey::Name => by!(query, dsl::name, down, cursor, text),
        CertificateSortKey::CommonName => by!(query, dsl::common_name, down, cursor, text),
        CertificateSortKey::Status => by!(query, dsl::status, down, cursor, text),
        CertificateSortKey::Environment => by!(query, dsl::environment, down, cursor, text),
        CertificateSortKey::ExpiresAt => by_expiry(query, down, cursor)?,
    })
}

/// Rows without an end of validity come last in either direction; their cursor key is empty.
fn by_expiry(mut query: Query, descending: bool, cursor: Option<&Cursor>) -> Result<Query, StoreError> {
    if let Some(cursor) = cursor {
        let id = cursor.id.clone();
        query = match (cursor.key.is_empty(), descending) {
            (true, true) => query.filter(mc::expires_at.is_null()).filter(mc::id.lt(id)),
            (true, false) => query.filter(mc::expires_at.is_null()).filter(mc::id.gt(id)),
            (false, true) => {
                let key = parse_time_key(&cursor.key)?;
                let later = mc::expires_at.lt(key).or(mc::expires_at.eq(key).and(mc::id.lt(id)));
                query.filter(later.or(mc::expires_at.is_null()))
            }
            (false, false) => {
                let key = parse_time_key(&cursor.key)?;
                let later = mc::expires_at.gt(key).or(mc::expires_at.eq(key).and(mc::id.gt(id)));
                query.filter(later.or(mc::expires_at.is_null()))
            }
        };
    }
    let query = query.order_by(mc::expires_at.is_null().asc());
    Ok(if descending {
        query.then_order_by(mc::expires_at.desc()).then_order_by(mc::id.desc())
    } else {
        query.then_order_by(mc::expires_at.asc()).then_order_by(mc::id.asc())
    })
}

/// Cursor key of a row, in the form that [`sorted`] reads.
fn key_of(certificate: &Certificate, key: CertificateSortKey) -> String {
    match key {
        CertificateSortKey::CreatedAt => time_key(certificate.created_at),
        CertificateSortKey::UpdatedAt => time_key(certificate.updated_at),
        CertificateSortKey::ExpiresAt => certificate.expires_at.map(time_key).unwrap_or_default(),
        CertificateSortKey::Name => certificate.name.clone(),
        CertificateSortKey::CommonName => certificate.common_name.clone(),
        CertificateSortKey::Status => certificate.status.to_string(),
        CertificateSortKey::Environment => certificate.environment.clone(),
    }
}
