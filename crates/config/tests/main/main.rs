//! Loading as the server's binary does it.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write sample files, and UPDATE_DOCS asks for a new page"
)]

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod digest;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod names;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod support;
