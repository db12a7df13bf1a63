//! Local CA (`GenericCA`): certctl signs by itself, with a root it made or with a CA from files.
//!
//! A generated root is made once and kept sealed in the database, so every replica and every
//! restart has the same one. Files are read anew for each order: a renewed subordinate CA takes
//! effect as soon as its files are replaced.

mod authority;
mod config;
mod publish;

use async_trait::async_trait;
use authority::{Authority, BACKDATING};
use certctl_connector_api::issuer::{
    Authority as Signing, CrlSettings, IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities,
    IssuerEnv, IssuerFactory, Prepared, ToBeSigned,
};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, ErrorKind, RawConfig};
use certctl_crypto::Signer as _;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_pki::{CertificateRequest, LeafTemplate, Serial};
use config::{CaSource, LocalCaConfig};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Builds local CAs.
#[derive(Debug, Clone, Copy)]
pub struct LocalCaFactory;

impl IssuerFactory for LocalCaFactory {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn config_schema(&self) -> ConfigSchema {
        config::SCHEMA
    }

    /// Checks a CA from files at once; a generated root is made when it is first needed.
    fn build(
        &self,
        id: &IssuerId,
        config: &RawConfig,
        env: &IssuerEnv,
    ) -> Result<Arc<dyn Issuer>, Vec<ConfigError>> {
        let config = LocalCaConfig::parse(config)?;
        if let CaSource::Files(files) = &config.source {
            Authority::from_files(files)
                .and_then(|authority| authority.check_validity(env.clock.now()))
                .map_err(|error| vec![error.into_config_error()])?;
        }
        Ok(Arc::new(LocalCa { id: id.clone(), config, env: env.clone(), root: OnceCell::new() }))
    }
}

/// One local CA.
#[derive(Debug)]
struct LocalCa {
    id: IssuerId,
    config: LocalCaConfig,
    env: IssuerEnv,
    /// The generated root, once loaded.
    root: OnceCell<Arc<Authority>>,
}

impl LocalCa {
    async fn authority(&self) -> Result<Arc<Authority>, ConnectorError> {
        match &self.config.source {
            CaSource::Files(files) => Ok(Arc::new(Authority::from_files(files)?)),
            CaSource::Generated(plan) => {
                let load_or_make = || async {
                    let kept = self.env.ca_keys.load(&self.id).await?;
                    let material = if let Some(material) = kept {
                        material
                    } else {
                        let fresh = authority::generate(plan, self.env.clock.now())?;
                        self.env.ca_keys.store_first(&self.id, fresh).await?
                    };
                    Ok::<_, ConnectorError>(Arc::new(Authority::from_material(&material)?))
                };
                self.root.get_or_try_init(load_or_make).await.cloned()
            }
        }
    }

    /// First and last second of a leaf made at `now`. A cap counts the whole validity, both
    /// seconds included (RFC 5280 §4.1.2.5), and no leaf outlives its CA.
    fn validity(
        &self,
        order: &IssuanceOrder,
        authority: &Authority,
        now: Timestamp,
    ) -> (Timestamp, Timestamp) {
        let span = order.max_ttl.map_or(self.config.validity, |cap| cap.min(self.config.validity));
        let ca = authority.certificate();
        // Backdating by minutes would eat up lifetimes of minutes.
        let start = whole_second(now.minus(BACKDATING.min(span / 10))).max(ca.not_before());
        let planned = whole_second(now.plus(span));
        let capped = order.max_ttl.map_or(planned, |cap| {
            planned.min(whole_second(start.plus(cap.saturating_sub(Duration::from_secs(1)))))
        });
        if ca.not_after() < capped {
            tracing::warn!(
                issuer.id = %self.id,
                "certificates of issuer {} end early because its CA `{}` ends at {}; renew the CA",
                self.id, ca.subject(), ca.not_after(),
            );
        }
        (start, capped.min(ca.not_after()))
    }

    /// What will be certified, and the partition of the CRL that it names.
    fn template(
        &self,
        order: &IssuanceOrder,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<(LeafTemplate, u32), ConnectorError> {
        if order.must_staple && !self.answers_ocsp() {
            return Err(ConnectorError::permanent(
                ErrorKind::Validation,
                "the profile demands OCSP stapling, but the issuer has no ocsp_urls; add one, set CERTCTL_PKI_BASE_URL, or change the profile",
            ));
        }
        let request = CertificateRequest::parse(&order.csr_der).map_err(|error| {
            ConnectorError::permanent(ErrorKind::Validation, "the certificate request is not usable")
                .caused_by(error)
        })?;
        let (not_before, not_after) = self.validity(order, authority, now);
        let ekus =
            if order.ekus.is_empty() { vec![ExtendedKeyUsage::ServerAuth] } else { order.ekus.clone() };
        let serial = Serial::random().map_err(|error| {
            ConnectorError::transient(ErrorKind::Other, "no serial number could be drawn").caused_by(error)
        })?;
        let named = publish::addresses(&self.config, &self.id, &serial, self.env.pki_base_url.as_deref());
        let template = LeafTemplate {
            serial,
            not_before,
            not_after,
            common_name: Some(order.common_name.clone()),
            sans: order.names.iter().cloned().collect(),
            public_key: request.public_key().clone(),
            extended_key_usages: ekus,
            must_staple: order.must_staple,
            ocsp_urls: named.ocsp,
            ca_issuer_urls: named.ca_issuers,
            crl_urls: named.crl,
            freshest_crl_urls: named.freshest_crl,
            no_rev_avail: order.no_rev_avail,
        };
        Ok((template, named.crl_shard))
    }

    fn answers_ocsp(&self) -> bool {
        !self.config.ocsp_urls.is_empty() || self.env.pki_base_url.is_some()
    }
}

#[async_trait]
impl Issuer for LocalCa {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn capabilities(&self) -> IssuerCapabilities {
        IssuerCapabilities {
            max_ttl: true,
            ekus: true,
            must_staple: self.answers_ocsp(),
            no_rev_avail: true,
            ip_sans: true,
            uri_sans: true,
        }
    }

    async fn prepare(&self, order: IssuanceOrder, now: Timestamp) -> Result<Prepared, ConnectorError> {
        let authority = self.authority().await?;
        authority.check_validity(now)?;
        let (template, crl_shard) = self.template(&order, &authority, now)?;
        let draft =
            template.to_be_signed(authority.certificate(), authority.key().algorithm()).map_err(|error| {
                ConnectorError::permanent(ErrorKind::Validation, "the certificate cannot be built")
                    .caused_by(error)
            })?;
        let to_be_signed = ToBeSigned {
            serial: draft.serial().to_string(),
            tbs_der: draft.der().to_vec(),
            ca_der: authority.certificate().der().to_vec(),
            not_before: template.not_before,
            not_after: template.not_after,
            crl_shard,
        };
        Ok(Prepared { order, to_be_signed: Some(to_be_signed) })
    }

    async fn issue(&self, prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError> {
        let Some(draft) = &prepared.to_be_signed else {
            return Err(ConnectorError::permanent(
                ErrorKind::Validation,
                "the order was not prepared by a local CA",
            ));
        };
        let authority = self.authority().await?;
        if authority.certificate().der() != draft.ca_der {
            return Err(ConnectorError::transient(
                ErrorKind::Other,
                "the CA certificate was replaced after the order was prepared; the next attempt uses the new one",
            ));
        }
        let signing_failed = |error: certctl_pki::Error| {
            ConnectorError::permanent(ErrorKind::Other, "the certificate could not be signed")
                .caused_by(error)
        };
        let draft = certctl_pki::ToBeSigned::from_der(&draft.tbs_der).map_err(signing_failed)?;
        let leaf = draft.sign(&**authority.key()).map_err(signing_failed)?;
        leaf.verify_signed_by(authority.certificate()).map_err(signing_failed)?;
        Ok(IssuedCertificate {
            leaf_der: leaf.der().to_vec(),
            chain_der: authority.chain(self.config.include_root),
        })
    }

    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError> {
        Ok(self.authority().await?.chain(true))
    }

    async fn authorities(&self) -> Result<Vec<Signing>, ConnectorError> {
        let signing = |authority: &Authority, active| Signing {
            chain_der: authority.chain(true),
            key: Arc::clone(authority.key()) as _,
            active,
        };
        let mut all = vec![signing(&*self.authority().await?, true)];
        if let CaSource::Generated(_) = &self.config.source {
            for material in self.env.ca_keys.retiring(&self.id).await? {
                all.push(signing(&Authority::from_material(&material)?, false));
            }
        }
        Ok(all)
    }

    fn crl_settings(&self) -> CrlSettings {
        let base_url = publish::root(self.env.pki_base_url.as_deref());
        let named = base_url.is_some();
        CrlSettings {
            partitions: if named { self.config.crl_partitions } else { 0 },
            delta: named && self.config.delta_crls,
            base_url,
        }
    }

    async fn check(&self, now: Timestamp) -> Result<(), ConnectorError> {
        let authority = self.authority().await?;
        authority.check_validity(now)?;
        authority.check_key()?;
        Ok(())
    }
}

/// X.509 knows whole seconds only.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_seconds(at.unix_seconds())
}
