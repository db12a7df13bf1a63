//! What every service holds, and the small conversions they share.

use crate::approval::ApprovalGate;
use crate::failure::Failure;
use crate::issuance::guard::Guards;
use certctl_domain::id::IdSource;
use certctl_domain::{Clock, Timestamp};
use certctl_repository::{Cursor, Page, PageRequest, Store, StoreError};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{ConflictCode, ServiceError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use crate::audit::audit_event;
/// Store, clock, ids and the approval gate: the base of every service.
#[derive(Debug, Clone)]
pub struct Foundation {
    /// Database.
    pub store: Store,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Source of ids.
    pub ids: Arc<dyn IdSource>,
    /// The gate before issuances that need an approval.
    pub approvals: ApprovalGate,
    /// Limits of what happens by itself.
    pub guards: Guards,
}

/// Position in a list as clients carry it: opaque, bound to the list and its order.
#[derive(Serialize, Deserialize)]
struct CursorText {
    /// List and order, so that a cursor of another list is refused.
    l: String,
    /// Sort key.
    k: String,
    /// Id.
    i: String,
}

/// Turns a client's wish into a storage request. `list` names list and order.
pub(crate) fn page_request(list: &str, request: &ListRequest) -> Result<PageRequest, ServiceError> {
    use base64::Engine;
    let after = match &request.cursor {
        None => None,
        Some(text) => {
            let cursor = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(text)
                .ok()
                .and_then(|bytes| serde_json::from_slice::<CursorText>(&bytes).ok())
                .filter(|cursor| cursor.l == list)
                // None of ours holds one, and PostgreSQL takes no NUL in a text.
                .filter(|cursor| !cursor.k.chars().chain(cursor.i.chars()).any(char::is_control))
                .ok_or_else(|| {
                    ServiceError::invalid(
                        "cursor",
                        "invalid_cursor",
                        "use the next_cursor of the same list and sort, unchanged",
                    )
                })?;
            Some(Cursor { key: cursor.k, id: cursor.i })
        }
    };
    Ok(PageRequest { page: request.page.max(1), per_page: request.per_page.clamp(1, 500), after })
}

/// Turns a storage page into what the client gets.
pub(crate) fn listing<T>(list: &str, request: &PageRequest, page: Page<T>) -> Listing<T> {
    use base64::Engine;
    let next_cursor = page.next.and_then(|cursor| {
        let text = CursorText { l: list.to_owned(), k: cursor.key, i: cursor.id };
        let bytes = serde_json::to_vec(&text).ok()?;
        Some(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    });
    Listing {
        items: page.items,
        total: page.total,
        page: request.page,
        per_page: request.per_page,
        next_cursor,
    }
}

/// Checks the length of a name in characters, and that all of them can be seen.
pub(crate) fn check_name(field: &str, name: &str, max: usize) -> Result<(), ServiceError> {
    let length = name.chars().count();
    if length == 0 || length > max || name.chars().any(char::is_control) {
        return Err(ServiceError::invalid(
            field,
            "invalid_length",
            format!("must have 1 to {max} characters and no control characters"),
        ));
    }
    if name.trim().is_empty() || name.chars().any(is_deceptive) {
        return Err(ServiceError::invalid(field, "invalid_value", INVISIBLE));
    }
    Ok(())
}

/// What is wrong with a name that deceives.
pub(crate) const INVISIBLE: &str =
    "must have a visible character, and none that is invisible or turns the direction of writing";

/// Characters without a shape of their own, bidirectional controls and separators of lines: two
/// names could look the same, or one like two. The selectors of emoji variants may stay.
pub(crate) const fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Checks a text of several lines that may be empty.
pub(crate) fn check_text(field: &str, text: &str, max: usize) -> Result<(), ServiceError> {
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if text.chars().count() > max || !text.chars().all(printable) {
        return Err(ServiceError::invalid(
            field,
            "invalid_length",
            format!("must have at most {max} characters and no control characters but line breaks and tabs"),
        ));
    }
    Ok(())
}

/// The id that a client chose, or a new one. What means something else at the place of an id would
/// make an object that nobody can reach.
pub(crate) fn chosen_id<I: fmt::Display>(
    id: Option<I>,
    reserved: &[&str],
    mint: impl FnOnce() -> I,
) -> Result<I, ServiceError> {
    let Some(id) = id else { return Ok(mint()) };
    if reserved.contains(&id.to_string().as_str()) {
        let message = format!("`{id}` has a meaning of its own in the API; choose another id");
        return Err(ServiceError::invalid("id", "invalid_id", message));
    }
    Ok(id)
}

/// The refusals of several checks as one.
pub(crate) fn all_of(checks: impl IntoIterator<Item = Result<(), ServiceError>>) -> Result<(), ServiceError> {
    let mut problems = Vec::new();
    for check in checks {
        match check {
            Ok(()) => {}
            Err(ServiceError::Invalid(fields)) => problems.extend(fields),
            Err(other) => return Err(other),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(problems)) }
}

/// Refuses a change that was meant for another state of the row.
pub(crate) fn check_revision(stored: i64, wanted: Option<i64>) -> Result<(), Failure> {
    match wanted {
        Some(wanted) if wanted != stored => Err(Failure::Store(StoreError::Stale)),
        _ => Ok(()),
    }
}

/// The instant of a change at `now`: later than the last one, because it names the new state.
pub(crate) fn time_of_change(now: Timestamp, last: Timestamp) -> Timestamp {
    now.max(last.plus(Duration::from_micros(1)))
}

/// The conflict of a row that others refer to: how many of which kind, plural.
pub(crate) fn in_use(what: impl fmt::Display, counts: &[(&str, u64)]) -> Failure {
    let users: Vec<_> = counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(kind, n)| format!("{n} {}", kind.replace('_', " ")))
        .collect();
    let counts: serde_json::Map<_, _> =
        counts.iter().map(|(kind, n)| ((*kind).to_owned(), (*n).into())).collect();
    Failure::Service(ServiceError::Conflict {
        code: ConflictCode::InUse,
        message: format!("{what} is used by {}; change or remove them first", users.join(" and ")),
        details: Some(serde_json::json!({ "counts": counts })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_visible_characters_only() {
        for name in ["a", "Müller & Söhne", "日本語", "a b"] {
            assert!(check_name("name", name, 255).is_ok(), "{name}");
        }
        for name in [
            "",
            " ",
            "a\nb",
            "pay\u{200b}pal",
            "\u{202e}evil",
            "\u{feff}x",
            "soft\u{ad}hyphen",
            "tag\u{e0041}",
            "\u{3164}",
            "two\u{2028}lines",
            &"x".repeat(256),
        ] {
            assert!(check_name("name", name, 255).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_change_is_always_later_than_the_last_one() {
        let at = Timestamp::from_unix_micros;
        assert_eq!(time_of_change(at(9), at(5)), at(9));
        assert_eq!(time_of_change(at(5), at(5)), at(6));
        assert_eq!(time_of_change(at(3), at(5)), at(6));
    }
}
