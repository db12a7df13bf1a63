//! Issuers: rows with a checked configuration.

use crate::connector_config::{CheckedConfig, Stored, shown};
use crate::failure::{Failure, unknown_value};
use crate::live_issuers::LiveIssuers;
use crate::secrets::Secrets;
use crate::support::{
    Foundation, audit_event, check_name, check_revision, listing, page_request, time_of_change,
};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{ConnectorSource, Issuer, IssuerKind, TestStatus};
use certctl_repository::{IssuerFilter, SealedColumn, Tx};
use certctl_service_api::edit::Edit;
use certctl_service_api::issuer::{IssuerQuery, IssuerService, IssuerSpec, TestReport};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// An authority that takes longer fails its test; people wait for it.
const TEST_LIMIT: Duration = Duration::from_secs(30);

/// Use cases of issuers.
#[derive(Debug)]
pub struct Issuers {
    base: Foundation,
    live: Arc<LiveIssuers>,
    secrets: Secrets,
}

impl Issuers {
    /// Over a store; `live` knows the connectors.
    pub const fn new(base: Foundation, live: Arc<LiveIssuers>, secrets: Secrets) -> Self {
        Self { base, live, secrets }
    }

    async fn find(&self, id: &IssuerId) -> Result<Issuer, ServiceError> {
        let id = id.clone();
        let found = self.base.store.read("issuer.get", move |tx| get(tx, &id));
        Ok(found.await?)
    }

    /// Checks what a client wants an issuer to be; `before` is its row, if it exists.
    fn check(
        &self,
        id: &IssuerId,
        spec: IssuerSpec,
        before: Option<&Issuer>,
    ) -> Result<Wanted, ServiceError> {
        check_name("name", &spec.name, 255)?;
        let kind = IssuerKind::from_alias(&spec.kind).map_err(|error| unknown_value("type", &error))?;
        if before.is_some_and(|before| before.kind != kind) {
            return Err(ServiceError::unprocessable(
                "type",
                "immutable",
                "the type of an issuer cannot change; create another issuer",
            ));
        }
        let stored = before.map(|row| Stored {
            column: SealedColumn::IssuerConfig,
            row: row.id.as_str(),
            sealed: row.sealed_config.as_deref(),
        });
        let config = CheckedConfig::check(self.live.schema(kind)?, spec.config, &self.secrets, stored)?;
        // A broken authority can be switched off, whatever is wrong with it.
        if spec.enabled {
            self.live.try_out(kind, id, &config.whole)?;
        }
        let sealed = config.seal(&self.secrets, SealedColumn::IssuerConfig, id.as_str())?;
        Ok(Wanted { name: spec.name, kind, config, sealed, enabled: spec.enabled })
    }
}

/// What an issuer should be, checked.
#[derive(Debug, Clone)]
struct Wanted {
    name: String,
    kind: IssuerKind,
    config: CheckedConfig,
    sealed: Vec<u8>,
    enabled: bool,
}

impl Wanted {
    fn take_over(&self, row: &mut Issuer) {
        row.name.clone_from(&self.name);
        row.public_config = self.config.public.clone();
        row.sealed_config = Some(self.sealed.clone());
        row.enabled = self.enabled;
        if !self.config.unchanged {
            row.test_status = TestStatus::Untested;
            row.last_tested_at = None;
        }
    }
}

fn get(tx: &mut dyn Tx, id: &IssuerId) -> Result<Issuer, Failure> {
    tx.issuers().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("issuer", id)))
}

/// What an issuer has issued stays on record, so that only one that never issued can go.
fn kept(id: &IssuerId, certificates: u64, issuances: u64) -> Failure {
    let next = match (certificates, issuances) {
        (0, _) => "its record stays; switch it off instead",
        (_, 0) => "give them another issuer first",
        _ => "give them another issuer and switch this one off, because its record stays",
    };
    let message = format!("issuer {id} has {certificates} certificates and {issuances} issuances; {next}");
    let details = json!({"counts": {"certificates": certificates, "issuances": issuances}});
    Failure::Service(ServiceError::Conflict { code: ConflictCode::InUse, message, details: Some(details) })
}

fn facts(row: &Issuer) -> Value {
    json!({"name": row.name, "type": row.kind, "enabled": row.enabled, "config": shown(&row.public_config)})
}

/// The row as callers get it: the sealed configuration stays here.
fn without_secrets(row: Issuer) -> Issuer {
    Issuer { sealed_config: None, ..row }
}

#[async_trait]
impl IssuerService for Issuers {
    async fn list(
        &self,
        who: &Actor,
        query: IssuerQuery,
        page: ListRequest,
    ) -> Result<Listing<Issuer>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("issuers", &page)?;
        let filter = IssuerFilter { kind: query.kind, enabled: query.enabled };
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("issuer.list", move |tx| Ok::<_, Failure>(tx.issuers().list(&filter, &wanted)?))
            .await?;
        Ok(listing("issuers", &request, found.map(without_secrets)))
    }

    async fn get(&self, who: &Actor, id: &IssuerId) -> Result<Issuer, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.find(id).await.map(without_secrets)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<IssuerId>,
        spec: IssuerSpec,
    ) -> Result<Issuer, ServiceError> {
        who.require(Permission::IssuerWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let id = id.unwrap_or_else(|| IssuerId::mint(&*ids));
        let wanted = self.check(&id, spec, None)?;
        let row = Issuer {
            id,
            name: wanted.name,
            kind: wanted.kind,
            public_config: wanted.config.public,
            sealed_config: Some(wanted.sealed),
            enabled: wanted.enabled,
            last_tested_at: None,
            test_status: TestStatus::Untested,
            source: ConnectorSource::Database,
            revision: 0,
            created_at: now,
            updated_at: now,
        };
        let created = self.base.store.write("issuer.create", move |tx| {
            tx.issuers().insert(&row)?;
            let (subject, details) = (("issuer", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "issuer_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(without_secrets(created.await?))
    }

    async fn change(
        &self,
        who: &Actor,
        id: &IssuerId,
        edit: Edit<Issuer, IssuerSpec>,
        revision: Option<i64>,
    ) -> Result<Issuer, ServiceError> {
        who.require(Permission::IssuerWrite)?;
        let read = self.find(id).await?;
        check_revision(read.revision, revision).map_err(ServiceError::from)?;
        let spec = edit(&without_secrets(read.clone()))?;
        let wanted = self.check(id, spec, Some(&read))?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("issuer.change", move |tx| {
            let mut row = get(tx, &id)?;
            // The secrets were taken from the row as it was read.
            check_revision(row.revision, Some(read.revision))?;
            let before = facts(&row);
            wanted.take_over(&mut row);
            row.updated_at = time_of_change(now, row.updated_at);
            tx.issuers().update(&mut row)?;
            let details = json!({"before": before, "after": facts(&row)});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "issuer_updated",
                ("issuer", id.as_str()),
                &details,
            ))?;
            Ok::<_, Failure>(row)
        });
        Ok(without_secrets(changed.await?))
    }

    async fn delete(&self, who: &Actor, id: &IssuerId) -> Result<(), ServiceError> {
        who.require(Permission::IssuerWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("issuer.delete", move |tx| {
            let before = facts(&get(tx, &id)?);
            let (certificates, issuances) = (tx.issuers().certificates(&id)?, tx.issuers().issuances(&id)?);
            if certificates + issuances > 0 {
                return Err(kept(&id, certificates, issuances));
            }
            tx.issuers().delete(&id)?;
            let details = json!({"before": before});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "issuer_deleted",
                ("issuer", id.as_str()),
                &details,
            ))?;
            Ok::<_, Failure>(())
        });
        Ok(deleted.await?)
    }

    async fn test(&self, who: &Actor, id: &IssuerId) -> Result<TestReport, ServiceError> {
        who.require(Permission::IssuerWrite)?;
        let row = self.find(id).await?;
        let result = match self.live.connector(&row) {
            Err(error) => Err(error.to_string()),
            Ok(connector) => match tokio::time::timeout(TEST_LIMIT, connector.check(self.base.clock.now()))
                .await
            {
                Ok(checked) => checked.map_err(|error| error.chain()),
                Err(_elapsed) => Err(format!("the issuer did not answer within {} s", TEST_LIMIT.as_secs())),
            },
        };
        let (passed, message) = match result {
            Ok(()) => (true, "configuration, key and certificate of the authority are usable".to_owned()),
            Err(message) => (false, message),
        };
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let report = TestReport { passed, message, tested_at: now };
        let kept = report.clone();
        self.base
            .store
            .write("issuer.test", move |tx| {
                let status = if kept.passed { TestStatus::Success } else { TestStatus::Failed };
                tx.issuers().record_test(&id, status, now)?;
                let details = json!({"passed": kept.passed, "message": kept.message});
                tx.audit().append(&audit_event(
                    &*ids,
                    &who,
                    now,
                    "issuer_tested",
                    ("issuer", id.as_str()),
                    &details,
                ))?;
                Ok::<_, Failure>(())
            })
            .await?;
        Ok(report)
    }
}
