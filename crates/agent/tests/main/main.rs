//! The agent against a control plane that behaves, with real files and fake targets.

// `cfg(test)` tells clippy that the helpers are test code, too.
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod issuance;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod state;
#[cfg(test)]
mod support;
