//! Issuers: certificate authorities that certctl can ask.

use crate::id::IssuerId;
use crate::{JsonText, Timestamp};

string_enum! {
    /// Kind of an issuer; one connector each.
    pub enum IssuerKind ("issuer type") {
        /// Local CA: self-signed root or subordinate CA held by certctl.
        GenericCa = "GenericCA",
    }
}

impl IssuerKind {
    /// Whether certctl itself is the CA: it signs, publishes CRLs and answers OCSP.
    pub const fn is_local(self) -> bool {
        matches!(self, Self::GenericCa)
    }

    /// Accepts the canonical text and the lower-case aliases of the API (`local`, `local_ca`, …).
    pub fn from_alias(text: &str) -> Result<Self, crate::UnknownValue> {
        match text.to_ascii_lowercase().as_str() {
            "local" | "local_ca" | "genericca" => Ok(Self::GenericCa),
            _ => text.parse(),
        }
    }
}

string_enum! {
    /// Result of the last connection test of an issuer or target.
    pub enum TestStatus ("test status") {
        /// Never tested.
        Untested = "untested",
        /// The last test passed.
        Success = "success",
        /// The last test failed.
        Failed = "failed",
    }
}

string_enum! {
    /// Where a connector's row comes from.
    pub enum ConnectorSource ("connector source") {
        /// Made through the API.
        Database = "database",
        /// Made at start from the environment.
        Env = "env",
    }
}

/// An issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Identifier.
    pub id: IssuerId,
    /// Name, unique.
    pub name: String,
    /// Kind.
    pub kind: IssuerKind,
    /// Configuration without secrets: each secret field reads `{"set":true}`.
    pub public_config: JsonText,
    /// Whole configuration, sealed (see the `crypto` crate).
    pub sealed_config: Option<Vec<u8>>,
    /// Whether the issuer may be used.
    pub enabled: bool,
    /// When it was last tested.
    pub last_tested_at: Option<Timestamp>,
    /// Result of the last test.
    pub test_status: TestStatus,
    /// Origin of the row.
    pub source: ConnectorSource,
    /// Counts changes; replicas reload a connector when it grows.
    pub revision: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Failures in a row after which an issuer counts as failing.
pub const FAILURES_OF_A_FAILING_ISSUER: u32 = 3;

/// How an issuer fares, by what became of the issuances it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerHealth {
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Since when it counts as failing; absent while it works.
    pub failing_since: Option<Timestamp>,
    /// Why it last failed. No secrets.
    pub last_error: Option<String>,
}

impl IssuerHealth {
    /// Notes a failure; true when the issuer counts as failing from now on.
    #[must_use]
    pub fn fail(&mut self, error: String, at: Timestamp) -> bool {
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        self.last_error = Some(error);
        if self.failing_since.is_some() || self.consecutive_failures < FAILURES_OF_A_FAILING_ISSUER {
            return false;
        }
        self.failing_since = Some(at);
        true
    }

    /// Since when it counted as failing, if it did: a success has ended that.
    #[must_use]
    pub fn succeed(&mut self) -> Option<Timestamp> {
        std::mem::take(self).failing_since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_fails_from_the_third_failure_in_a_row_until_a_success() {
        let at = Timestamp::from_unix_seconds;
        let mut health = IssuerHealth::default();
        let fail = |health: &mut IssuerHealth, second| health.fail("down".to_owned(), at(second));
        assert_eq!((fail(&mut health, 1), fail(&mut health, 2)), (false, false));
        assert_eq!(health.succeed(), None, "two failures are no trouble");
        assert_eq!((fail(&mut health, 3), fail(&mut health, 4)), (false, false));
        assert!(fail(&mut health, 5));
        assert!(!fail(&mut health, 6), "it is told once");
        assert_eq!(health.succeed(), Some(at(5)));
        assert_eq!(health, IssuerHealth::default());
    }
}
