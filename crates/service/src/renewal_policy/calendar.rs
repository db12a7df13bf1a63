//! Checks of maintenance windows and freezes, and their canonical form.

use crate::support::check_name;
use certctl_service_api::ServiceError;
use certctl_service_api::renewal_policy::RenewalPolicySpec;

const MAX_WINDOWS: usize = 50;
const MAX_FREEZES: usize = 100;

/// Every refusal; what each field holds by itself was judged when it was read.
pub(super) fn check(spec: &RenewalPolicySpec) -> Vec<Result<(), ServiceError>> {
    let (windows, freezes) = (&spec.maintenance_windows, &spec.freeze_periods);
    let mut checks = vec![
        at_most("maintenance_windows", windows.len(), MAX_WINDOWS),
        at_most("freeze_periods", freezes.len(), MAX_FREEZES),
    ];
    for (at, window) in windows.iter().enumerate() {
        let refuse = |field: &str, why: &str| {
            Err(ServiceError::invalid(format!("maintenance_windows[{at}].{field}"), "invalid_value", why))
        };
        if window.days.is_empty() {
            checks.push(refuse("days", "must name a day"));
        }
        if window.start == window.end {
            checks.push(refuse("end", "must differ from the start; a whole day is `00:00` to `24:00`"));
        }
    }
    for (at, freeze) in freezes.iter().enumerate() {
        let field = |name: &str| format!("freeze_periods[{at}].{name}");
        checks.push(check_name(&field("reason"), &freeze.reason, 255));
        if freeze.until <= freeze.from {
            checks.push(Err(ServiceError::invalid(field("until"), "invalid_value", "must be after `from`")));
        }
    }
    checks
}

fn at_most(field: &str, count: usize, max: usize) -> Result<(), ServiceError> {
    if count <= max {
        return Ok(());
    }
    Err(ServiceError::invalid(field, "too_many", format!("must have at most {max} entries")))
}

/// Days in the order of the week, each once; freezes by their begin.
pub(super) fn tidy(spec: &mut RenewalPolicySpec) {
    for window in &mut spec.maintenance_windows {
        window.days.sort();
        window.days.dedup();
    }
    spec.freeze_periods.sort_by_key(|freeze| (freeze.from, freeze.until));
}
