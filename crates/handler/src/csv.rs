//! Lines of CSV (RFC 4180).

/// One line with its end.
pub(crate) fn line<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    fields.into_iter().map(|text| field(text.as_ref())).collect::<Vec<_>>().join(",") + "\r\n"
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
    use super::{field, line};

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
        assert_eq!(line(["a", "", "b,c"]), "a,,\"b,c\"\r\n");
    }
}
