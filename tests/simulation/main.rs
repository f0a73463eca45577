//! A model of Kafka, seeded disasters, and the very loop of production on top of it.

#![allow(dead_code, reason = "filled in step by step")]

mod api;
mod broker;
mod client;
mod dice;
mod faults;
mod fleet;
mod network;
mod oracle;
mod process;
mod run;
mod service;
mod trace;
mod workloads;
mod world;

use run::{Case, run};
use std::collections::BTreeMap;

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

/// For people: `SEEDS=0..100 cargo test --test simulation -- --ignored --nocapture seeds`.
#[test]
#[ignore = "a tool"]
#[allow(clippy::disallowed_methods, reason = "a tool")]
fn seeds() {
    let text = std::env::var("SEEDS").unwrap_or_else(|_| "0..100".to_owned());
    let (from, to) = text.split_once("..").expect("A..B");
    let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
    let begun = std::time::Instant::now();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut failures = 0;
    for seed in from..to {
        let outcome = run(&case(seed, to - from == 1));
        if to - from == 1 {
            outcome.lines.iter().for_each(|line| println!("{line}"));
        }
        if let Some((stop, _)) = outcome.counts.iter().find(|(what, _)| what.starts_with("stopped")) {
            println!("seed {seed} has {stop}");
        }
        for (what, n) in outcome.counts {
            *counts.entry(what).or_default() += n;
        }
        if let Some(failure) = outcome.failure {
            failures += 1;
            println!("seed {seed}: {failure}");
        }
    }
    counts.iter().for_each(|(what, n)| println!("{n:>9} {what}"));
    println!("seeds {}, failures {failures}, {:?} each", to - from, begun.elapsed() / u32::try_from(to - from).unwrap());
}
