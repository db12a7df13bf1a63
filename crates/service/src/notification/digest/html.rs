//! The HTML of a digest: a whole document with inline styles, no scripts, no images, no links.
//! Whatever comes from the database is escaped.

use super::collect::Contents;
use super::layout::{FOOTER, Figure, Section, Tone, figures, introduction, sections, title};
use std::fmt::{Arguments, Write};

pub(super) fn page(contents: &Contents) -> String {
    let mut page = Page(String::new());
    page.put(format_args!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\n\
         <body style=\"margin:0;padding:24px;background:#f4f5f7;color:#1b1f24;\
         font:15px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif\">\n\
         <div style=\"max-width:640px;margin:0 auto;padding:24px;background:#ffffff;border-radius:6px\">\n\
         <h1 style=\"margin:0 0 4px;font-size:20px\">{title}</h1>\n\
         <p style=\"margin:0 0 16px;color:#57606a\">{introduction}</p>\n",
        title = escape(&title(contents)),
        introduction = escape(&introduction(contents)),
    ));
    page.figures(&figures(contents));
    for section in sections(contents) {
        page.section(&section);
    }
    page.put(format_args!(
        "<p style=\"margin:24px 0 0;font-size:13px;color:#57606a\">{}</p>\n</div>\n</body></html>\n",
        escape(FOOTER)
    ));
    page.0
}

struct Page(String);

impl Page {
    fn put(&mut self, what: Arguments<'_>) {
        // Writing to a text does not fail.
        let _written = self.0.write_fmt(what);
    }

    /// Cards, three in a row, as a table: mail programs know nothing else.
    fn figures(&mut self, figures: &[Figure]) {
        self.put(format_args!(
            "<table role=\"presentation\" style=\"width:100%;border-collapse:separate;border-spacing:6px\">\n"
        ));
        for cards in figures.chunks(3) {
            self.put(format_args!("<tr>"));
            for card in cards {
                self.put(format_args!(
                    "<td style=\"width:33%;padding:8px 12px;background:#f4f5f7;border-radius:4px\">\
                     <div style=\"font-size:22px;font-weight:600;color:{}\">{}</div>\
                     <div style=\"font-size:13px;color:#57606a\">{}</div></td>",
                    colour(card.tone),
                    card.value,
                    escape(card.label)
                ));
            }
            self.put(format_args!("</tr>\n"));
        }
        self.put(format_args!("</table>\n"));
    }

    fn section(&mut self, section: &Section) {
        self.put(format_args!(
            "<h2 style=\"margin:24px 0 8px;font-size:16px\">{}</h2>\n",
            escape(section.title)
        ));
        if section.rows.is_empty() {
            self.put(format_args!("<p style=\"margin:0;color:#57606a\">{}</p>\n", escape(section.empty)));
            return;
        }
        self.put(format_args!("<table style=\"width:100%;border-collapse:collapse;font-size:14px\">\n<tr>"));
        for column in section.columns {
            self.put(format_args!(
                "<th scope=\"col\" style=\"padding:4px 8px 4px 0;text-align:left;color:#57606a;\
                 border-bottom:1px solid #d0d7de\">{}</th>",
                escape(column)
            ));
        }
        self.put(format_args!("</tr>\n"));
        for row in &section.rows {
            let [first, second, last] = &row.cells;
            let cell = "padding:4px 8px 4px 0;vertical-align:top;word-break:break-word;border-bottom:1px solid #eaeef2";
            self.put(format_args!(
                "<tr><td style=\"{cell}\">{}</td><td style=\"{cell};white-space:nowrap\">{}</td>\
                 <td style=\"{cell};color:{}\">{}</td></tr>\n",
                escape(first),
                escape(second),
                colour(row.tone),
                escape(last)
            ));
        }
        self.put(format_args!("</table>\n"));
        if section.more > 0 {
            self.put(format_args!(
                "<p style=\"margin:8px 0 0;color:#57606a\">and {} more</p>\n",
                section.more
            ));
        }
    }
}

const fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "#1b1f24",
        Tone::Good => "#1a7f37",
        Tone::Warning => "#9a6700",
        Tone::Danger => "#cf222e",
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
            c => escaped.push(c),
        }
    }
    escaped
}
