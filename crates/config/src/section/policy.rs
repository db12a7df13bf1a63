//! What compliance rules stop.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use certctl_domain::policy::PolicySeverity;

const BLOCKING: Key = Key::new(
    "CERTCTL_POLICY_BLOCKING_SEVERITIES",
    "policy.blocking_severities",
    Kind::ChoiceList(PolicySeverity::TEXTS),
    "Severities whose compliance rules refuse what would break them: creating and changing certificates, and issuing. When empty, rules only report.",
)
.example("Error,Critical");

pub(crate) const KEYS: &[Key] = &[BLOCKING];

/// What compliance rules stop.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Severities whose rules refuse what would break them.
    pub blocking_severities: Vec<PolicySeverity>,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Policy {
    Policy { blocking_severities: reader.value(&BLOCKING, value::choices) }
}
