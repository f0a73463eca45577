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

mod broker;
mod instance;
mod raw;
mod rig;

mod accounts;
mod bad_input;
mod basics;
mod bounds;
mod catch_up;
mod clocks;
mod commands;
mod exactly_once;
mod identity;
mod identity_commands;
mod identity_settings;
mod memory;
mod mixed;
mod outage;
mod reading;
mod rebalances;
mod routed;
mod routed_twice;
mod routers;
mod schemas;
mod stuck;
mod timers;
mod transactions;
mod trust;
