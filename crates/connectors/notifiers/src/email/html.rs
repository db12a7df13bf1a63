//! The HTML part. Mail programs know inline styles only; everything that comes from outside is escaped.

use certctl_connector_api::notifier::Message;
use certctl_domain::notification::AlertSeverity;
use std::fmt::Write;

/// The HTML of a message: the one it brings, or one that is made of its story.
pub(super) fn body(message: &Message) -> String {
    if let Some(html) = &message.story.html {
        return html.clone();
    }
    let story = &message.story;
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body style=\"margin:0;padding:24px;background:#f4f5f7;color:#1b1f24;\
         font:15px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif\">\n\
         <div style=\"max-width:640px;margin:0 auto;padding:24px;background:#ffffff;border-radius:6px;\
         border-top:4px solid {colour}\">\n\
         <h1 style=\"margin:0 0 16px;font-size:18px;line-height:1.35\">{title}</h1>\n",
        title = escape(&story.subject),
        colour = colour(message.severity),
    );
    for paragraph in story.message.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        let lines: Vec<_> = paragraph.trim_matches('\n').lines().map(escape).collect();
        put(&mut page, format_args!("<p style=\"margin:0 0 12px\">{}</p>\n", lines.join("<br>\n")));
    }
    if !story.facts.is_empty() {
        page.push_str("<table role=\"presentation\" style=\"border-collapse:collapse;margin:4px 0 16px\">\n");
        for fact in &story.facts {
            put(
                &mut page,
                format_args!(
                    "<tr><th style=\"padding:2px 16px 2px 0;text-align:left;vertical-align:top;font-weight:600;\
                     color:#57606a\">{}</th><td style=\"padding:2px 0;word-break:break-word\">{}</td></tr>\n",
                    escape(&fact.label),
                    escape(&fact.value)
                ),
            );
        }
        page.push_str("</table>\n");
    }
    if let Some(link) = message.link.as_deref().filter(|link| is_web(link)) {
        put(&mut page, format_args!("<p style=\"margin:0\"><a href=\"{0}\">{0}</a></p>\n", escape(link)));
    }
    page.push_str("</div>\n</body></html>\n");
    page
}

fn put(page: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    let _written = page.write_fmt(what);
}

/// A link is followed by a click, so it leads to a page and runs nothing.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

const fn colour(severity: AlertSeverity) -> &'static str {
    match severity {
        AlertSeverity::Informational => "#3b82f6",
        AlertSeverity::Warning => "#d97706",
        AlertSeverity::Critical => "#dc2626",
    }
}

/// Text that means itself in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}
