//! Tests of the store on both engines.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step must stop the test")]

mod spike;
