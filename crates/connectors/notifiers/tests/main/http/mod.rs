//! Channels over HTTP, against receivers that answer as told.

mod config;
mod injection;
mod outcomes;
mod payloads;
mod schema;
mod support;
mod webhook;
