//! The service on a real broker: exactly once, timers, restarts, bad input. `tests/kafka/broker.sh` starts the broker; set
//! `LEADSTREAM_TEST_KAFKA=host:port` to use one that runs already.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::let_underscore_must_use,
    clippy::type_complexity,
    reason = "a test may measure time, read its environment, say what it skips, and fail loudly"
)]

#[path = "kafka/broker.rs"]
mod broker;
#[path = "kafka/instance.rs"]
mod instance;
#[path = "kafka/raw.rs"]
mod raw;
#[path = "kafka/rig.rs"]
mod rig;

#[path = "kafka/accounts.rs"]
mod accounts;
#[path = "kafka/bad_input.rs"]
mod bad_input;
#[path = "kafka/basics.rs"]
mod basics;
#[path = "kafka/bounds.rs"]
mod bounds;
#[path = "kafka/catch_up.rs"]
mod catch_up;
#[path = "kafka/clocks.rs"]
mod clocks;
#[path = "kafka/commands.rs"]
mod commands;
#[path = "kafka/exactly_once.rs"]
mod exactly_once;
#[path = "kafka/memory.rs"]
mod memory;
#[path = "kafka/outage.rs"]
mod outage;
#[path = "kafka/reading.rs"]
mod reading;
#[path = "kafka/rebalances.rs"]
mod rebalances;
#[path = "kafka/stuck.rs"]
mod stuck;
#[path = "kafka/timers.rs"]
mod timers;
#[path = "kafka/transactions.rs"]
mod transactions;
#[path = "kafka/trust.rs"]
mod trust;
