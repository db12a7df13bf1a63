//! Typed client of the certctl REST API, for agents, command lines and other services.
//!
//! A [`Client`] is cheap to clone and speaks HTTPS only. Methods are grouped by resource
//! ([`Client::certificates`], [`Client::jobs`], …); an agent uses [`Client::agent_work`]. Answers
//! are bounded to 4 MiB, redirects are not followed (they would carry the credential elsewhere),
//! and reads are tried again a little when the server is briefly away.
//!
//! ```
//! use certctl_client::{BuildError, Client, ListQuery};
//! use certctl_crypto::SecretString;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://certctl.example.com:8443")
//!     .token(SecretString::new("ck_example"))
//!     .user_agent("inventory-sync/1.0")
//!     .build()?;
//!
//! // Credentials never travel in clear text.
//! let refused = Client::builder("http://certctl.example.com").build();
//! assert!(matches!(refused, Err(BuildError::NotHttps { .. })));
//!
//! async fn names_that_expire(client: &Client) -> Result<Vec<String>, certctl_client::ClientError> {
//!     let mut names = Vec::new();
//!     let mut next = Some(ListQuery::new().filter("status", "Expiring").per_page(100));
//!     while let Some(query) = next {
//!         let page = client.certificates().list(&query).await?;
//!         names.extend(page.data.iter().map(|certificate| certificate.name.clone()));
//!         next = query.after(&page);
//!     }
//!     Ok(names)
//! }
//! # let _ = names_that_expire(&client);
//! # Ok(())
//! # }
//! ```

mod agent;
mod agent_group;
mod agent_work;
mod api_key;
mod approval;
mod audit;
mod builder;
mod call;
mod certificate;
mod crl;
mod digest;
mod error;
mod event;
mod issuer;
mod job;
mod list;
mod notification;
mod ocsp;
mod operation;
mod owner;
mod policy;
mod profile;
mod raw;
mod relying_party;
mod renewal_policy;
mod revocation;
mod statistics;
mod system;
mod target;
mod team;

pub use agent::Agents;
pub use agent_group::AgentGroups;
pub use agent_work::AgentWork;
pub use api_key::ApiKeys;
pub use approval::Approvals;
pub use audit::{AuditTrail, EventStream, ExportFormat};
pub use builder::{BuildError, Builder};
pub use call::{ETag, Tagged};
pub use certificate::Certificates;
pub use crl::Crls;
pub use digest::Digest;
pub use error::ClientError;
pub use event::{Events, LiveEvents, Watched};
pub use issuer::Issuers;
pub use job::Jobs;
pub use list::ListQuery;
pub use notification::{Channels, Notifications};
pub use ocsp::Ocsp;
pub use operation::Operations;
pub use owner::Owners;
pub use policy::Policies;
pub use profile::Profiles;
pub use raw::{Answer, Payload, Request};
pub use relying_party::RelyingParty;
pub use renewal_policy::RenewalPolicies;
pub use revocation::Revocations;
pub use statistics::Statistics;
pub use system::System;
pub use target::Targets;
pub use team::Teams;

use certctl_domain::id::AgentId;
use reqwest::header::HeaderValue;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A connection pool to one certctl server with one credential.
#[derive(Debug, Clone)]
pub struct Client(Arc<Connection>, Option<HeaderValue>);

#[derive(Debug)]
struct Connection {
    http: reqwest::Client,
    base: Url,
    read_retries: Vec<Duration>,
}

impl Client {
    /// Starts to describe a client of the server at `url`, for example `https://certctl:8443`. A
    /// path in the URL is kept as a prefix of every route.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    /// The same client, but its next POST has its effect once however often it is sent: it carries
    /// `key` as `Idempotency-Key` and is tried again like a read. Use a fresh key for each request, of
    /// 1 to 255 visible ASCII characters; with any other text the server refuses the request.
    pub fn with_idempotency_key(&self, key: &str) -> Self {
        let key = HeaderValue::from_str(key).unwrap_or(HeaderValue::from_static(""));
        Self(Arc::clone(&self.0), Some(key))
    }

    /// The server's URL.
    pub fn server(&self) -> &Url {
        &self.0.base
    }

    /// Managed certificates.
    pub const fn certificates(&self) -> Certificates<'_> {
        Certificates(self)
    }

    /// Certificate authorities.
    pub const fn issuers(&self) -> Issuers<'_> {
        Issuers(self)
    }

    /// Deployment targets.
    pub const fn targets(&self) -> Targets<'_> {
        Targets(self)
    }

    /// Agents, as operators see them, and enrolment.
    pub const fn agents(&self) -> Agents<'_> {
        Agents(self)
    }

    /// Agent groups and their members.
    pub const fn agent_groups(&self) -> AgentGroups<'_> {
        AgentGroups(self)
    }

    /// The routes of agent `id` itself; the credential must be that agent's.
    pub const fn agent_work<'c>(&'c self, id: &'c AgentId) -> AgentWork<'c> {
        AgentWork { client: self, id }
    }

    /// Renewal policies.
    pub const fn renewal_policies(&self) -> RenewalPolicies<'_> {
        RenewalPolicies(self)
    }

    /// Compliance rules and their violations.
    pub const fn policies(&self) -> Policies<'_> {
        Policies(self)
    }

    /// Certificate profiles.
    pub const fn profiles(&self) -> Profiles<'_> {
        Profiles(self)
    }

    /// Teams.
    pub const fn teams(&self) -> Teams<'_> {
        Teams(self)
    }

    /// The audit trail and the log of API calls.
    pub const fn audit(&self) -> AuditTrail<'_> {
        AuditTrail(self)
    }

    /// Approval requests.
    pub const fn approvals(&self) -> Approvals<'_> {
        Approvals(self)
    }

    /// API keys.
    pub const fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys(self)
    }

    /// Owners.
    pub const fn owners(&self) -> Owners<'_> {
        Owners(self)
    }

    /// Actions on many certificates.
    pub const fn operations(&self) -> Operations<'_> {
        Operations(self)
    }

    /// Revocations.
    pub const fn revocations(&self) -> Revocations<'_> {
        Revocations(self)
    }

    /// What relying parties read.
    pub const fn relying_party(&self) -> RelyingParty<'_> {
        RelyingParty(self)
    }

    /// OCSP responders.
    pub const fn ocsp(&self) -> Ocsp<'_> {
        Ocsp(self)
    }

    /// CRLs.
    pub const fn crls(&self) -> Crls<'_> {
        Crls(self)
    }

    /// Live events.
    pub const fn events(&self) -> Events<'_> {
        Events(self)
    }

    /// Notifications and their routing.
    pub const fn notifications(&self) -> Notifications<'_> {
        Notifications(self)
    }

    /// Notification channels.
    pub const fn channels(&self) -> Channels<'_> {
        Channels(self)
    }

    /// Jobs.
    pub const fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// The digest.
    pub const fn digest(&self) -> Digest<'_> {
        Digest(self)
    }

    /// Figures about the whole installation.
    pub const fn statistics(&self) -> Statistics<'_> {
        Statistics(self)
    }

    /// Probes, version, identity, metrics.
    pub const fn system(&self) -> System<'_> {
        System(self)
    }
}
