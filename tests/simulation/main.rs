//! A model of Kafka, seeded disasters, and the very loop of production on top of it.

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
mod coverage;
mod dice;
mod faults;
mod fleet;
mod network;
mod oracle;
#[cfg(feature = "planted-bugs")]
mod planted;
mod process;
mod replayed;
mod run;
mod service;
mod setup;
mod sweep;
mod trace;
mod trials;
mod vigil;
mod workloads;
mod world;

use run::{Case, run};
use sweep::Sweep;

#[test]
fn the_same_seed_does_the_same() {
    for workload in workloads::ALL {
        for seed in 0..5 {
            let case = Case { seed, workload: workload.to_owned(), is_recorded: false };
            let (one, other) = (run(&case), run(&Case { is_recorded: true, ..case.clone() }));
            assert_eq!(one.hash, other.hash, "{}", case.name());
        }
    }
}

/// Some six requests each.
const LATE_SEEDS: u64 = 160;

#[test]
fn no_request_that_arrives_after_the_next_begin_tears_a_transaction() {
    let sweep = Sweep { workloads: vec![workloads::LATE.to_owned()], first_seed: 0, seeds: LATE_SEEDS };
    let summary = sweep.run(|_| {}, |_| {});
    assert!(summary.failures.is_empty(), "{}", summary.report());
    for kind in network::late::TRIALS {
        assert!(summary.counts.get(kind).is_some_and(|n| *n >= 200), "{kind}: {:?}", summary.counts.get(kind));
    }
}

/// In a test run; `LEADSTREAM_TEST_SEEDS` says otherwise.
const SEEDS: u64 = 3_000;

#[test]
#[allow(clippy::disallowed_methods, reason = "a test reads its environment")]
fn no_seed_of_any_workload_fails() {
    let workloads: Vec<String> = workloads::ALL.iter().map(ToString::to_string).collect();
    let asked = std::env::var("LEADSTREAM_TEST_SEEDS").ok().map(|text| text.parse().expect("LEADSTREAM_TEST_SEEDS: a number"));
    let all: u64 = asked.unwrap_or(SEEDS);
    let sweep = Sweep { first_seed: 0, seeds: all.div_ceil(workloads.len() as u64), workloads };
    let summary = sweep.run(|_| {}, |_| {});
    println!("{} seeds in {:?}", summary.done, summary.elapsed);
    assert!(summary.failures.is_empty(), "{}", summary.report());
    assert_eq!(summary.done, sweep.len());
}
