//! The text part of a digest.

use super::collect::Contents;
use super::layout::{FOOTER, figures, introduction, sections, title};

pub(super) fn body(contents: &Contents) -> String {
    let mut lines = vec![title(contents), introduction(contents), String::new()];
    lines.extend(figures(contents).iter().map(|figure| format!("{}: {}", figure.label, figure.value)));
    for section in sections(contents) {
        lines.push(String::new());
        lines.push(section.title.to_uppercase());
        if section.rows.is_empty() {
            lines.push(section.empty.to_owned());
        }
        lines.extend(section.rows.iter().map(|row| format!("- {}", row.cells.join(" | "))));
        if section.more > 0 {
            lines.push(format!("and {} more", section.more));
        }
    }
    lines.push(String::new());
    lines.push(FOOTER.to_owned());
    lines.join("\n")
}
