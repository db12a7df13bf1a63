//! Delivery of notifications, against channels that behave as a test says.

mod double;
mod failure;
mod lanes;
mod nobody;
mod post;
mod replicas;
