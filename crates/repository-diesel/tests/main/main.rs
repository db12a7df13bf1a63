//! Tests of the store on both engines.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step must stop the test")]

mod files;
mod migrations;
mod outage;
mod spike;

mod sqlite {
    certctl_testkit::store_suite!(sqlite);
}

mod postgres {
    certctl_testkit::store_suite!(postgres);
}
