//! API keys that are declared in the configuration.

use crate::value::{Refusal, list};
use certctl_crypto::SecretString;

/// One declared API key. A name may come with several keys, so that a key can be rotated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// Actor name: letters, digits, `_` and `-`.
    pub name: String,
    /// The key.
    pub secret: SecretString,
    /// Whether it may administer.
    pub admin: bool,
}

/// Reads `name:key[:admin], …`. Everything wrong is reported at once; no key is quoted.
pub(crate) fn named_keys(text: &str) -> Result<Vec<NamedKey>, Refusal> {
    let mut keys: Vec<NamedKey> = Vec::new();
    let mut problems = Vec::new();
    for (index, entry) in list(text).enumerate() {
        let place = index + 1;
        match named_key(entry) {
            Err(problem) => problems.push(format!("entry {place} {problem}")),
            Ok(key) => {
                let same_name = || keys.iter().filter(|other| other.name == key.name);
                if same_name().any(|other| other.secret == key.secret) {
                    problems.push(format!("entry {place} repeats a key of `{}`", key.name));
                } else if same_name().any(|other| other.admin != key.admin) {
                    problems
                        .push(format!("entry {place} gives `{}` both an admin and another key", key.name));
                } else {
                    keys.push(key);
                }
            }
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(Refusal::because(problems.join("; "))) }
}

fn named_key(entry: &str) -> Result<NamedKey, &'static str> {
    let mut fields = entry.split(':');
    let (name, secret) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    if name.is_empty()
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    {
        return Err("has a name with other characters than letters, digits, `_` and `-`");
    }
    if secret.is_empty() {
        return Err("has no key");
    }
    let admin = match (fields.next(), fields.next()) {
        (None, _) => false,
        (Some("admin"), None) => true,
        _ => return Err("has a third part that is not `admin`; keys cannot contain `:` or `,`"),
    };
    Ok(NamedKey { name: name.to_owned(), secret: SecretString::new(secret), admin })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keys_and_roles_are_read() {
        let keys = named_keys("ops:k-1:admin, ci_bot:k-2 ,ops:k-3:admin,").unwrap();
        let read: Vec<(&str, &str, bool)> =
            keys.iter().map(|key| (key.name.as_str(), key.secret.expose(), key.admin)).collect();
        assert_eq!(read, [("ops", "k-1", true), ("ci_bot", "k-2", false), ("ops", "k-3", true)]);
    }

    #[test]
    fn all_wrong_entries_are_reported_and_no_key_is_quoted() {
        let refusal =
            named_keys("a b:hush-1,ok:hush-2,x:,ok:hush-2,ok:hush-3:admin,y:hush-4:root,z").unwrap_err();
        let reason = refusal.reason.unwrap();
        assert!(!reason.contains("hush"), "{reason}");
        for entry in [
            "entry 1 has a name",
            "entry 3 has no key",
            "entry 4 repeats",
            "entry 5 gives `ok` both",
            "entry 6 has a third",
            "entry 7 has no key",
        ] {
            assert!(reason.contains(entry), "{entry}: {reason}");
        }
    }
}
