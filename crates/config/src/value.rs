//! Texts to values. Nothing is guessed: what does not read completely is refused.

use crate::key::Kind;
use certctl_domain::organisation::mail_address;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Why a text is not a value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// More than "not allowed", if there is more to say; must not quote a secret.
    pub(crate) reason: Option<String>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Refusal {
    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), hint: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A switch.
pub(crate) fn flag(text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Refusal::default()),
    }
}

/// An integer within the bounds of `kind` that fits `T`.
pub(crate) fn integer<T: TryFrom<u64>>(text: &str, kind: Kind) -> Result<T, Refusal> {
    let number: u64 = text.parse().map_err(|_not_a_number| Refusal::default())?;
    if let Kind::Integer { min, max } = kind
        && !(min..=max).contains(&number)
    {
        return Err(Refusal::default());
    }
    T::try_from(number).map_err(|_too_large| Refusal::default())
}

/// A duration in Go's syntax, not shorter than the minimum of `kind`.
pub(crate) fn span(text: &str, kind: Kind) -> Result<Duration, Refusal> {
    let span = go_duration(text)?;
    match kind {
        Kind::Span { min } if span < min => Err(Refusal::because("it is too short")),
        _ => Ok(span),
    }
}

/// One or more numbers, each with a unit: `1h30m`, `1.5h`, `300ms`. `0` needs no unit.
fn go_duration(text: &str) -> Result<Duration, Refusal> {
    if text.starts_with('-') {
        return Err(Refusal::because("it is negative"));
    }
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, after) = split(after, |c| !c.is_ascii_digit() && c != '.');
        if number.is_empty() {
            return Err(Refusal::default());
        }
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "" => return Err(Refusal::because(format!("`{number}` has no unit"))),
            unknown => return Err(Refusal::because(format!("`{unknown}` is not a unit"))),
        };
        let part = match number.parse::<u32>() {
            Ok(whole) if seconds >= 1.0 => Duration::from_secs_f64(seconds).checked_mul(whole),
            _ => {
                let number: f64 = number.parse().map_err(|_not_a_number| Refusal::default())?;
                Duration::try_from_secs_f64(number * seconds).ok()
            }
        };
        total = part
            .and_then(|part| total.checked_add(part))
            .filter(|sum| *sum <= LONGEST)
            .ok_or_else(|| Refusal::because("it is too long"))?;
        rest = after;
    }
    if text.is_empty() { Err(Refusal::default()) } else { Ok(total) }
}

/// About a century; keeps sums with the current time in range.
const LONGEST: Duration = Duration::from_hours(100 * 366 * 24);

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// The shortest usual way to write `span`, whole seconds or milliseconds.
pub(crate) fn span_text(span: Duration) -> String {
    match span.as_secs() {
        0 => format!("{}ms", span.as_millis()),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// The non-empty members of a comma-separated list, trimmed.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|member| !member.is_empty())
}

/// An IP address or a host name by the letters-digits-hyphen rule (RFC 1123 section 2.1).
pub(crate) fn host(text: &str) -> Result<String, Refusal> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = text.len() <= 253 && text.split('.').all(label);
    if is_name || text.parse::<IpAddr>().is_ok() { Ok(text.to_owned()) } else { Err(Refusal::default()) }
}

/// Names and addresses for a certificate.
pub(crate) fn hosts(text: &str) -> Result<Vec<String>, Refusal> {
    list(text)
        .map(|member| host(member).map_err(|_refused| Refusal::because(format!("`{member}` is neither"))))
        .collect()
}

/// Networks; an address stands for itself alone.
pub(crate) fn networks(text: &str) -> Result<Vec<IpNet>, Refusal> {
    let one = |member: &str| {
        let alone = || member.parse::<IpAddr>().map(IpNet::from);
        member
            .parse::<IpNet>()
            .or_else(|_no_network| alone())
            .map_err(|_neither| Refusal::because(format!("`{member}` is neither")))
    };
    list(text).map(one).collect()
}

/// Origins as browsers write them (scheme, host and, when it is not the usual one, port), or `*`.
pub(crate) fn origins(text: &str) -> Result<Vec<String>, Refusal> {
    let is_origin = |member: &str| {
        let rest = member.strip_prefix("https://").or_else(|| member.strip_prefix("http://"));
        rest.is_some_and(|rest| {
            let authority = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b);
            !rest.is_empty() && rest.bytes().all(authority)
        })
    };
    let one = |member: &str| match member {
        "*" => Ok(member.to_owned()),
        member if is_origin(member) => Ok(member.to_owned()),
        member => Err(Refusal::because(format!("`{member}` is not an origin")).hint(
            "Write it as browsers do: scheme and host in lower case, a port if it is unusual, no path.",
        )),
    };
    list(text).map(one).collect()
}

/// The address of a web site, without a slash at its end. Nothing that a path cannot follow.
pub(crate) fn web_address(text: &str) -> Result<String, Refusal> {
    let url = url::Url::parse(text).map_err(|_not_a_url| Refusal::default())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::because("it begins with neither `https://` nor `http://`"));
    }
    let bare = url.username().is_empty() && url.password().is_none();
    if !bare || url.query().is_some() || url.fragment().is_some() {
        return Err(Refusal::because("it has more than a scheme, a host, a port and a path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Mail addresses, with their domains in lower case.
pub(crate) fn mails(text: &str) -> Result<Vec<String>, Refusal> {
    let one = |member: &str| {
        mail_address(member)
            .map_err(|reason| Refusal::because(format!("`{member}` is no mail address: {reason}")))
    };
    list(text).map(one).collect()
}

/// An address with its port.
pub(crate) fn socket_address(text: &str) -> Result<SocketAddr, Refusal> {
    text.parse().map_err(|_not_an_address| Refusal::default())
}

/// One of the choices of `kind`.
pub(crate) fn choice(text: &str, kind: Kind) -> Result<&'static str, Refusal> {
    let Kind::Choice(choices) = kind else { return Err(Refusal::default()) };
    choices.iter().copied().find(|choice| *choice == text).ok_or_else(Refusal::default)
}

/// A short text.
pub(crate) fn text(text: &str) -> Result<String, Refusal> {
    if text.chars().count() > 255 || text.chars().any(char::is_control) {
        return Err(Refusal::default());
    }
    Ok(text.to_owned())
}

/// Members of a closed enumeration.
pub(crate) fn choices<T: std::str::FromStr>(text: &str) -> Result<Vec<T>, Refusal> {
    let read = |member: &str| {
        member.parse().map_err(|_unknown| Refusal::because(format!("`{member}` is none of them")))
    };
    list(text).map(read).collect()
}

/// A log level or a list of `target=level` directives; spans and fields may filter too.
pub(crate) fn log_level(text: &str) -> Result<String, Refusal> {
    let is_level = |word: &str| {
        ["off", "error", "warn", "info", "debug", "trace"]
            .iter()
            .any(|level| level.eq_ignore_ascii_case(word))
    };
    for directive in list(text) {
        // A directive with a span filter is left to the log library.
        let level = if directive.contains('[') { None } else { Some(directive) };
        if let Some(directive) = level {
            let word = directive.rsplit_once('=').map_or(directive, |(_target, level)| level);
            if !is_level(word) {
                return Err(Refusal::because(format!("`{word}` is not a level")));
            }
        }
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANY: Kind = Kind::Span { min: Duration::ZERO };

    #[test]
    fn durations_read_like_go() {
        for (text, millis) in [
            ("0", 0),
            ("0s", 0),
            ("300ms", 300),
            ("30s", 30_000),
            ("5m", 300_000),
            ("24h", 86_400_000),
            ("168h", 604_800_000),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("1m0.25s", 60_250),
            (".5s", 500),
            ("1000us", 1),
            ("1000µs", 1),
            ("2000000ns", 2),
        ] {
            assert_eq!(span(text, ANY), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in ["", "30", "30 s", "s", "5d", "1h30", "-5s", "1..5s", ".s", "1e3s", "five", "9999999999h"]
        {
            assert!(span(text, ANY).is_err(), "{text}");
        }
        assert!(span("999ms", Kind::Span { min: Duration::from_secs(1) }).is_err());
    }

    proptest! {
        #[test]
        fn durations_of_whole_units_are_exact(hours in 0_u64..9999, minutes in 0_u64..9999, seconds in 0_u64..9999) {
            let text = format!("{hours}h{minutes}m{seconds}s");
            prop_assert_eq!(span(&text, ANY), Ok(Duration::from_secs(hours * 3600 + minutes * 60 + seconds)));
        }

        #[test]
        fn a_written_duration_reads_back(seconds in 1_u64..10_000_000) {
            let written = span_text(Duration::from_secs(seconds));
            prop_assert_eq!(span(&written, ANY), Ok(Duration::from_secs(seconds)));
        }

        #[test]
        fn no_text_breaks_a_parser(text in any::<String>()) {
            let _ = (span(&text, ANY), flag(&text), hosts(&text), log_level(&text));
            let _ = (networks(&text), origins(&text), socket_address(&text), web_address(&text));
        }
    }

    #[test]
    fn switches_have_eight_spellings() {
        assert!(["true", "1", "yes", "on", "TRUE"].iter().all(|text| flag(text) == Ok(true)));
        assert!(["false", "0", "no", "off", "Off"].iter().all(|text| flag(text) == Ok(false)));
        assert!(["", "2", "enabled", "y"].iter().all(|text| flag(text).is_err()));
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        assert!(
            ["localhost", "127.0.0.1", "::1", "a-b.example.com", "0.0.0.0"]
                .iter()
                .all(|text| host(text).is_ok())
        );
        assert!(
            ["", "-a.example", "a..b", "a b", "https://x", "x:80", "*"]
                .iter()
                .all(|text| host(text).is_err())
        );
    }

    #[test]
    fn networks_and_origins_are_read_strictly() {
        let shown =
            |text| networks(text).map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(shown("10.0.0.0/8, ::1"), Ok(vec!["10.0.0.0/8".to_owned(), "::1/128".to_owned()]));
        assert!(["10.0.0.0/33", "proxy.example", "10.0.0"].iter().all(|text| networks(text).is_err()));
        assert!(
            ["*", "https://a.example", "http://localhost:5173, https://[::1]:8443"]
                .iter()
                .all(|text| origins(text).is_ok())
        );
        assert!(
            ["a.example", "https://a.example/", "https://A.example", "ftp://a.example", "https://", "null"]
                .iter()
                .all(|text| origins(text).is_err())
        );
    }

    #[test]
    fn the_address_of_a_web_site_has_nothing_that_a_path_cannot_follow() {
        for (text, address) in [
            ("https://certctl.example.com", "https://certctl.example.com"),
            ("https://Certctl.Example.com:443/", "https://certctl.example.com"),
            ("http://10.0.0.1:8443/certctl/", "http://10.0.0.1:8443/certctl"),
        ] {
            assert_eq!(web_address(text).as_deref(), Ok(address), "{text}");
        }
        for text in [
            "certctl.example.com",
            "ftp://certctl.example.com",
            "https://",
            "https://a.example/?x=1",
            "https://a.example/#x",
            "https://user:pw@a.example",
            "javascript:alert(1)",
        ] {
            assert!(web_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn log_levels_are_words_or_directives() {
        assert!(
            ["info", "WARN", "info,certctl_scheduler=debug", "certctl[job]=debug"]
                .iter()
                .all(|text| log_level(text).is_ok())
        );
        assert!(["loud", "info,certctl=loud", "verbose"].iter().all(|text| log_level(text).is_err()));
    }
}
