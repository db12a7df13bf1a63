//! Variables that the server accepts without reading them, so that only typing errors are errors.

/// Variables of features that this version does not have.
pub(crate) struct Later {
    /// What they are for.
    pub(crate) feature: &'static str,
    /// Their names; one that ends in `*` stands for every name with that beginning.
    pub(crate) names: &'static [&'static str],
}

/// Variables of other parts of certctl, often set for the whole machine.
pub(crate) const FOREIGN: &[&str] = &[
    "CERTCTL_SERVER_URL",
    "CERTCTL_API_KEY",
    "CERTCTL_SERVER_CA_BUNDLE_PATH",
    "CERTCTL_SERVER_TLS_INSECURE_SKIP_VERIFY",
    "CERTCTL_AGENT_NAME",
    "CERTCTL_AGENT_ID",
    "CERTCTL_KEY_DIR",
    "CERTCTL_DISCOVERY_DIRS",
    "CERTCTL_DEPLOY_*",
    "CERTCTL_K8S_DEPLOY_*",
    "CERTCTL_VERIFY_*",
    "CERTCTL_TEST_*",
    "CERTCTL_BENCH_*",
];

/// See [`Later`].
pub(crate) const LATER: &[Later] = &[
    Later {
        feature: "migrations from a directory; they are part of the program",
        names: &["CERTCTL_DATABASE_MIGRATIONS_PATH"],
    },
    Later {
        feature: "a separate retry sweep; jobs are retried by their own backoff",
        names: &["CERTCTL_SCHEDULER_RETRY_INTERVAL"],
    },
    Later {
        feature: "expiry of short-lived certificates",
        names: &["CERTCTL_SHORT_LIVED_EXPIRY_CHECK_INTERVAL"],
    },
    Later {
        feature: "network scans",
        names: &["CERTCTL_NETWORK_SCAN_ENABLED", "CERTCTL_NETWORK_SCAN_INTERVAL"],
    },
    Later {
        feature: "endpoint health checks",
        names: &[
            "CERTCTL_HEALTH_CHECK_ENABLED",
            "CERTCTL_HEALTH_CHECK_INTERVAL",
            "CERTCTL_HEALTH_CHECK_DEFAULT_INTERVAL",
            "CERTCTL_HEALTH_CHECK_DEFAULT_TIMEOUT",
            "CERTCTL_HEALTH_CHECK_MAX_CONCURRENT",
            "CERTCTL_HEALTH_CHECK_HISTORY_RETENTION",
            "CERTCTL_HEALTH_CHECK_AUTO_CREATE",
        ],
    },
    Later {
        feature: "a directory for keys of OCSP responders; they are sealed in the database",
        names: &["CERTCTL_OCSP_RESPONDER_KEY_DIR"],
    },
    Later {
        feature: "EST",
        names: &[
            "CERTCTL_EST_ENABLED",
            "CERTCTL_EST_ISSUER_ID",
            "CERTCTL_EST_PROFILE_ID",
            "CERTCTL_EST_PROFILES",
            "CERTCTL_EST_PROFILE_*",
        ],
    },
    Later {
        feature: "SCEP",
        names: &[
            "CERTCTL_SCEP_ENABLED",
            "CERTCTL_SCEP_ISSUER_ID",
            "CERTCTL_SCEP_PROFILE_ID",
            "CERTCTL_SCEP_CHALLENGE_PASSWORD",
            "CERTCTL_SCEP_RA_CERT_PATH",
            "CERTCTL_SCEP_RA_KEY_PATH",
            "CERTCTL_SCEP_PROFILES",
            "CERTCTL_SCEP_PROFILE_*",
        ],
    },
    Later {
        feature: "the ACME server",
        names: &[
            "CERTCTL_ACME_SERVER_ENABLED",
            "CERTCTL_ACME_SERVER_DEFAULT_AUTH_MODE",
            "CERTCTL_ACME_SERVER_DEFAULT_PROFILE_ID",
            "CERTCTL_ACME_SERVER_NONCE_TTL",
            "CERTCTL_ACME_SERVER_ORDER_TTL",
            "CERTCTL_ACME_SERVER_AUTHZ_TTL",
            "CERTCTL_ACME_SERVER_HTTP01_CONCURRENCY",
            "CERTCTL_ACME_SERVER_DNS01_RESOLVER",
            "CERTCTL_ACME_SERVER_DNS01_CONCURRENCY",
            "CERTCTL_ACME_SERVER_TLSALPN01_CONCURRENCY",
            "CERTCTL_ACME_SERVER_ARI_ENABLED",
            "CERTCTL_ACME_SERVER_ARI_POLL_INTERVAL",
            "CERTCTL_ACME_SERVER_RATE_LIMIT_ORDERS_PER_HOUR",
            "CERTCTL_ACME_SERVER_RATE_LIMIT_CONCURRENT_ORDERS",
            "CERTCTL_ACME_SERVER_RATE_LIMIT_KEY_CHANGE_PER_HOUR",
            "CERTCTL_ACME_SERVER_RATE_LIMIT_CHALLENGE_RESPONDS_PER_HOUR",
            "CERTCTL_ACME_SERVER_GC_INTERVAL",
            "CERTCTL_ACME_SERVER_TOS_URL",
            "CERTCTL_ACME_SERVER_WEBSITE",
            "CERTCTL_ACME_SERVER_CAA_IDENTITIES",
            "CERTCTL_ACME_SERVER_EAB_REQUIRED",
        ],
    },
    Later {
        feature: "the ACME issuer",
        names: &[
            "CERTCTL_ACME_DIRECTORY_URL",
            "CERTCTL_ACME_EMAIL",
            "CERTCTL_ACME_CHALLENGE_TYPE",
            "CERTCTL_ACME_DNS_PRESENT_SCRIPT",
            "CERTCTL_ACME_DNS_CLEANUP_SCRIPT",
            "CERTCTL_ACME_DNS_PERSIST_ISSUER_DOMAIN",
            "CERTCTL_ACME_PROFILE",
            "CERTCTL_ACME_ARI_ENABLED",
            "CERTCTL_ACME_INSECURE",
            "CERTCTL_ZEROSSL_EAB_URL",
        ],
    },
    Later {
        feature: "the step-ca issuer",
        names: &[
            "CERTCTL_STEPCA_URL",
            "CERTCTL_STEPCA_ROOT_CERT",
            "CERTCTL_STEPCA_PROVISIONER",
            "CERTCTL_STEPCA_KEY_PATH",
            "CERTCTL_STEPCA_PASSWORD",
        ],
    },
    Later {
        feature: "the OpenSSL script issuer",
        names: &[
            "CERTCTL_OPENSSL_SIGN_SCRIPT",
            "CERTCTL_OPENSSL_REVOKE_SCRIPT",
            "CERTCTL_OPENSSL_CRL_SCRIPT",
        ],
    },
    Later {
        feature: "the Vault issuer",
        names: &[
            "CERTCTL_VAULT_ADDR",
            "CERTCTL_VAULT_TOKEN",
            "CERTCTL_VAULT_MOUNT",
            "CERTCTL_VAULT_ROLE",
            "CERTCTL_VAULT_TTL",
        ],
    },
    Later {
        feature: "the DigiCert issuer",
        names: &[
            "CERTCTL_DIGICERT_API_KEY",
            "CERTCTL_DIGICERT_ORG_ID",
            "CERTCTL_DIGICERT_PRODUCT_TYPE",
            "CERTCTL_DIGICERT_BASE_URL",
            "CERTCTL_DIGICERT_POLL_MAX_WAIT_SECONDS",
        ],
    },
    Later {
        feature: "the Sectigo issuer",
        names: &[
            "CERTCTL_SECTIGO_CUSTOMER_URI",
            "CERTCTL_SECTIGO_LOGIN",
            "CERTCTL_SECTIGO_PASSWORD",
            "CERTCTL_SECTIGO_ORG_ID",
            "CERTCTL_SECTIGO_CERT_TYPE",
            "CERTCTL_SECTIGO_TERM",
            "CERTCTL_SECTIGO_BASE_URL",
            "CERTCTL_SECTIGO_POLL_MAX_WAIT_SECONDS",
        ],
    },
    Later {
        feature: "the Google CAS issuer",
        names: &[
            "CERTCTL_GOOGLE_CAS_PROJECT",
            "CERTCTL_GOOGLE_CAS_LOCATION",
            "CERTCTL_GOOGLE_CAS_CA_POOL",
            "CERTCTL_GOOGLE_CAS_CREDENTIALS",
            "CERTCTL_GOOGLE_CAS_TTL",
        ],
    },
    Later {
        feature: "the AWS Private CA issuer",
        names: &[
            "CERTCTL_AWS_PCA_REGION",
            "CERTCTL_AWS_PCA_CA_ARN",
            "CERTCTL_AWS_PCA_SIGNING_ALGORITHM",
            "CERTCTL_AWS_PCA_VALIDITY_DAYS",
            "CERTCTL_AWS_PCA_TEMPLATE_ARN",
        ],
    },
    Later {
        feature: "the Entrust issuer",
        names: &[
            "CERTCTL_ENTRUST_API_URL",
            "CERTCTL_ENTRUST_CLIENT_CERT_PATH",
            "CERTCTL_ENTRUST_CLIENT_KEY_PATH",
            "CERTCTL_ENTRUST_CA_ID",
            "CERTCTL_ENTRUST_PROFILE_ID",
            "CERTCTL_ENTRUST_POLL_MAX_WAIT_SECONDS",
        ],
    },
    Later {
        feature: "the GlobalSign issuer",
        names: &[
            "CERTCTL_GLOBALSIGN_API_URL",
            "CERTCTL_GLOBALSIGN_API_KEY",
            "CERTCTL_GLOBALSIGN_API_SECRET",
            "CERTCTL_GLOBALSIGN_CLIENT_CERT_PATH",
            "CERTCTL_GLOBALSIGN_CLIENT_KEY_PATH",
            "CERTCTL_GLOBALSIGN_SERVER_CA_PATH",
            "CERTCTL_GLOBALSIGN_POLL_MAX_WAIT_SECONDS",
        ],
    },
    Later {
        feature: "the EJBCA issuer",
        names: &[
            "CERTCTL_EJBCA_API_URL",
            "CERTCTL_EJBCA_AUTH_MODE",
            "CERTCTL_EJBCA_CLIENT_CERT_PATH",
            "CERTCTL_EJBCA_CLIENT_KEY_PATH",
            "CERTCTL_EJBCA_TOKEN",
            "CERTCTL_EJBCA_CA_NAME",
            "CERTCTL_EJBCA_CERT_PROFILE",
            "CERTCTL_EJBCA_EE_PROFILE",
        ],
    },
    Later {
        feature: "cloud discovery",
        names: &[
            "CERTCTL_CLOUD_DISCOVERY_ENABLED",
            "CERTCTL_CLOUD_DISCOVERY_INTERVAL",
            "CERTCTL_AWS_SM_DISCOVERY_ENABLED",
            "CERTCTL_AWS_SM_REGION",
            "CERTCTL_AWS_SM_TAG_FILTER",
            "CERTCTL_AWS_SM_NAME_PREFIX",
            "CERTCTL_AZURE_KV_DISCOVERY_ENABLED",
            "CERTCTL_AZURE_KV_VAULT_URL",
            "CERTCTL_AZURE_KV_TENANT_ID",
            "CERTCTL_AZURE_KV_CLIENT_ID",
            "CERTCTL_AZURE_KV_CLIENT_SECRET",
            "CERTCTL_GCP_SM_DISCOVERY_ENABLED",
            "CERTCTL_GCP_SM_PROJECT",
            "CERTCTL_GCP_SM_CREDENTIALS",
        ],
    },
];

/// Whether `name` is meant by `pattern`, a name or a beginning followed by `*`.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |beginning| name.starts_with(beginning))
}
