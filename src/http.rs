//! Layer `http`: the admin server. Metrics, health, a page for people, and questions about funnel, carts and single prospects.
//!
//! It reads what workers publish on the [`StatusBoard`](crate::runtime::snapshot::StatusBoard); single prospects are asked for through bounded
//! mailboxes. It listens on loopback by default; elsewhere, everything except metrics and health requires a token. Limits on
//! connections, silence, time and concurrent questions keep it from ever disturbing the workers.

pub mod access;
pub mod dashboard;
pub mod listener;
mod options;
mod routes;
pub mod server;
pub mod totals;

#[cfg(test)]
mod tests;

pub use listener::Limits;
pub use options::{Error, Options};
pub use routes::Parts;
pub use server::Server;
