//! What `tests/simulation/run` runs: many seeds with progress, or one with its trace. All it says goes to standard error: standard
//! output is that of the test harness.

#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "a command reads its arguments, says how it goes, and ends")]

use super::coverage;
use super::run::{Case, run};
use super::sweep::{Progress, Summary, Sweep, printable};
use super::workloads;
use std::io::IsTerminal;
use std::time::Duration;

/// Of each workload.
const DEFAULT_SEEDS: u64 = 10_000;
/// So often all seeds of all workloads must come to every point of the table.
const OFTEN: u64 = 100;
/// Where there is no terminal, a line now and then.
const SAYS_EVERY: Duration = Duration::from_secs(10);

/// An argument of `tests/simulation/run`.
fn argument(name: &str) -> Option<String> {
    std::env::var(format!("LEADSTREAM_SIMULATION_{name}")).ok().filter(|text| !text.is_empty())
}

fn number(text: &str) -> u64 {
    text.replace('_', "").parse().unwrap_or_else(|_| end_with(&format!("`{text}` is no number"), 2))
}

/// `N`, or `A..B`.
fn range(text: &str) -> (u64, u64) {
    let (first, end) = text.split_once("..").map_or_else(|| (0, number(text)), |(first, end)| (number(first), number(end)));
    (first, end.saturating_sub(first))
}

fn end_with(text: &str, code: i32) -> ! {
    eprintln!("{text}");
    std::process::exit(code);
}

#[test]
#[ignore = "tests/simulation/run is the command"]
fn seeds() {
    let workloads: Vec<String> = match argument("WORKLOAD") {
        Some(name) if workloads::exists(&name) => vec![name],
        Some(name) => end_with(&format!("there is no workload `{name}`, only {}", workloads::ALL.join(", ")), 2),
        None => workloads::ALL.iter().map(ToString::to_string).collect(),
    };
    let (all, failures) = match argument("SEED") {
        Some(seed) => (workloads.len() as u64, one_seed(number(&seed), workloads)),
        None => {
            let (first_seed, seeds) = argument("SEEDS").map_or((0, DEFAULT_SEEDS), |text| range(&text));
            let sweep = Sweep { workloads, first_seed, seeds };
            (sweep.len(), many_seeds(&sweep))
        }
    };
    end_with(&format!("seeds {all}, failures {failures}"), i32::from(failures > 0));
}

/// One seed of each workload, with its trace; how many failed.
fn one_seed(seed: u64, workloads: Vec<String>) -> u64 {
    let mut failures = 0;
    for workload in workloads {
        let case = Case { seed, workload, is_recorded: true };
        let outcome = run(&case);
        outcome.lines.iter().for_each(|line| eprintln!("{}", printable(line)));
        eprintln!("\n{}, hash {:016x}", case.name(), outcome.hash);
        outcome.counts.iter().for_each(|(what, n)| eprintln!("{n:>12} {what}"));
        if let Some(why) = outcome.failure {
            failures += 1;
            eprintln!("FAILED {}: {}", case.name(), printable(&why));
        }
    }
    failures
}

/// Many seeds, on all cores; how many failed.
fn many_seeds(sweep: &Sweep) -> u64 {
    let is_terminal = std::io::stderr().is_terminal();
    let mut said = Duration::ZERO;
    let summary = sweep.run(
        |failure| eprintln!("{}FAILED {failure}", if is_terminal { "\r\x1b[K" } else { "" }),
        |progress| {
            if is_terminal {
                eprint!("\r\x1b[K{}", line(progress));
            } else if progress.elapsed >= said + SAYS_EVERY {
                said = progress.elapsed;
                eprintln!("{}", line(progress));
            }
        },
    );
    if is_terminal {
        eprint!("\r\x1b[K");
    }
    let is_all = sweep.seeds >= DEFAULT_SEEDS && workloads::ALL.iter().all(|name| sweep.workloads.iter().any(|w| w == name));
    table(&summary, if is_all { OFTEN } else { 1 });
    summary.failures.len() as u64
}

fn line(progress: &Progress) -> String {
    let Progress { done, all, failures, elapsed } = progress;
    format!("{done}/{all} seeds, {}, failures {failures}", pace(*done, *elapsed))
}

fn pace(seeds: u64, elapsed: Duration) -> String {
    format!("{:.1} seeds/s", seeds as f64 / elapsed.as_secs_f64())
}

fn table(summary: &Summary, least: u64) {
    eprintln!("\n      covered");
    coverage::table(&summary.counts, least).iter().for_each(|line| eprintln!("{line}"));
    if let Some(failure) = summary.failures.first() {
        eprintln!("\nThe trace of the first that failed: {}", failure.case.command());
    }
    let seconds = summary.elapsed.as_secs();
    eprintln!("\n{} min {} s, {}", seconds / 60, seconds % 60, pace(summary.done, summary.elapsed));
}
