//! Figures about the whole installation.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::statistics::{DashboardSummary, DayExpirations, DayIssuances, DayJobs, StatusCount};

/// `/stats`. Figures per day are for `days` days, 30 when absent.
#[derive(Debug, Clone, Copy)]
pub struct Statistics<'c>(pub(crate) &'c Client);

fn days(days: Option<u32>) -> ListQuery {
    days.map_or_else(ListQuery::new, |days| ListQuery::new().filter("days", days.to_string()))
}

impl Statistics<'_> {
    /// The figures of the dashboard.
    pub async fn summary(&self) -> Result<DashboardSummary, ClientError> {
        self.0.get(&["stats", "summary"]).send().await
    }

    /// Certificates by status.
    pub async fn certificates_by_status(&self) -> Result<Vec<StatusCount>, ClientError> {
        self.0.get(&["stats", "certificates-by-status"]).send().await
    }

    /// Ends of validity per day, from today on.
    pub async fn expiration_timeline(&self, wanted: Option<u32>) -> Result<Vec<DayExpirations>, ClientError> {
        self.0.get(&["stats", "expiration-timeline"]).list(&days(wanted)).send().await
    }

    /// Ended jobs per day, up to today.
    pub async fn job_trends(&self, wanted: Option<u32>) -> Result<Vec<DayJobs>, ClientError> {
        self.0.get(&["stats", "job-trends"]).list(&days(wanted)).send().await
    }

    /// Issued certificates per day, up to today.
    pub async fn issuance_rate(&self, wanted: Option<u32>) -> Result<Vec<DayIssuances>, ClientError> {
        self.0.get(&["stats", "issuance-rate"]).list(&days(wanted)).send().await
    }
}
