//! What comes from the user: bodies from files and `--set`, secrets, spans of time, answers.

use crate::exit::Usage;
use anyhow::{Context as _, anyhow};
use clap::ArgMatches;
use serde_json::{Map, Value};
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::time::Duration;

/// Largest file that is read as a body.
const FILE_LIMIT: u64 = 64 << 20;

/// Reads `90s`, `5m`, `2h`, `1d`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "use a time span such as 90s, 5m, 2h or 1d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u64 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_not_a_number| wrong())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read(name: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    if name == "-" {
        std::io::stdin().take(FILE_LIMIT).read_to_string(&mut text).context("cannot read standard input")?;
    } else {
        let file = std::fs::File::open(name).with_context(|| format!("cannot open {name}"))?;
        file.take(FILE_LIMIT).read_to_string(&mut text).with_context(|| format!("cannot read {name}"))?;
    }
    Ok(text)
}

/// A file as JSON or YAML; JSON is YAML, but its parser's messages are better.
pub(crate) fn read_object(name: &str) -> anyhow::Result<Map<String, Value>> {
    let text = read(name)?;
    let value: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).with_context(|| format!("{name} is not valid JSON"))?
    } else {
        serde_saphyr::from_str(&text).with_context(|| format!("{name} is not valid YAML"))?
    };
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(anyhow!(Usage(format!("{name} must hold one object with fields")))),
    }
}

/// The body from `--file`, `--set` and `--unset`.
pub(crate) fn body(matches: &ArgMatches, unset: bool) -> anyhow::Result<Map<String, Value>> {
    let mut fields = match matches.get_one::<String>("file") {
        Some(name) => read_object(name)?,
        None => Map::new(),
    };
    for text in matches.get_many::<String>("set").into_iter().flatten() {
        let (path, value) =
            text.split_once('=').ok_or_else(|| anyhow!(Usage(format!("--set {text}: use FIELD=VALUE"))))?;
        set(&mut fields, path, parse(value))?;
    }
    if unset {
        for path in matches.get_many::<String>("unset").into_iter().flatten() {
            set(&mut fields, path, Value::Null)?;
        }
    }
    if fields.is_empty() {
        return Err(anyhow!(Usage(
            "nothing to send; name fields with --set FIELD=VALUE or --file FILE".to_owned()
        )));
    }
    Ok(fields)
}

/// JSON where it is JSON, else text: `true`, `30`, `["a"]`, `web`.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_text| Value::String(text.to_owned()))
}

fn set(fields: &mut Map<String, Value>, path: &str, value: Value) -> anyhow::Result<()> {
    let Some((first, rest)) = path.split_once('.') else {
        fields.insert(path.to_owned(), value);
        return Ok(());
    };
    match fields.entry(first).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(inner) => set(inner, rest, value),
        _ => Err(anyhow!(Usage(format!("{first} is not an object, so {path} cannot be set")))),
    }
}

/// A secret from a file, or asked for without echo.
pub(crate) fn secret(file: Option<&str>, prompt: &str) -> anyhow::Result<String> {
    let text = match file {
        Some(name) => read(name)?,
        None if std::io::stdin().is_terminal() => {
            rpassword::prompt_password(format!("{prompt}: ")).context("cannot read from the terminal")?
        }
        None => read("-")?,
    };
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks on a terminal; elsewhere `--yes` is demanded.
pub(crate) fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(anyhow!(Usage(format!("{question} Say so with --yes."))));
    }
    crate::output::prompt(&format!("{question} [y/N] "))?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("cannot read from the terminal")?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(anyhow!(Usage("not confirmed; nothing was done".to_owned())))
    }
}

/// Writes a private file, all or nothing.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_strictly() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2h"), Ok(Duration::from_hours(2)));
        for wrong in ["", "s", "5", "5 m", "-5m", "5w", "99999999999999999999d", "ä"] {
            assert!(span(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn fields_are_set_by_path_and_keep_their_types() {
        let mut fields = Map::new();
        for (path, value) in
            [("name", "web"), ("tags.env", "prod"), ("tags.n", "\"1\""), ("enabled", "false")]
        {
            set(&mut fields, path, parse(value)).unwrap();
        }
        let expected =
            serde_json::json!({"name": "web", "tags": {"env": "prod", "n": "1"}, "enabled": false});
        assert_eq!(Value::Object(fields.clone()), expected);
        assert!(set(&mut fields, "name.first", Value::Null).is_err());
    }
}
