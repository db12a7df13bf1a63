//! The program as an operator meets it.

#![expect(clippy::disallowed_methods, reason = "the tests start the program and write its files")]

// `cfg(test)` tells clippy that the helpers are test code, too.
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod program;
#[cfg(test)]
mod running;
