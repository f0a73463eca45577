//! Layer `kafka`: the Kafka adapters of the runtime's ports, and everything else that talks to a broker. [`connect`] opens the ports of
//! one worker; no worker's thread is kept here.
//!
//! [`options`] is the only place that writes client properties; [`ffi`] is the only unsafe one.
//! The adapters call the client library through the traits of [`client`], so that tests can put another one in its place.

pub mod admin;
pub mod blocked_ids;
pub mod changelog_reader;
pub mod client;
pub mod commit_log;
pub mod connect;
pub mod context;
pub mod dead_letters;
pub mod errors;
pub mod ffi;
pub mod identity_settings;
pub mod latest;
pub mod membership;
pub mod mock;
mod oauth;
pub mod options;
pub mod peers;
pub mod preflight;
pub mod properties;
pub mod purge;
pub mod records;
mod repair;
mod reports;
pub mod source;
mod token_command;
