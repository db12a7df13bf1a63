//! API keys.

use crate::noun::{Noun, Verb, text, time};

pub(crate) const API_KEYS: Noun = Noun {
    name: "api-keys",
    aliases: &["api-key", "keys"],
    one: "API key",
    about: "Keys of persons and machines",
    path: "api-keys",
    verbs: &[Verb::List, Verb::Get, Verb::Create, Verb::Delete],
    filters: &[],
    columns: &[
        text("ID", "/id"),
        text("NAME", "/name"),
        text("ROLE", "/role"),
        text("IDENTITY", "/identity"),
        time("EXPIRES", "/expires_at"),
        time("LAST USED", "/last_used_at"),
        time("REVOKED", "/revoked_at"),
    ],
    actions: &[],
};
