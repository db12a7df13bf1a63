//! Where environment variables come from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

/// A set of environment variables.
pub trait EnvSource: fmt::Debug {
    /// The value of `name`, if set.
    fn get(&self, name: &str) -> Option<OsString>;
    /// The names of all variables that are valid Unicode.
    fn names(&self) -> Vec<String>;
}

/// The environment of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEnv;

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
impl EnvSource for OsEnv {
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn names(&self) -> Vec<String> {
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
    }
}

/// A fixed set of variables, for tests and embedding. `Debug` shows the names only.
#[derive(Clone, Default)]
pub struct MapEnv(BTreeMap<String, OsString>);

impl MapEnv {
    /// Adds or replaces one variable.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

impl<N: Into<String>, V: Into<OsString>> FromIterator<(N, V)> for MapEnv {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl EnvSource for MapEnv {
    fn get(&self, name: &str) -> Option<OsString> {
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

impl fmt::Debug for MapEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
