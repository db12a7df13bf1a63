//! The files of the console in memory.

use actix_web::web::Bytes;
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

/// The name of the page.
const INDEX: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Embedded;

/// The folder below `web/dist` that a build makes anew. The one above is always there.
const BUILT: &str = "console/";

/// One file.
#[derive(Clone)]
pub(crate) struct Asset {
    pub(crate) content: Bytes,
    pub(crate) entity_tag: String,
}

/// Every file, by its path without a slash in front.
#[derive(Clone, Default)]
pub struct Assets(BTreeMap<String, Asset>);

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Assets {
    /// What was built in `web/`; empty when nothing was.
    pub fn embedded() -> Self {
        let files = Embedded::iter().filter_map(|path| {
            let name = path.strip_prefix(BUILT).filter(|name| !name.starts_with('.'))?;
            let file = Embedded::get(&path)?;
            let entity_tag = entity_tag(&file.metadata.sha256_hash());
            Some((name.to_owned(), Asset { content: bytes(file.data), entity_tag }))
        });
        Self(files.collect())
    }

    /// These files, for tests. Their contents are their tags.
    pub fn of(files: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let asset = |text: &'static str| Asset {
            content: Bytes::from_static(text.as_bytes()),
            entity_tag: entity_tag(text.as_bytes()),
        };
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), asset(text))).collect())
    }

    /// Whether there is a console.
    pub fn is_built(&self) -> bool {
        self.0.contains_key(INDEX)
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Asset> {
        self.0.get(path)
    }

    pub(crate) fn index(&self) -> Option<&Asset> {
        self.get(INDEX)
    }

    /// Paths of everything that is asked for by its name.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        let compressed =
            |path: &str| path.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "br" | "gz"));
        self.0.keys().map(String::as_str).filter(move |path| *path != INDEX && !compressed(path))
    }
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

fn entity_tag(hash: &[u8]) -> String {
    let mut tag = String::from("\"");
    for byte in hash.iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}
