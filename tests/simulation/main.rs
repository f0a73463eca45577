//! A model of Kafka, seeded disasters, and the very loop of production on top of it.

#![allow(dead_code, reason = "filled in step by step")]
#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    clippy::arc_with_non_send_sync,
    reason = "a test may fail loudly; a world and all in it stay on one thread, while the ports of production want an `Arc`"
)]

mod api;
mod broker;
mod client;
mod command;
mod dice;
mod faults;
mod fleet;
mod network;
mod oracle;
mod process;
mod run;
mod service;
mod setup;
mod sweep;
mod trace;
mod workloads;
mod world;

use run::{Case, run};

fn case(seed: u64, is_recorded: bool) -> Case {
    Case { seed, workload: "steady".to_owned(), is_recorded }
}

#[test]
fn the_same_seed_does_the_same() {
    for seed in 0..5 {
        let (one, other) = (run(&case(seed, false)), run(&case(seed, true)));
        assert_eq!(one.hash, other.hash, "seed {seed}");
    }
}
