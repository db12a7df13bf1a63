//! Short forms of loading.

use certctl_config::{ConfigErrors, MapEnv, ServerConfig};

/// Loads from variables only.
pub(crate) fn load<const N: usize>(variables: [(&str, &str); N]) -> Result<ServerConfig, ConfigErrors> {
    ServerConfig::load(&variables.into_iter().collect::<MapEnv>(), None)
}

/// The one error of loading `variables`, as text.
pub(crate) fn only_error<const N: usize>(variables: [(&str, &str); N]) -> String {
    let errors = load(variables).unwrap_err();
    assert_eq!(errors.errors().len(), 1, "{errors}");
    errors.errors()[0].to_string()
}
