//! Database URLs that cannot print their password.

use crate::value::Refusal;
use certctl_crypto::SecretString;
use std::fmt;
use std::path::Path;

/// Database engine of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one server process.
    Sqlite,
    /// Any number of server processes.
    Postgres,
}

/// A database URL. `Display` and `Debug` replace the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    engine: Engine,
    text: SecretString,
}

impl DatabaseUrl {
    /// The embedded database at `path`.
    pub(crate) fn sqlite(path: &Path) -> Self {
        Self { engine: Engine::Sqlite, text: SecretString::new(format!("sqlite:{}", path.display())) }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let engine = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Engine::Postgres
        } else {
            match text.strip_prefix("sqlite:").map(without_slashes) {
                Some("") => return Err(Refusal::because("the path is empty")),
                Some(path) if path.contains(":memory:") => {
                    return Err(Refusal::because(
                        "a database in memory would be lost and cannot be shared by connections",
                    ));
                }
                Some(_path) => Engine::Sqlite,
                None => {
                    return Err(Refusal::because("the scheme is neither sqlite, postgres nor postgresql"));
                }
            }
        };
        Ok(Self { engine, text: SecretString::new(text) })
    }

    /// The engine.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The whole URL with its password, for the driver only.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// The file of an embedded database.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match self.engine {
            Engine::Sqlite => {
                self.text.expose().strip_prefix("sqlite:").map(|path| Path::new(without_slashes(path)))
            }
            Engine::Postgres => None,
        }
    }
}

/// `sqlite://relative` and `sqlite:///absolute` mean the same as without the two slashes.
fn without_slashes(path: &str) -> &str {
    path.strip_prefix("//").unwrap_or(path)
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.expose();
        let Some((scheme, rest)) = text.split_once("://").filter(|_| self.engine == Engine::Postgres) else {
            return f.write_str(text);
        };
        // The last `@` ends the user part: a password may contain an unescaped `@`, `/` or `?`, and
        // showing too little of the rest is better than showing too much of it.
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        write!(f, "{scheme}://")?;
        match user.map(|user| user.split_once(':').map_or((user, false), |(name, _password)| (name, true))) {
            Some((name, true)) => write!(f, "{name}:[redacted]@")?,
            Some((name, false)) => write!(f, "{name}@")?,
            None => {}
        }
        let (host, query) = place.split_once('?').map_or((place, None), |(host, query)| (host, Some(query)));
        f.write_str(host)?;
        let parameters = query.into_iter().flat_map(|query| query.split('&'));
        for (index, parameter) in parameters.enumerate() {
            f.write_str(if index == 0 { "?" } else { "&" })?;
            match parameter.split_once('=') {
                Some((name, _secret)) if name.contains("password") => write!(f, "{name}=[redacted]")?,
                _ => f.write_str(parameter)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        for (url, shown) in [
            (
                "postgres://u:secret@h:5432/db?sslmode=verify-full",
                "postgres://u:[redacted]@h:5432/db?sslmode=verify-full",
            ),
            ("postgresql://u:s@cre/t@h/db", "postgresql://u:[redacted]@h/db"),
            ("postgres://u:sec?ret@h/db", "postgres://u:[redacted]@h/db"),
            ("postgres://u@h/db", "postgres://u@h/db"),
            (
                "postgres://h/db?user=u&password=secret&sslpassword=secret",
                "postgres://h/db?user=u&password=[redacted]&sslpassword=[redacted]",
            ),
            ("postgres://h1,h2/db", "postgres://h1,h2/db"),
        ] {
            let url = DatabaseUrl::parse(url).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
            assert_eq!((url.engine(), url.sqlite_path()), (Engine::Postgres, None));
        }
    }

    #[test]
    fn sqlite_urls_name_a_file() {
        for (url, path) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite://a.db", "a.db"),
            ("sqlite:///v/a.db", "/v/a.db"),
            ("sqlite:/v/a.db", "/v/a.db"),
        ] {
            assert_eq!(DatabaseUrl::parse(url).unwrap().sqlite_path(), Some(Path::new(path)), "{url}");
        }
        let default = DatabaseUrl::sqlite(Path::new("/var/lib/certctl/certctl.db"));
        assert_eq!(default.to_string(), "sqlite:/var/lib/certctl/certctl.db");
    }

    #[test]
    fn other_databases_are_refused() {
        for url in ["mysql://u:p@h/db", "certctl.db", "sqlite:", "sqlite://", "sqlite::memory:", ""] {
            assert!(DatabaseUrl::parse(url).is_err(), "{url}");
        }
    }
}
