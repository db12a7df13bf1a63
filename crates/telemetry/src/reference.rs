//! The reference of all metrics, made from their declarations.

use crate::names;
use std::fmt::Write;

/// `docs/reference/metrics.md`.
pub fn reference() -> String {
    let mut text = String::from(
        "# Metrics\n\nEvery family of `GET /api/v1/metrics/prometheus`. Made from the code with \
         `UPDATE_DOCS=1 cargo test -p certctl-telemetry`. What to do with them is in [Monitoring](../operator/monitoring.md).\n\n| Name | Labels | Meaning |\n|---|---|---|\n",
    );
    for family in names::ALL {
        let labels: Vec<String> = family.labels.iter().map(|label| format!("`{label}`")).collect();
        // Writing to a text never fails.
        let _ = writeln!(text, "| `{}` | {} | {} |", family.name, labels.join(", "), family.help);
    }
    text
}
