//! Reading rules and violations.

use super::{Policies, get};
use crate::failure::Failure;
use crate::support::{listing, page_request};
use certctl_domain::id::PolicyRuleId;
use certctl_domain::policy::{PolicyRule, PolicyViolation};
use certctl_repository::ViolationFilter;
use certctl_service_api::ServiceError;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::policy::ViolationQuery;

impl Policies {
    pub(super) async fn list_rules(&self, page: ListRequest) -> Result<Listing<PolicyRule>, ServiceError> {
        let request = page_request("policies", &page)?;
        let wanted = request.clone();
        let found =
            self.base.store.read("policy.list", move |tx| Ok::<_, Failure>(tx.policy_rules().list(&wanted)?));
        Ok(listing("policies", &request, found.await?))
    }

    pub(super) async fn list_violations(
        &self,
        query: ViolationQuery,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError> {
        let request = page_request("violations", &page)?;
        let wanted = request.clone();
        let filter = ViolationFilter {
            certificate_id: query.certificate_id,
            rule_id: query.rule_id,
            severity: query.severity,
            open: query.open,
        };
        let found = self.base.store.read("policy.violations", move |tx| {
            Ok::<_, Failure>(tx.policy_violations().list(&filter, &wanted)?)
        });
        Ok(listing("violations", &request, found.await?))
    }

    pub(super) async fn list_violations_of(
        &self,
        rule: &PolicyRuleId,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError> {
        let list = format!("violations:{rule}");
        let request = page_request(&list, &page)?;
        let (rule, wanted) = (rule.clone(), request.clone());
        let found = self.base.store.read("policy.violations_of", move |tx| {
            get(tx, &rule)?;
            let filter = ViolationFilter { rule_id: Some(rule.clone()), ..ViolationFilter::default() };
            Ok::<_, Failure>(tx.policy_violations().list(&filter, &wanted)?)
        });
        Ok(listing(&list, &request, found.await?))
    }
}
