//! Tables in Markdown, so that they can be pasted into the documentation.

use anyhow::{Context, Result};
use std::io::Write;
use std::time::Duration;

/// One line of output.
pub(crate) fn line(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("cannot write to standard output")
}

/// Prints `rows` under `heads`, columns aligned; the first column is text, the others are figures.
pub(crate) fn print(title: &str, heads: &[&str], rows: &[Vec<String>]) -> Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(String::len);
        cells.chain(heads.get(column).map(|head| head.len())).max().unwrap_or(0).max(3)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let format = |cells: Vec<&str>| {
        let cells = cells.into_iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    line(&format!("\n## {title}\n"))?;
    line(&format(heads.to_vec()))?;
    let rules: Vec<String> = widths
        .iter()
        .enumerate()
        .map(
            |(column, &width)| {
                if column == 0 { "-".repeat(width) } else { format!("{}:", "-".repeat(width - 1)) }
            },
        )
        .collect();
    line(&format(rules.iter().map(String::as_str).collect()))?;
    for row in rows {
        line(&format(row.iter().map(String::as_str).collect()))?;
    }
    Ok(())
}

/// A rate per second.
pub(crate) fn rate(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}/s") } else { format!("{value:.0}/s") }
}

/// A share of something.
pub(crate) fn share(part: f64, whole: f64) -> String {
    format!("{:.1} %", 100.0 * part / whole)
}

/// A short time.
pub(crate) fn time(span: Duration) -> String {
    let micros = span.as_secs_f64() * 1e6;
    if micros < 1_000.0 {
        format!("{micros:.0} µs")
    } else if micros < 1_000_000.0 {
        format!("{:.2} ms", micros / 1e3)
    } else {
        format!("{:.2} s", micros / 1e6)
    }
}

/// Bytes as mebibytes.
pub(crate) fn mebibytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a figure for people")]
    let bytes = bytes as f64;
    format!("{:.1} MiB", bytes / f64::from(1 << 20))
}
