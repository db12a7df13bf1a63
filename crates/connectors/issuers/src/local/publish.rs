//! Where relying parties find what a local CA publishes.

use super::config::LocalCaConfig;
use certctl_domain::id::IssuerId;
use certctl_pki::Serial;

/// What is copied into issued certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) ocsp: Vec<String>,
    pub(super) ca_issuers: Vec<String>,
    pub(super) crl: Vec<String>,
    /// The delta of the CRL.
    pub(super) freshest_crl: Vec<String>,
    /// Partition of the CRL; 0 for the undivided one.
    pub(super) crl_shard: u32,
}

/// The directory of relying-party paths, when it is known where this server is reached.
pub(super) fn root(base_url: Option<&str>) -> Option<String> {
    base_url.map(|base| format!("{base}/.well-known/pki"))
}

/// The addresses for a certificate: what the configuration names, else this server's own.
pub(super) fn addresses(
    config: &LocalCaConfig,
    issuer: &IssuerId,
    serial: &Serial,
    base_url: Option<&str>,
) -> Addresses {
    let root = root(base_url);
    let own = |configured: &[String], own: &dyn Fn(&str) -> String| match (&root, configured) {
        (Some(root), []) => vec![own(root)],
        (_, configured) => configured.to_vec(),
    };
    // A certificate that names a foreign CRL is in no partition of ours.
    let own_crl = root.is_some() && config.crl_urls.is_empty();
    let crl_shard = if own_crl { shard(serial, config.crl_partitions) } else { 0 };
    let crl = own(&config.crl_urls, &|root| match crl_shard {
        0 => format!("{root}/crl/{issuer}"),
        shard => format!("{root}/crl/{issuer}/{shard}"),
    });
    let delta = config.delta_crls && own_crl;
    Addresses {
        freshest_crl: crl.iter().filter(|_| delta).map(|url| format!("{url}?delta=true")).collect(),
        crl,
        ocsp: own(&config.ocsp_urls, &|root| format!("{root}/ocsp/{issuer}")),
        ca_issuers: own(&config.ca_issuer_urls, &|root| format!("{root}/ca/{issuer}.cer")),
        crl_shard,
    }
}

/// Serial numbers are random, so their last octets spread evenly.
fn shard(serial: &Serial, partitions: u32) -> u32 {
    let low = serial.as_octets().iter().rev().take(4).fold(0_u32, |low, octet| low << 8 | u32::from(*octet));
    low.checked_rem(partitions).map_or(0, |rest| rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use certctl_connector_api::RawConfig;

    fn config(json: &str) -> LocalCaConfig {
        LocalCaConfig::parse(&RawConfig::from_json(json).unwrap()).unwrap()
    }

    fn of(json: &str, base_url: Option<&str>) -> Addresses {
        let issuer = IssuerId::parse("iss-local").unwrap();
        addresses(&config(json), &issuer, &"0102030405".parse().unwrap(), base_url)
    }

    #[test]
    fn certificates_name_this_server_when_it_is_known_where_it_is() {
        let found = of("{}", Some("http://pki.example"));
        assert_eq!(found.ocsp, ["http://pki.example/.well-known/pki/ocsp/iss-local"]);
        assert_eq!(found.ca_issuers, ["http://pki.example/.well-known/pki/ca/iss-local.cer"]);
        assert_eq!(found.crl, ["http://pki.example/.well-known/pki/crl/iss-local"]);
        let unknown = of("{}", None);
        assert_eq!((unknown.ocsp.len(), unknown.ca_issuers.len(), unknown.crl.len()), (0, 0, 0));
    }

    #[test]
    fn what_the_issuer_says_itself_wins() {
        let found = of(
            r#"{"ocsp_urls":["http://o.example"],"crl_distribution_point_urls":["http://c.example/a.crl"],"crl_partitions":4}"#,
            Some("http://pki.example"),
        );
        assert_eq!(found.ocsp, ["http://o.example"]);
        assert_eq!(found.crl, ["http://c.example/a.crl"]);
        assert_eq!(found.crl_shard, 0);
        assert_eq!(found.ca_issuers, ["http://pki.example/.well-known/pki/ca/iss-local.cer"]);
    }

    #[test]
    fn a_divided_crl_is_named_by_its_part() {
        let found = of(r#"{"crl_partitions":4}"#, Some("http://pki.example"));
        assert!((1..=4).contains(&found.crl_shard));
        let address = format!("http://pki.example/.well-known/pki/crl/iss-local/{}", found.crl_shard);
        assert_eq!(found.crl, [address]);
        assert_eq!(of(r#"{"crl_partitions":4}"#, None).crl_shard, 0);
    }

    #[test]
    fn the_delta_is_named_beside_the_crl() {
        let found = of(r#"{"delta_crls":true}"#, Some("http://pki.example"));
        assert_eq!(found.freshest_crl, ["http://pki.example/.well-known/pki/crl/iss-local?delta=true"]);
        assert!(of("{}", Some("http://pki.example")).freshest_crl.is_empty());
    }
}
