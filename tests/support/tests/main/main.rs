//! Tests of the test support itself, against the real programs.

#![expect(clippy::disallowed_methods, reason = "the tests look at processes from outside")]

mod postgres;
mod program;
