//! The commands beside `run`, as an operator uses them.

#![expect(clippy::disallowed_methods, reason = "tests start the program and write files")]

#[cfg(test)]
mod audit;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod program;
#[cfg(test)]
mod secrets;
