//! Schemas of a registry: asked over HTTP, kept in memory and on disk for ever, since a schema never changes.
//!
//! ```text
//! client     who knows schemas by their ids; a thread of its own asks for those that are wanted
//! fetch      a schema with those that it refers to, of the first address that answers
//! answer     what the registry's answers say
//! http       one request: connection, TLS, who we are, limits of time and size
//! address    where a registry is
//! disk       schemas in `state.dir`
//! options    what settings say
//! ```
//!
//! The API is that of Confluent's registry, which Karapace, Redpanda and Apicurio speak too.

pub mod address;
mod answer;
mod client;
mod disk;
mod fetch;
mod http;
pub mod options;

pub use client::{Patient, Registry};

#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod tests;
