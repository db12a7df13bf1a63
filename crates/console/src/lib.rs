//! The web console: files that `npm run build` made in `web/`, held in the program and served with
//! what a browser needs to keep them apart from everything else.
//!
//! The sources are in `web/`. A build without Node has no console; it serves one page that says how
//! to get it. A debug build reads the files from the checkout when it starts.

mod assets;
mod serve;

pub use assets::Assets;
pub use serve::Console;
