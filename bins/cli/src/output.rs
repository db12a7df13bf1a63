//! What the user sees: tables for people; JSON, YAML and CSV for programs.

use crate::noun::{Column, Form, Part};
use anyhow::Context as _;
use certctl_client::Answer;
use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// The server's answer, unchanged.
    Json,
    /// The same as YAML.
    Yaml,
    /// Rows with a header line, for lists.
    Csv,
}

/// Writes answers to standard output in one format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    pub(crate) format: Format,
}

impl Printer {
    /// Rows below `rows` (a JSON pointer) of an answer; `total` is told below a table.
    pub(crate) fn rows(self, answer: &Answer, rows: &str, columns: &[Column]) -> anyhow::Result<()> {
        match self.format {
            Format::Json => verbatim(answer),
            _ => self.row_values(&answer.json()?, rows, columns),
        }
    }

    /// The same of a value that was put together here.
    pub(crate) fn row_values(self, value: &Value, rows: &str, columns: &[Column]) -> anyhow::Result<()> {
        let empty = Vec::new();
        let found = value.pointer(rows).and_then(Value::as_array).unwrap_or(&empty);
        match self.format {
            Format::Json => json(value),
            Format::Yaml => yaml(value),
            Format::Csv => csv_rows(found, columns),
            Format::Table => {
                let mut text = table(found, columns);
                if let Some(total) = value.get("total").and_then(Value::as_u64) {
                    let _ = writeln!(text, "Total: {total}");
                }
                write(&text)
            }
        }
    }

    /// Several arrays of one answer.
    pub(crate) fn parts(self, answer: &Answer, parts: &[Part]) -> anyhow::Result<()> {
        if matches!(self.format, Format::Json | Format::Yaml) {
            return self.object(answer);
        }
        let value = answer.json()?;
        let filled = parts.iter().filter_map(|part| {
            let rows = value.pointer(part.at)?.as_array()?;
            (!rows.is_empty()).then_some((part, rows))
        });
        for (nth, (part, rows)) in filled.enumerate() {
            if self.format == Format::Csv {
                // Rows of one sort only: CSV has one header.
                return csv_rows(rows, part.columns);
            }
            let space = if nth == 0 { "" } else { "\n" };
            write(&format!("{space}{}\n{}", part.title, table(rows, part.columns)))?;
        }
        Ok(())
    }

    /// One object, field by field.
    pub(crate) fn object(self, answer: &Answer) -> anyhow::Result<()> {
        match self.format {
            Format::Json => verbatim(answer),
            _ => self.object_value(&answer.json()?),
        }
    }

    /// The same of a value that was put together here.
    pub(crate) fn object_value(self, value: &Value) -> anyhow::Result<()> {
        match self.format {
            Format::Json => json(value),
            Format::Yaml => yaml(value),
            Format::Csv => csv_fields(value),
            Format::Table => write(&fields(value)),
        }
    }

    /// A sentence for people; programs see the exit code, or the server's answer.
    pub(crate) fn done(self, answer: &Answer, sentence: &str) -> anyhow::Result<()> {
        match self.format {
            Format::Table => write(&format!("{sentence}\n")),
            Format::Json | Format::Yaml if !answer.body.is_empty() => self.object(answer),
            _ => Ok(()),
        }
    }
}

fn verbatim(answer: &Answer) -> anyhow::Result<()> {
    let text = String::from_utf8_lossy(&answer.body);
    write(&format!("{}\n", text.trim_end()))
}

/// Writes to a file, private and whole, or to standard output for `-`.
pub(crate) fn raw(name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    if name == "-" {
        let mut out = std::io::stdout().lock();
        return out.write_all(bytes).and_then(|()| out.flush()).context("cannot write to standard output");
    }
    crate::input::write_private(Path::new(name), bytes)
}

/// Writes to standard output.
pub(crate) fn write(text: &str) -> anyhow::Result<()> {
    raw("-", text.as_bytes())
}

/// Writes a remark to standard error.
pub(crate) fn note(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes a question to standard error, without a line break.
pub(crate) fn prompt(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stderr().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to the terminal")
}

fn json(value: &Value) -> anyhow::Result<()> {
    write(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

fn yaml(value: &Value) -> anyhow::Result<()> {
    let text = serde_saphyr::to_string(value).context("cannot write YAML")?;
    write(&format!("{}\n", text.trim_end()))
}

fn table(rows: &[Value], columns: &[Column]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // Wrapped cells cannot be cut by other tools: only a terminal gets a width.
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    }
    table.set_header(columns.iter().map(|column| column.title));
    for row in rows {
        table.add_row(columns.iter().map(|column| cell(row, column)));
    }
    lines(&table)
}

fn fields(value: &Value) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                table.add_row([name.clone(), shown(value)]);
            }
        }
        other => {
            table.add_row([shown(other)]);
        }
    }
    lines(&table)
}

/// The lines of a table without blanks at their ends.
fn lines(table: &Table) -> String {
    table.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

/// The text of a cell. Control characters could change the terminal, so they are shown as escapes.
fn cell(row: &Value, column: &Column) -> String {
    let value = row.pointer(column.at).unwrap_or(&Value::Null);
    match (column.form, value) {
        (Form::Day, Value::String(text)) => text.get(..10).unwrap_or(text).to_owned(),
        (Form::Time, Value::String(text)) => text.get(..19).unwrap_or(text).replace('T', " "),
        (Form::Join, Value::Array(items)) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        (_, Value::Null) => "-".to_owned(),
        (_, other) => shown(other),
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    text.chars()
        .flat_map(|c| if c.is_control() && c != '\n' { c.escape_default().collect() } else { vec![c] })
        .collect()
}

fn csv_rows(rows: &[Value], columns: &[Column]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.at.trim_start_matches('/')))?;
    for row in rows {
        let plain = |column: &Column| match row.pointer(column.at) {
            None | Some(Value::Null) => String::new(),
            Some(value) => shown(value),
        };
        writer.write_record(columns.iter().map(plain))?;
    }
    raw("-", &writer.into_inner()?)
}

fn csv_fields(value: &Value) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["field", "value"])?;
    for (name, value) in value.as_object().into_iter().flatten() {
        writer.write_record([name.as_str(), &shown(value)])?;
    }
    raw("-", &writer.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_shows_what_is_there_and_a_dash_for_what_is_not() {
        let columns = [
            crate::noun::text("ID", "/id"),
            crate::noun::day("EXPIRES", "/expires_at"),
            crate::noun::join("SANS", "/sans"),
        ];
        let rows = [
            json!({"id": "mc-1", "expires_at": "2026-12-01T10:00:00Z", "sans": ["a.example", "b.example"]}),
            json!({"id": "mc-\u{1b}[31m"}),
        ];
        let text = table(&rows, &columns);
        let words: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words[0], ["ID", "EXPIRES", "SANS"]);
        assert_eq!(words[1], ["mc-1", "2026-12-01", "a.example,b.example"]);
        assert_eq!(words[2], ["mc-\\u{1b}[31m", "-", "-"]);
    }
}
