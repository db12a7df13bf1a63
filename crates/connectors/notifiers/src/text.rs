//! Text of strangers, made fit for the places it is shown at. Names of certificates, hosts and
//! owners come from outside, so nothing in them may act as markup, as a header or on a terminal.

use certctl_connector_api::notifier::Message;
use certctl_domain::notification::IncidentPhase;

/// Facts beyond these are left out: channels show a handful.
const MOST_FACTS: usize = 10;
const LONGEST_LABEL: usize = 80;
const LONGEST_VALUE: usize = 250;

/// A message as every channel needs it: free of control characters and bounded.
#[derive(Debug)]
pub(crate) struct Told {
    /// One line.
    pub(crate) subject: String,
    /// Several lines, ended by LF.
    pub(crate) body: String,
    /// Labels and values, one line each.
    pub(crate) facts: Vec<(String, String)>,
    /// `http` or `https` URL.
    pub(crate) link: Option<String>,
    /// Kind, urgency, object and time in one line.
    pub(crate) about: String,
    /// Whether it ends an incident.
    pub(crate) resolved: bool,
}

impl Told {
    pub(crate) fn new(message: &Message) -> Self {
        let resolved = message.incident.as_ref().is_some_and(|one| one.phase == IncidentPhase::Resolve);
        let state = if resolved { "resolved" } else { message.severity.as_str() };
        let subject = clip(&line(&message.story.subject), 200);
        let short = |text: &str, limit| clip(&line(text), limit);
        let facts = message.story.facts.iter().take(MOST_FACTS);
        Self {
            // Services refuse messages without one.
            subject: if subject.is_empty() { message.kind.as_str().to_owned() } else { subject },
            body: lines(&message.story.message),
            facts: facts
                .map(|one| (short(&one.label, LONGEST_LABEL), short(&one.value, LONGEST_VALUE)))
                .collect(),
            link: message.link.as_deref().and_then(web_link),
            about: format!(
                "{} · {state} · {} · {}",
                message.kind.as_str(),
                clip(&object(message), LONGEST_VALUE),
                message.occurred_at
            ),
            resolved,
        }
    }
}

/// Kind and id of the object, for example `certificate mc-web`.
pub(crate) fn object(message: &Message) -> String {
    line(&format!("{} {}", message.resource_type, message.resource_id))
}

/// The key by which on-call services recognise an incident, at most `longest` characters.
pub(crate) fn incident_key(message: &Message, longest: usize) -> String {
    let key = match &message.incident {
        Some(incident) => format!("certctl/{}", incident.key),
        None => message.dedup_key.clone(),
    };
    // Cut keys could meet; digests do not.
    if key.encode_utf16().count() <= longest && line(&key) == key {
        key
    } else {
        format!("certctl/sha256-{}", certctl_crypto::sha256_hex(key.as_bytes()))
    }
}

/// One line: line ends and other control characters become spaces, and characters that turn the
/// reading direction around go.
pub(crate) fn line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_control() || is_line_end(c) { ' ' } else { c });
    spaced.filter(|c| !turns_direction(*c)).collect::<String>().trim().to_owned()
}

/// The same for text of several lines.
pub(crate) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let spaced = text.chars().map(|c| match c {
        '\n' => '\n',
        _ if is_line_end(c) => '\n',
        _ if c.is_control() => ' ',
        _ => c,
    });
    spaced.filter(|c| !turns_direction(*c)).collect::<String>().trim().to_owned()
}

const fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}')
}

const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// At most `limit` UTF-16 units, the strictest way in which services count, with an ellipsis when
/// something is left out.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(1);
    let mut kept: String = text
        .chars()
        .take_while(|c| room.checked_sub(c.len_utf16()).map(|rest| room = rest).is_some())
        .collect();
    kept.push('…');
    kept
}

/// Cuts text into pieces of at most `limit` units of `width`, at line ends where they are near
/// enough. At most `most` pieces; the last one says that something is missing.
pub(crate) fn pieces(text: &str, limit: usize, most: usize, width: fn(char) -> usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if pieces.len() == most {
            if let Some(last) = pieces.last_mut() {
                *last = format!("{}\n…", fitting(last, limit.saturating_sub(2), width).0);
            }
            break;
        }
        let (piece, after) = fitting(rest, limit, width);
        pieces.push(piece.to_owned());
        rest = after;
    }
    pieces
}

/// The longest beginning within `limit`, and what comes after it.
fn fitting(text: &str, limit: usize, width: fn(char) -> usize) -> (&str, &str) {
    let mut used = 0;
    let over = text.char_indices().find(|(_, c)| {
        used += width(*c);
        used > limit
    });
    let Some((end, _)) = over else { return (text, "") };
    let (fits, _) = text.split_at(end);
    // A line end in the second half is better than the middle of a word.
    match fits.rfind('\n').filter(|at| *at > end / 2) {
        Some(at) => (text.split_at(at).0, text.split_at(at + 1).1),
        None => text.split_at(end),
    }
}

fn web_link(link: &str) -> Option<String> {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>\"|\\^`{}".contains(c);
    let web = link.starts_with("https://") || link.starts_with("http://");
    (web && link.len() <= 2000 && link.chars().all(plain)).then(|| link.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_direction_marks_do_not_get_through() {
        assert_eq!(line("a\r\nBcc: x\u{0}\u{7f}\u{2028}b\u{202e}c"), "a  Bcc: x   bc");
        assert_eq!(lines("a\r\nb\rc\u{1b}[31m\u{2029}d\u{2066}\n"), "a\nb c [31m\nd");
    }

    #[test]
    fn clipped_text_keeps_whole_characters_and_says_so() {
        assert_eq!(clip("short", 5), "short");
        assert_eq!(clip("longer", 5), "long…");
        assert_eq!(clip("😀😀😀", 4), "😀…");
        assert_eq!(clip("äöü", 2), "ä…");
    }

    #[test]
    fn long_text_is_cut_at_line_ends_and_its_end_is_marked() {
        let one: fn(char) -> usize = |_| 1;
        assert_eq!(pieces("ab\ncd\nef", 6, 5, one), ["ab\ncd", "ef"]);
        assert_eq!(pieces("abcdefgh", 3, 5, one), ["abc", "def", "gh"]);
        assert_eq!(pieces("abcdefgh", 3, 2, one), ["abc", "d\n…"]);
        assert_eq!(pieces("", 3, 2, one), Vec::<String>::new());
        let heavy: fn(char) -> usize = |c| if c == '&' { 5 } else { 1 };
        assert_eq!(pieces("&&a", 10, 5, heavy), ["&&", "a"]);
    }

    #[test]
    fn only_web_links_without_markup_are_shown() {
        assert!(web_link("https://certctl.example.com/certificates/mc-web?tab=1&b=2").is_some());
        for bad in
            ["javascript:alert(1)", "https://a/|x", "https://a/>x", "https://a/ b", "https://a/\nb", "//a"]
        {
            assert_eq!(web_link(bad), None, "{bad:?}");
        }
    }
}
