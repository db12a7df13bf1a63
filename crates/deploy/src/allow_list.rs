//! What the host lets targets do, whatever the server asks for.
//!
//! Whoever controls the server chooses the commands and the paths of targets. The file that
//! [`AllowList`] reads belongs to the host, so its administrator has the last word.

use crate::Error;
use crate::destination::{check_directory, is_foreign};
use crate::error::at;
use async_trait::async_trait;
use certctl_connector_api::command::{Argv, ArgvError, CommandError, CommandOutput, CommandRunner};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Why an allow-list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AllowListError {
    /// It cannot be read, or others may replace it.
    #[error(transparent)]
    File(#[from] Error),
    /// Another user could allow what the administrator did not.
    #[error("{} belongs to user {owner}; give it to root or to the agent's user", path.display())]
    ForeignOwner {
        /// File.
        path: PathBuf,
        /// User id of its owner.
        owner: u32,
    },
    /// Others could allow what the administrator did not.
    #[error("{} has mode {mode:04o}, so others can change it; run `chmod go-w` on it", path.display())]
    Writable {
        /// File.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
    },
    /// It is not the TOML that is expected. The line is not quoted: when a wrong file was named, it
    /// may hold a secret.
    #[error("{} is not a list of allowed commands: {reason}", path.display())]
    Syntax {
        /// File.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// An entry cannot be run.
    #[error("{}: the entry `{name}` is refused", path.display())]
    Command {
        /// File.
        path: PathBuf,
        /// Name of the entry.
        name: String,
        /// Cause.
        #[source]
        source: ArgvError,
    },
    /// TOML takes a key below `[commands]` for a command, and the paths would stay open.
    #[error("{}: `allowed_paths` stands below [commands]; move it above that line", path.display())]
    MisplacedPaths {
        /// File.
        path: PathBuf,
    },
    /// An allowed path does not mean one place.
    #[error("{}: the allowed path {} is not absolute or holds `..`", path.display(), allowed.display())]
    Path {
        /// File.
        path: PathBuf,
        /// Allowed path.
        allowed: PathBuf,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    allowed_paths: Option<Vec<PathBuf>>,
    commands: BTreeMap<String, Vec<String>>,
}

/// The commands that may run and the paths that may be written, as a file of the host says.
#[derive(Debug, Clone)]
pub struct AllowList {
    file: PathBuf,
    commands: BTreeMap<String, Argv>,
    paths: Option<Vec<PathBuf>>,
}

impl AllowList {
    /// Reads `file`, after making sure that only root and the agent's user can change it.
    pub fn load(file: &Path) -> Result<Self, AllowListError> {
        let path = file.to_owned();
        let real = at("find", file, fs::canonicalize(file))?;
        check_directory(real.parent().unwrap_or(&real))?;
        let mut opened = at("open", file, File::open(&real))?;
        let metadata = at("look at", file, opened.metadata())?;
        if !metadata.is_file() {
            return Err(Error::NotAFile { path }.into());
        }
        if is_foreign(metadata.uid()) {
            return Err(AllowListError::ForeignOwner { path, owner: metadata.uid() });
        }
        if metadata.mode() & 0o022 != 0 {
            return Err(AllowListError::Writable { path, mode: metadata.mode() & 0o7777 });
        }
        let mut text = String::new();
        at("read", file, opened.read_to_string(&mut text))?;
        Self::parse(path, &text)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, AllowListError> {
        let document: Document = match toml::from_str(text) {
            Ok(document) => document,
            Err(error) => return Err(AllowListError::Syntax { path, reason: error.message().to_owned() }),
        };
        if document.commands.contains_key("allowed_paths") {
            return Err(AllowListError::MisplacedPaths { path });
        }
        let unclear = |allowed: &&PathBuf| {
            !allowed.is_absolute() || allowed.components().any(|c| c == Component::ParentDir)
        };
        if let Some(allowed) = document.allowed_paths.iter().flatten().find(unclear) {
            return Err(AllowListError::Path { path, allowed: allowed.clone() });
        }
        let mut commands = BTreeMap::new();
        for (name, words) in document.commands {
            match Argv::new(words) {
                Ok(command) => commands.insert(name, command),
                Err(source) => return Err(AllowListError::Command { path, name, source }),
            };
        }
        Ok(Self { file: path, commands, paths: document.allowed_paths })
    }

    /// The file it came from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Names of the commands, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.commands.keys().map(String::as_str)
    }

    /// Directories below which targets may have files; `None` when every place is allowed.
    pub fn paths(&self) -> Option<&[PathBuf]> {
        self.paths.as_deref()
    }

    /// What runs when a target asks for `command`: the entry it names with a single word, or the
    /// entry that is the same word for word.
    pub fn resolve(&self, command: &Argv) -> Result<&Argv, CommandError> {
        let named = self.commands.get(command.program()).filter(|_| command.arguments().is_empty());
        let same = || self.commands.values().find(|allowed| *allowed == command);
        named.or_else(same).ok_or_else(|| {
            let words =
                std::iter::once(command.program().to_owned()).chain(command.arguments().iter().cloned());
            CommandError::NotAllowed {
                command: command.to_string(),
                entry: toml::Value::Array(words.map(toml::Value::String).collect()).to_string(),
                rules: self.file.clone(),
            }
        })
    }
}

/// Lets `inner` run what `rules` allow, and nothing else.
#[derive(Debug)]
pub struct AllowedCommands<R> {
    inner: R,
    rules: AllowList,
}

impl<R> AllowedCommands<R> {
    /// Restricts `inner`.
    pub const fn new(inner: R, rules: AllowList) -> Self {
        Self { inner, rules }
    }
}

#[async_trait]
impl<R: CommandRunner> CommandRunner for AllowedCommands<R> {
    fn permits(&self, command: &Argv) -> Result<(), CommandError> {
        self.inner.permits(self.rules.resolve(command)?)
    }

    async fn run(&self, command: &Argv, limit: Duration) -> Result<CommandOutput, CommandError> {
        self.inner.run(self.rules.resolve(command)?, limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "/etc/certctl/agent-commands.toml";
    const NGINX: &str = "[commands]\ntest = [\"/usr/sbin/nginx\", \"-t\"]\nnginx = [\"/usr/sbin/nginx\"]\n";

    fn parse(text: &str) -> Result<AllowList, AllowListError> {
        AllowList::parse(FILE.into(), text)
    }

    #[test]
    fn a_command_is_the_name_of_an_entry_or_the_same_word_for_word() {
        let rules = parse(NGINX).unwrap();
        assert_eq!(rules.names().collect::<Vec<_>>(), ["nginx", "test"]);
        for (asked, runs) in [
            ("test", Some("/usr/sbin/nginx -t")),
            ("/usr/sbin/nginx -t", Some("/usr/sbin/nginx -t")),
            ("nginx", Some("/usr/sbin/nginx")),
            ("/usr/sbin/nginx", Some("/usr/sbin/nginx")),
            ("test -c", None),
            ("nginx -t", None),
            ("/usr/sbin/nginx -t -q", None),
            ("TEST", None),
            ("sh", None),
        ] {
            let found = rules.resolve(&Argv::parse(asked).unwrap()).ok().map(ToString::to_string);
            assert_eq!(found.as_deref(), runs, "{asked}");
        }
        let glued = Argv::new(vec!["/usr/sbin/nginx -t".to_owned()]).unwrap();
        assert!(rules.resolve(&glued).is_err(), "words are compared, not the text they make");
    }

    #[test]
    fn a_refusal_names_the_command_the_file_and_what_to_add() {
        let command = Argv::parse("nginx -s stop").unwrap();
        let refusal = parse(NGINX).unwrap().resolve(&command).unwrap_err().to_string();
        for part in ["`nginx -s stop`", FILE, r#"["nginx", "-s", "stop"]"#, "[commands]"] {
            assert!(refusal.contains(part), "{refusal}");
        }
    }

    #[test]
    fn files_that_could_be_understood_in_two_ways_are_refused() {
        for text in [
            "",
            "allowed_paths = [\"/etc\"]",
            "[commands]\na = \"nginx -t\"",
            "[commands]\na = []",
            "[commands]\na = [\"\"]",
            "[command]\na = [\"x\"]",
            "allowed_path = []\n[commands]",
            "allowed_paths = [\"tls\"]\n[commands]",
            "allowed_paths = [\"/etc/nginx/../..\"]\n[commands]",
            "[commands]\nallowed_paths = [\"/etc/nginx/tls\"]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let closed = parse("allowed_paths = []\n[commands]").unwrap();
        assert_eq!((closed.paths(), closed.names().count()), (Some([].as_slice()), 0));
    }
}
