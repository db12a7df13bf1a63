//! Deployments seen from outside: what readers of the files find, whatever happens in between.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper that fails ends its test")]
#![expect(clippy::disallowed_methods, reason = "tests set up files, servers and programs themselves")]

mod allow_list;
mod crash;
mod files;
mod probing;
mod process;
mod sequence;
mod support;
