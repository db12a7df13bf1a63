//! Reading the inventory.

use super::{Certificates, get};
use crate::failure::Failure;
use crate::support::{listing, page_request};
use certctl_domain::id::{CertificateId, VersionId};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{CertificateFilter, CertificateSort, CertificateSortKey};
use certctl_service_api::ServiceError;
use certctl_service_api::certificate::{CertificateQuery, CertificateView};
use certctl_service_api::list::{ListRequest, Listing};

impl Certificates {
    pub(super) async fn list_page(
        &self,
        query: CertificateQuery,
        page: ListRequest,
    ) -> Result<Listing<CertificateView>, ServiceError> {
        let sort = parse_sort(query.sort.as_deref())?;
        check_search(query.search.as_deref())?;
        let list = format!("certificates:{:?}:{}", sort.key, sort.descending);
        let request = page_request(&list, &page)?;
        let now = self.base.clock.now();
        let filter = CertificateFilter {
            status: query.status,
            now: Some(now),
            environment: query.environment,
            owner_id: query.owner_id,
            team_id: query.team_id,
            issuer_id: query.issuer_id,
            profile_id: query.profile_id,
            renewal_policy_id: query.renewal_policy_id,
            agent_id: query.agent_id,
            target_id: query.target_id,
            tags: query.tags,
            // Out of service and out of sight, unless somebody asks for them.
            without_archived: query.status.is_none() && !query.include_archived,
            search: query.search,
            expires_before: query.expires_before,
            expires_after: query.expires_after,
            created_after: query.created_after,
            updated_after: query.updated_after,
        };
        let wanted = request.clone();
        let found = self.base.store.read("certificate.list", move |tx| {
            let found = tx.certificates().list(&filter, sort, &wanted)?;
            let ids: Vec<_> = found.items.iter().map(|certificate| certificate.id.clone()).collect();
            let mut targets = tx.deployments().target_ids(&ids)?;
            Ok::<_, Failure>(found.map(|certificate| CertificateView {
                status: certificate.status_at(now),
                target_ids: targets.remove(&certificate.id).unwrap_or_default(),
                certificate,
            }))
        });
        Ok(listing(&list, &request, found.await?))
    }

    pub(super) async fn list_versions(
        &self,
        id: &CertificateId,
        page: ListRequest,
    ) -> Result<Listing<CertificateVersion>, ServiceError> {
        let list = format!("versions:{id}");
        let request = page_request(&list, &page)?;
        let (id, wanted) = (id.clone(), request.clone());
        let found = self.base.store.read("certificate.versions", move |tx| {
            get(tx, &id)?;
            Ok::<_, Failure>(tx.versions().list(&id, &wanted)?)
        });
        Ok(listing(&list, &request, found.await?))
    }

    pub(super) async fn one_version(
        &self,
        id: &CertificateId,
        version: &VersionId,
    ) -> Result<CertificateVersion, ServiceError> {
        let (id, version) = (id.clone(), version.clone());
        let found = self.base.store.read("certificate.version", move |tx| {
            get(tx, &id)?;
            let found = tx.versions().find(&version)?.filter(|found| found.certificate_id == id);
            found.ok_or_else(|| Failure::Service(ServiceError::not_found("certificate version", &version)))
        });
        Ok(found.await?)
    }
}

fn check_search(search: Option<&str>) -> Result<(), ServiceError> {
    if search.is_some_and(|text| text.chars().count() > 255) {
        return Err(ServiceError::invalid("q", "invalid_length", "must have at most 255 characters"));
    }
    Ok(())
}

/// Reads a sort such as `-expires_at`; the camelCase names of old clients are accepted.
fn parse_sort(text: Option<&str>) -> Result<CertificateSort, ServiceError> {
    use CertificateSortKey as Key;
    let Some(text) = text else { return Ok(CertificateSort::default()) };
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    let key = match name {
        "created_at" | "createdAt" => Key::CreatedAt,
        "updated_at" | "updatedAt" => Key::UpdatedAt,
        "expires_at" | "expiresAt" | "notAfter" => Key::ExpiresAt,
        "name" => Key::Name,
        "common_name" | "commonName" => Key::CommonName,
        "status" => Key::Status,
        "environment" => Key::Environment,
        _ => {
            return Err(ServiceError::invalid(
                "sort",
                "unknown_value",
                "sort by created_at, updated_at, expires_at, name, common_name, status or environment, with `-` in front for descending",
            ));
        }
    };
    Ok(CertificateSort { key, descending })
}
