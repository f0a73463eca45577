//! Layer `domain`: what an event does to a prospect. Imports run one way:
//!
//! ```text
//! identity     whose event it is, and what becomes of two prospects that turn out to be one
//! step         one event, or one due timer: calls the rules in order
//! rules        what happens: carts, orders, journeys, scores, leads, accounts, triggers, contact
//! output       what leaves: stage and score changes, reminders, hand-overs, and what the figures count
//! model        compiled models: stages, moves, scores, cart series, triggers, sales, contact
//! state        what a record holds: plain data
//! event        one input event; below it names, titles, addresses, ids and times
//! terms        closed sets that all of them share
//! ```
//!
//! What may never enter here: Kafka, tokio, protobuf, serde, metrics, logs, a clock, randomness, the environment.
//! State, event and `now` go in; new state and effects come out; the same arguments give the same answer.

#![warn(clippy::pedantic)]
#![allow(clippy::similar_names, reason = "from and form, rule and rules: the field's words are alike")]

pub mod answers;
pub mod company_names;
pub mod event;
pub mod free_mail;
pub mod hand_over;
pub mod identity;
pub mod ids;
pub mod mail;
pub mod member_update;
pub mod misses;
pub mod model;
pub mod names;
pub mod number;
pub mod origin;
pub mod output;
pub mod placeholder_ids;
pub mod rules;
pub mod state;
pub mod step;
pub mod terms;
pub mod titles;
pub mod zones;

/// Milliseconds since the Unix epoch (UTC), or a length of time in milliseconds: every time in this layer.
pub type Ms = i64;

/// Names and ids: nearly all fit without an allocation.
pub type Text = compact_str::CompactString;

/// One second, minute, hour and day in milliseconds.
pub const SECOND_MS: Ms = 1_000;

pub const MINUTE_MS: Ms = 60 * SECOND_MS;

pub const HOUR_MS: Ms = 60 * MINUTE_MS;

pub const DAY_MS: Ms = 24 * HOUR_MS;

/// 2000-01-01: what claims to be older comes from a clock that was never set.
pub const YEAR_2000_MS: Ms = 946_684_800_000;

/// The last millisecond of the year 9999: later times can't even be written.
pub const YEAR_9999_END_MS: Ms = 253_402_300_799_999;
