//! Events as lines of CSV (RFC 4180).

use certctl_api_types::audit::AuditEvent;

/// Names of the columns, with the line end.
pub(super) const HEADER: &str = "id,timestamp,actor,actor_type,action,resource_type,resource_id,details,request_id,client_address,sequence,hash\r\n";

/// One event in the order of [`HEADER`], with the line end.
pub(super) fn line(event: &AuditEvent) -> String {
    let columns = [
        event.id.as_str().to_owned(),
        event.timestamp.to_rfc3339(),
        event.actor.clone(),
        event.actor_type.to_string(),
        event.action.clone(),
        event.resource_type.clone(),
        event.resource_id.clone(),
        event.details.to_string(),
        event.request_id.clone().unwrap_or_default(),
        event.client_address.clone().unwrap_or_default(),
        event.sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
        event.hash.clone().unwrap_or_default(),
    ];
    columns.iter().map(|text| field(text)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A field that no spreadsheet takes for a formula: those begin with one of a few characters, and an
/// apostrophe in front makes them text.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, field};

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (text, wanted) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2", "'-2"),
            ("\tx", "'\tx"),
            ("=A1,\"x\"", "\"'=A1,\"\"x\"\"\""),
            ("", ""),
        ] {
            assert_eq!(field(text), wanted, "{text:?}");
        }
        assert_eq!(HEADER.split(',').count(), 12);
    }
}
