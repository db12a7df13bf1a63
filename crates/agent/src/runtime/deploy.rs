//! Deployment of one version to one target, and dry runs.

use super::target::unchanged;
use super::{Agent, job, report};
use crate::AgentError;
use certctl_api_types::work::{AgentCertificate, JobReport, ReportedStatus, WorkItem};
use certctl_client::ClientError;
use certctl_connector_api::target::{DeployFailure, Deployed, Deployment};
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_domain::id::{CertificateId, VersionId};
use certctl_domain::retry::FailureClass;
use certctl_pki::Certificate;
use tokio::time::Instant;

impl Agent {
    /// Deploys, and says how it went.
    pub(super) async fn deploy(&self, item: &WorkItem) -> JobReport {
        let begun = Instant::now();
        let result = self.try_deploy(item).await;
        let mut report = report::of_deployment(item, &result);
        let elapsed = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        report.details.insert("duration_ms".to_owned(), elapsed.into());
        report
    }

    /// Tries a target's configuration out without changing anything.
    pub(super) async fn validate(&self, item: &WorkItem) -> JobReport {
        let outcome = match self.connector(item) {
            Ok(target) => self.dry_run_alone(&target).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(message) => {
                let mut report = report::of(item, ReportedStatus::Completed);
                report.details.insert("message".to_owned(), message.into());
                report
            }
            Err(error) => report::failed(item, error.chain(), error.class != FailureClass::Permanent),
        }
    }

    async fn try_deploy(&self, item: &WorkItem) -> Result<Deployed, DeployFailure> {
        let target = self.connector(item).map_err(unchanged)?;
        let plan = self.plan(item, &target.id).await.map_err(unchanged)?;
        // The last moment to learn of a cancellation before anything is changed.
        if !self.prolong(item).await {
            let gone = format!("job {} was cancelled or taken over before the target was touched", item.id);
            return Err(unchanged(ConnectorError::permanent(ErrorKind::Other, gone)));
        }
        let deployed = self.deploy_alone(&target, &plan).await?;
        let (certificate, version) = (plan.certificate_id.clone(), plan.version_id.clone());
        let tidied = self.blocking("key", move |inner| inner.keys.retire_older(&certificate, &version)).await;
        if let Err(error) = tidied {
            tracing::warn!(error = error.chain(), "older keys of {} were not removed", plan.certificate_id,);
        }
        Ok(deployed)
    }

    /// Fetches the certificate, checks it in every respect that can be checked before the target
    /// is touched, and finds its key.
    async fn plan(
        &self,
        item: &WorkItem,
        target: &certctl_domain::id::TargetId,
    ) -> Result<Deployment, ConnectorError> {
        let refuse = |message: String| ConnectorError::permanent(ErrorKind::Validation, message);
        let certificate =
            item.certificate_id.clone().ok_or_else(|| refuse("the job names no certificate".to_owned()))?;
        let version = item.version_id.clone().ok_or_else(|| refuse("the job names no version".to_owned()))?;
        let answer = self.api().certificate(&certificate, Some(&version)).await.map_err(|error| {
            self.heed(&error);
            not_fetched(&version, error)
        })?;
        let chain = self.checked(item, &version, &answer)?;
        let (leaf, above) = chain.split_first().ok_or_else(|| refuse("the chain is empty".to_owned()))?;
        Ok(Deployment {
            key_pem: self.key(&certificate, &version, leaf.clone()).await?,
            certificate_id: certificate,
            version_id: version,
            target_id: target.clone(),
            leaf_pem: leaf.to_pem(),
            chain_pem: certctl_pki::chain_to_pem(above),
            fingerprint_sha256: answer.fingerprint_sha256,
        })
    }

    /// The chain, leaf first, once it is what the job is about and holds together now.
    fn checked(
        &self,
        item: &WorkItem,
        version: &VersionId,
        answer: &AgentCertificate,
    ) -> Result<Vec<Certificate>, ConnectorError> {
        let refuse = |what: String| ConnectorError::permanent(ErrorKind::Validation, what);
        let chain = certctl_pki::parse_chain(&answer.certificate_pem).map_err(|error| {
            refuse(format!("the certificate of version {version} cannot be read")).caused_by(error)
        })?;
        let (leaf, above) = chain.split_first().ok_or_else(|| refuse("the chain is empty".to_owned()))?;
        let found = leaf.fingerprint();
        let wanted = item.fingerprint_sha256.as_deref().unwrap_or(&found);
        if answer.version_id != *version || answer.fingerprint_sha256 != found || wanted != found {
            return Err(refuse(format!(
                "the server sent another certificate than version {version}: {found}"
            )));
        }
        certctl_pki::check_chain(leaf, above, self.inner().env.clock.now()).map_err(|error| {
            if error.passes() {
                let message = format!(
                    "version {version} is not valid yet by the clock of this host; see that it is right"
                );
                ConnectorError::transient(ErrorKind::Validation, message).caused_by(error)
            } else {
                refuse(format!("the chain of version {version} does not hold")).caused_by(error)
            }
        })?;
        Ok(chain)
    }

    async fn key(
        &self,
        certificate: &CertificateId,
        version: &VersionId,
        leaf: Certificate,
    ) -> Result<certctl_crypto::SecretString, ConnectorError> {
        let (of, wanted) = (certificate.clone(), version.clone());
        self.blocking("key", move |inner| inner.keys.key_of(&of, &wanted, &leaf)).await.map_err(|error| {
            match error {
                AgentError::NoKey { .. } | AgentError::WrongKey { .. } => ConnectorError::permanent(
                    ErrorKind::Other,
                    format!(
                        "the key of version {version} is not on this host; renew certificate {certificate}"
                    ),
                )
                .caused_by(error),
                AgentError::Key { .. } => ConnectorError::permanent(
                    ErrorKind::Other,
                    format!("the key of version {version} cannot be used"),
                )
                .caused_by(error),
                _ => ConnectorError::transient(
                    ErrorKind::Other,
                    format!("the key of version {version} cannot be had"),
                )
                .caused_by(error),
            }
        })
    }
}

fn not_fetched(version: &VersionId, error: ClientError) -> ConnectorError {
    let message = format!("version {version} could not be fetched from the server");
    let kind = match error.status() {
        Some(400..500) => ErrorKind::Upstream4xx,
        Some(_) => ErrorKind::Upstream5xx,
        None => ErrorKind::Network,
    };
    if job::is_refusal(&error) {
        ConnectorError::permanent(kind, message).caused_by(error)
    } else {
        ConnectorError::transient(kind, message).caused_by(error)
    }
}
