//! How many certificates a list has in all.

use super::search::Search;
use crate::repos::statistics::Hours;
use crate::tx::DieselTx;
use certctl_domain::certificate::CertificateStatus;
use certctl_repository::{CertificateFilter, Dimension, PageRequest, StoreError};
use diesel::prelude::*;

/// Totals that are kept, and cost the same at any size.
enum Kept {
    All,
    Unarchived,
    Status(CertificateStatus),
    Key(Dimension, String),
}

/// The kept total of a filter that restricts at most one counted dimension.
fn kept(filter: &CertificateFilter) -> Option<Kept> {
    let none = CertificateFilter { now: filter.now, ..CertificateFilter::default() };
    // Whatever else a filter may restrict makes it unequal.
    let only = |one: CertificateFilter| *filter == one;
    if only(none.clone()) {
        return Some(Kept::All);
    }
    if only(CertificateFilter { without_archived: true, ..none.clone() }) {
        return Some(Kept::Unarchived);
    }
    if let Some(status) = filter.status {
        return only(CertificateFilter { status: filter.status, ..none }).then_some(Kept::Status(status));
    }
    let owner = filter.owner_id.as_ref().map(|id| (Dimension::CertificateOwner, id.to_string()));
    let team = filter.team_id.as_ref().map(|id| (Dimension::CertificateTeam, id.to_string()));
    let issuer = filter.issuer_id.as_ref().map(|id| (Dimension::CertificateIssuer, id.to_string()));
    let profile = filter.profile_id.as_ref().map(|id| (Dimension::CertificateProfile, id.to_string()));
    let environment = filter.environment.clone().map(|text| (Dimension::CertificateEnvironment, text));
    let (dimension, key) = owner.or(team).or(issuer).or(profile).or(environment)?;
    let one = match dimension {
        Dimension::CertificateOwner => CertificateFilter { owner_id: filter.owner_id.clone(), ..none },
        Dimension::CertificateTeam => CertificateFilter { team_id: filter.team_id.clone(), ..none },
        Dimension::CertificateIssuer => CertificateFilter { issuer_id: filter.issuer_id.clone(), ..none },
        Dimension::CertificateProfile => CertificateFilter { profile_id: filter.profile_id.clone(), ..none },
        _ => CertificateFilter { environment: filter.environment.clone(), ..none },
    };
    only(one).then_some(Kept::Key(dimension, key))
}

impl DieselTx<'_> {
    pub(super) fn certificate_total(
        &mut self,
        filter: &CertificateFilter,
        search: Option<&Search>,
        page: &PageRequest,
    ) -> Result<u64, StoreError> {
        match kept(filter) {
            Some(Kept::All) => return self.count_of_certificates(),
            Some(Kept::Unarchived) => {
                let archived =
                    self.count_of(Dimension::CertificateStatus, CertificateStatus::Archived.as_str())?;
                return Ok(self.count_of_certificates()?.saturating_sub(archived));
            }
            Some(Kept::Key(dimension, key)) => return self.count_of(dimension, &key),
            Some(Kept::Status(status)) => return self.count_by_status(status, filter),
            None => {}
        }
        // The instant of the request does not make it another list.
        let name = CertificateFilter { now: None, ..filter.clone() };
        let all = self.count_of_certificates()?;
        self.counted("certificates", &name, page, all, |tx| {
            let counted = tx.filtered(filter, search)?.count().get_result(tx.conn);
            tx.check(counted)
        })
    }

    pub(super) fn count_by_status(
        &mut self,
        status: CertificateStatus,
        filter: &CertificateFilter,
    ) -> Result<u64, StoreError> {
        let now = super::list::now_of(filter)?;
        let stored = |tx: &mut Self| tx.count_of(Dimension::CertificateStatus, status.as_str());
        match status {
            CertificateStatus::Expired => self.reached(Hours::ACTIVE_END, now),
            CertificateStatus::Expiring => {
                let turned = self.reached(Hours::ACTIVE_TURN, now)?;
                Ok(turned.saturating_sub(self.reached(Hours::ACTIVE_END, now)?))
            }
            CertificateStatus::Active => {
                Ok(stored(self)?.saturating_sub(self.reached(Hours::ACTIVE_TURN, now)?))
            }
            _ => stored(self),
        }
    }
}
