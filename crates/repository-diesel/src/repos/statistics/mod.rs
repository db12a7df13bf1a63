//! Kept figures: folded counts plus the changes that are still open.
//!
//! The statements are SQL texts, because both parts are summed by the database in one. `$1` is a
//! parameter to either engine; a parameter may be used more than once.

mod recount;

use crate::prepared::Preparable;
use crate::rows::parse;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::agent::AgentStatus;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::statistics::InventoryCounts;
use certctl_domain::{Day, Timestamp};
use certctl_repository::{Dimension, IssuedCounts, Miscount, StatisticsRepo, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp as SqlTimestamp};
use std::collections::BTreeMap;
use std::str::FromStr;

/// One key of a dimension with its count.
#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

#[derive(QueryableByName)]
struct Amount {
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

#[derive(QueryableByName)]
struct Instant {
    #[diesel(sql_type = SqlTimestamp)]
    at: DbTime,
}

/// Certificates of which a dimension keeps the hours: how to count those of a part of an hour. The
/// conditions and expressions are those of the indexes, word for word.
#[derive(Clone, Copy)]
pub(crate) struct Hours {
    dimension: Dimension,
    condition: &'static str,
    instant: &'static str,
}

impl Hours {
    /// Ends of those in service.
    const END: Self = Self {
        dimension: Dimension::CertificateEnd,
        condition: "status NOT IN ('Revoked', 'Archived')",
        instant: "expires_at",
    };
    /// Ends of active ones.
    pub(crate) const ACTIVE_END: Self = Self {
        dimension: Dimension::CertificateActiveEnd,
        // Joined, so that no index by status is preferred to the one by time.
        condition: "status || '' = 'Active'",
        instant: "expires_at",
    };
    /// Instants at which active ones stop being shown as such.
    pub(crate) const ACTIVE_TURN: Self = Self {
        dimension: Dimension::CertificateActiveTurn,
        condition: "status = 'Active'",
        instant: "(CASE WHEN expires_at IS NULL OR expiring_from < expires_at THEN expiring_from ELSE expires_at END)",
    };
}

fn hour(at: Timestamp) -> String {
    at.datetime().format("%Y-%m-%d %H").to_string()
}

/// First instant of the hour.
fn start_of_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_seconds(at.unix_seconds().div_euclid(3600) * 3600)
}

fn count(amount: i64) -> u64 {
    u64::try_from(amount).unwrap_or_default()
}

/// The two halves of a key such as `Deployment/Running`.
fn halves<A: FromStr, B: FromStr>(key: &str) -> Result<(A, B), StoreError>
where
    A::Err: std::error::Error + Send + Sync + 'static,
    B::Err: std::error::Error + Send + Sync + 'static,
{
    let (first, second) = key.split_once('/').unwrap_or((key, ""));
    Ok((parse("rollups", first)?, parse("rollups", second)?))
}

impl DieselTx<'_> {
    /// Every key of a dimension from `from` on, in their order, with its count.
    fn counts(&mut self, dimension: Dimension, from: &str) -> Result<Vec<Counted>, StoreError> {
        let rows = diesel::sql_query(
            "SELECT key, CAST(sum(amount) AS BIGINT) AS amount FROM (
                 SELECT key, amount FROM rollups WHERE dimension = $1 AND key >= $2
                 UNION ALL SELECT key, amount FROM rollup_deltas WHERE dimension = $1 AND key >= $2
             ) AS parts GROUP BY key ORDER BY key",
        )
        .bind::<Text, _>(dimension.as_str())
        .bind::<Text, _>(from)
        .prepared()
        .load(self.conn);
        self.check(rows)
    }

    /// The count of one key.
    pub(crate) fn count_of(&mut self, dimension: Dimension, key: &str) -> Result<u64, StoreError> {
        let row = diesel::sql_query(
            "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS amount FROM (
                 SELECT amount FROM rollups WHERE dimension = $1 AND key = $2
                 UNION ALL SELECT amount FROM rollup_deltas WHERE dimension = $1 AND key = $2
             ) AS parts",
        )
        .bind::<Text, _>(dimension.as_str())
        .bind::<Text, _>(key)
        .prepared()
        .get_result::<Amount>(self.conn);
        Ok(count(self.check(row)?.amount))
    }

    /// All certificates, archived ones as well.
    pub(crate) fn count_of_certificates(&mut self) -> Result<u64, StoreError> {
        let rows = self.counts(Dimension::CertificateStatus, "")?;
        Ok(count(rows.iter().map(|row| row.amount).sum()))
    }

    /// Every key of a dimension with its count.
    pub(crate) fn kept_counts(&mut self, dimension: Dimension) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = self.counts(dimension, "")?;
        Ok(rows.into_iter().map(|row| (row.key, count(row.amount))).collect())
    }

    /// Certificates whose instant has come by `until`: whole hours from the counts, the rest by index.
    pub(crate) fn reached(&mut self, hours: Hours, until: Timestamp) -> Result<u64, StoreError> {
        let Hours { dimension, condition, instant } = hours;
        let row = diesel::sql_query(format!(
            "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS amount FROM (
                 SELECT amount FROM rollups WHERE dimension = $1 AND key < $2
                 UNION ALL SELECT amount FROM rollup_deltas WHERE dimension = $1 AND key < $2
                 UNION ALL SELECT count(*) FROM managed_certificates
                     WHERE {condition} AND {instant} >= $3 AND {instant} <= $4
             ) AS parts"
        ))
        .bind::<Text, _>(dimension.as_str())
        .bind::<Text, _>(hour(until))
        .bind::<SqlTimestamp, _>(DbTime::from(start_of_hour(until)))
        .bind::<SqlTimestamp, _>(DbTime::from(until))
        .prepared()
        .get_result::<Amount>(self.conn);
        Ok(count(self.check(row)?.amount))
    }
}

impl StatisticsRepo for DieselTx<'_> {
    fn inventory(&mut self, now: Timestamp, soon: Timestamp) -> Result<InventoryCounts, StoreError> {
        let mut counts = InventoryCounts::default();
        for row in self.counts(Dimension::CertificateStatus, "")? {
            match parse("rollups", &row.key)? {
                CertificateStatus::Archived => continue,
                CertificateStatus::Revoked => counts.revoked = count(row.amount),
                _ => {}
            }
            counts.total += count(row.amount);
        }
        counts.expired = self.reached(Hours::END, now)?;
        // What ends at `soon` itself is not expiring yet.
        let before_soon = soon.minus(std::time::Duration::from_micros(1));
        counts.expiring = self.reached(Hours::END, before_soon)?.saturating_sub(counts.expired);
        Ok(counts)
    }

    fn certificates_by_status(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<(CertificateStatus, u64)>, StoreError> {
        let mut stored: BTreeMap<CertificateStatus, u64> = BTreeMap::new();
        for row in self.counts(Dimension::CertificateStatus, "")? {
            stored.insert(parse("rollups", &row.key)?, count(row.amount));
        }
        let expired = self.reached(Hours::ACTIVE_END, now)?;
        let turned = self.reached(Hours::ACTIVE_TURN, now)?;
        let shown = |status| match status {
            CertificateStatus::Expired => expired,
            CertificateStatus::Expiring => turned.saturating_sub(expired),
            CertificateStatus::Active => stored.get(&status).map_or(0, |all| all.saturating_sub(turned)),
            other => stored.get(&other).copied().unwrap_or_default(),
        };
        Ok(CertificateStatus::ALL.iter().map(|status| (*status, shown(*status))).collect())
    }

    fn ends_by_day(&mut self, now: Timestamp, last: Day) -> Result<BTreeMap<Day, u64>, StoreError> {
        let row = diesel::sql_query(format!(
            "SELECT count(*) AS amount FROM managed_certificates
                 WHERE {} AND expires_at > $1 AND expires_at < $2",
            Hours::END.condition
        ))
        .bind::<SqlTimestamp, _>(DbTime::from(now))
        .bind::<SqlTimestamp, _>(DbTime::from(start_of_hour(now).plus(std::time::Duration::from_hours(1))))
        .prepared()
        .get_result::<Amount>(self.conn);
        let mut days = BTreeMap::from([(Day::of(now), count(self.check(row)?.amount))]);
        let rows = diesel::sql_query(
            "SELECT substr(key, 1, 10) AS key, CAST(sum(amount) AS BIGINT) AS amount FROM (
                 SELECT key, amount FROM rollups WHERE dimension = $1 AND key > $2 AND key <= $3
                 UNION ALL SELECT key, amount FROM rollup_deltas WHERE dimension = $1 AND key > $2 AND key <= $3
             ) AS parts GROUP BY substr(key, 1, 10)",
        )
        .bind::<Text, _>(Dimension::CertificateEnd.as_str())
        .bind::<Text, _>(hour(now))
        .bind::<Text, _>(format!("{last} 23"))
        .prepared()
        .load::<Counted>(self.conn);
        for row in self.check(rows)? {
            *days.entry(parse("rollups", &row.key)?).or_default() += count(row.amount);
        }
        days.retain(|_, amount| *amount > 0);
        Ok(days)
    }

    fn agents_by_status(&mut self) -> Result<BTreeMap<AgentStatus, u64>, StoreError> {
        let rows = self.counts(Dimension::AgentStatus, "")?;
        let known = |row: Counted| Ok((parse("rollups", &row.key)?, count(row.amount)));
        rows.into_iter().filter(|row| row.amount > 0).map(known).collect()
    }

    fn jobs_by_kind(&mut self) -> Result<BTreeMap<(JobKind, JobStatus), u64>, StoreError> {
        let rows = self.counts(Dimension::JobStatus, "")?;
        let known = |row: Counted| Ok((halves(&row.key)?, count(row.amount)));
        rows.into_iter().filter(|row| row.amount > 0).map(known).collect()
    }

    fn oldest_live_jobs(&mut self) -> Result<BTreeMap<JobKind, Timestamp>, StoreError> {
        let mut oldest = BTreeMap::new();
        for kind in JobKind::ALL {
            let row = diesel::sql_query(
                "SELECT created_at AS at FROM jobs WHERE type = $1 AND completed_at IS NULL
                     ORDER BY created_at LIMIT 1",
            )
            .bind::<Text, _>(kind.as_str())
            .prepared()
            .get_result::<Instant>(self.conn)
            .optional();
            if let Some(row) = self.check(row)? {
                oldest.insert(*kind, row.at.into());
            }
        }
        Ok(oldest)
    }

    fn finished_by_day(&mut self, first: Day) -> Result<BTreeMap<(Day, JobStatus), u64>, StoreError> {
        let rows = self.counts(Dimension::JobFinished, &first.to_string())?;
        let known = |row: Counted| Ok((halves(&row.key)?, count(row.amount)));
        rows.into_iter().filter(|row| row.amount > 0).map(known).collect()
    }

    fn issued_by_day(&mut self, first: Day) -> Result<BTreeMap<Day, IssuedCounts>, StoreError> {
        let mut days: BTreeMap<Day, IssuedCounts> = BTreeMap::new();
        for row in self.counts(Dimension::VersionIssued, &first.to_string())? {
            let (day, kind) = row.key.split_once('/').unwrap_or((&row.key, ""));
            let issued = days.entry(parse("rollups", day)?).or_default();
            match kind {
                "new" => issued.new = count(row.amount),
                _ => issued.renewed = count(row.amount),
            }
        }
        Ok(days)
    }

    fn unfolded(&mut self) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows = diesel::sql_query(
            "SELECT dimension AS key, count(*) AS amount FROM rollup_deltas GROUP BY dimension",
        )
        .prepared()
        .load::<Counted>(self.conn);
        Ok(self.check(rows)?.into_iter().map(|row| (row.key, count(row.amount))).collect())
    }

    /// Both statements see the same open changes: the snapshot of the transaction.
    fn fold(&mut self, dimension: &str) -> Result<u64, StoreError> {
        let added = diesel::sql_query(
            "INSERT INTO rollups (dimension, key, amount)
                 SELECT dimension, key, CAST(sum(amount) AS BIGINT) FROM rollup_deltas WHERE dimension = $1
                 GROUP BY dimension, key
             ON CONFLICT (dimension, key) DO UPDATE SET amount = rollups.amount + excluded.amount",
        )
        .bind::<Text, _>(dimension)
        .prepared()
        .execute(self.conn);
        self.check(added)?;
        let removed = diesel::sql_query("DELETE FROM rollup_deltas WHERE dimension = $1")
            .bind::<Text, _>(dimension)
            .prepared()
            .execute(self.conn);
        Ok(self.check(removed)?.try_into().unwrap_or(u64::MAX))
    }

    fn miscounts(&mut self, dimension: Dimension) -> Result<Vec<Miscount>, StoreError> {
        let rows = diesel::sql_query(recount::difference(crate::dialect::engine(self.conn), dimension))
            .bind::<Text, _>(dimension.as_str())
            .load::<Counted>(self.conn);
        let wrong = |row: Counted| Miscount { key: row.key, off_by: row.amount };
        Ok(self.check(rows)?.into_iter().map(wrong).collect())
    }

    /// The correction is one more change, so that it meets no other writer.
    fn mend(&mut self, dimension: Dimension) -> Result<Vec<Miscount>, StoreError> {
        let wrong = self.miscounts(dimension)?;
        for miscount in &wrong {
            let inserted =
                diesel::sql_query("INSERT INTO rollup_deltas (dimension, key, amount) VALUES ($1, $2, $3)")
                    .bind::<Text, _>(dimension.as_str())
                    .bind::<Text, _>(&miscount.key)
                    .bind::<BigInt, _>(-miscount.off_by)
                    .prepared()
                    .execute(self.conn);
            self.check(inserted)?;
        }
        let removed = diesel::sql_query("DELETE FROM rollups WHERE dimension = $1 AND amount = 0")
            .bind::<Text, _>(dimension.as_str())
            .execute(self.conn);
        self.check(removed)?;
        Ok(wrong)
    }
}
