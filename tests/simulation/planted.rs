//! Planted bugs: each is switched on in the real code, and seeds are tried until a check of the simulation fails. One that survives its
//! bound of seeds says that the generator is too weak, or that the judge does not look.

use super::oracle::Rule;
use super::run::{Case, Outcome, run};
use super::workloads;
use leadstream::engine::planted::{Bug, reached, switch};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seeds of each workload that are tried where nothing else is said.
const SEEDS: u64 = 40;

/// Where a bug is looked for.
struct Hunt {
    workloads: &'static [&'static str],
    /// Of each workload.
    seeds: u64,
}

/// What came of one.
struct Found {
    bug: Bug,
    /// Workload, seed and the check that failed.
    caught: Option<(&'static str, u64, String)>,
    runs: u64,
    /// Runs in which the code came to it.
    reached: u64,
    text: String,
}

/// Bugs that another guard makes harmless: they change nothing that anyone could see.
const HARMLESS: &[(Bug, &str)] = &[];

fn hunt(bug: Bug) -> Hunt {
    match bug {
        Bug::LateRequestsOverlooked | Bug::SameProducerAfterTimeout | Bug::PositionsTimeoutIsAborted => {
            Hunt { workloads: &["steady", "rebalances", "timers", "proxies"], seeds: SEEDS }
        }
        _ => Hunt { workloads: &workloads::ALL, seeds: SEEDS },
    }
}

fn run_with(bug: Option<Bug>, workload: &str, seed: u64) -> (Outcome, u64) {
    switch(bug);
    let outcome = run(&Case { seed, workload: workload.to_owned(), is_recorded: false });
    let reached = reached();
    switch(None);
    (outcome, reached)
}

/// The check that failed, from its text.
fn check_of(failure: &str) -> String {
    let name = failure.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let rule = Rule::ALL.iter().map(|rule| format!("{rule:?}")).find(|rule| rule == name);
    rule.unwrap_or_else(|| {
        let other = [("a worker panicked", "a panic"), ("not read", "read in time")];
        let known = other.iter().find(|(begins, _)| failure.starts_with(begins)).map(|(_, check)| (*check).to_owned());
        known.unwrap_or_else(|| failure.chars().take(40).collect())
    })
}

fn look_for(bug: Bug, hunt: &Hunt) -> Found {
    let mut found = Found { bug, caught: None, runs: 0, reached: 0, text: String::new() };
    for seed in 0..hunt.seeds {
        for workload in hunt.workloads {
            let (outcome, reached) = run_with(Some(bug), workload, seed);
            found.runs += 1;
            found.reached += u64::from(reached > 0);
            let Some(failure) = outcome.failure else { continue };
            // Only what the bug did counts.
            if run_with(None, workload, seed).0.failure.is_none() {
                found.caught = Some((workload, seed, check_of(&failure)));
                found.text = failure;
                return found;
            }
        }
    }
    found
}

/// Tries these on all cores; `said` hears what came of each at once.
fn look_for_all(bugs: &[Bug], seeds: Option<u64>, said: impl Fn(&Found) + Sync) -> Vec<Found> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let hunt = hunt(*bug);
                    let found = look_for(*bug, &Hunt { seeds: seeds.unwrap_or(hunt.seeds), ..hunt });
                    said(&found);
                    all.lock().unwrap().push(found);
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap();
    all.sort_by_key(|found| found.bug);
    all
}

fn row(found: &Found) -> String {
    let Found { bug, caught, runs, reached, .. } = found;
    let harmless = HARMLESS.iter().find(|(known, _)| known == bug).map(|(_, why)| *why);
    let what = match (caught, harmless) {
        (Some((workload, seed, check)), _) => format!("{workload} {seed}: {check}"),
        (None, Some(why)) => format!("harmless: {why}"),
        (None, None) => "SURVIVES".to_owned(),
    };
    format!("{:<28} runs {runs:>4}, reached {reached:>4}  {what}", format!("{bug:?}"))
}

fn survivors(all: &[Found]) -> String {
    let mut text = String::new();
    for found in all {
        let is_harmless = HARMLESS.iter().any(|(bug, _)| *bug == found.bug);
        if found.caught.is_none() != is_harmless {
            let _ = writeln!(text, "{} ({})", row(found), found.bug.what());
        }
    }
    text
}

#[test]
fn every_planted_bug_is_caught() {
    let all = look_for_all(Bug::ALL, None, |_| {});
    let survivors = survivors(&all);
    assert!(survivors.is_empty(), "not caught, or caught though held to be harmless:\n{survivors}");
}

#[test]
#[ignore = "tests/simulation/run --planted is the command"]
fn bugs() {
    let argument = |name: &str| std::env::var(format!("LEADSTREAM_SIMULATION_{name}")).ok().filter(|text| !text.is_empty());
    let wanted = argument("PLANTED").unwrap_or_else(|| "all".to_owned());
    let is_wanted = |bug: &&Bug| wanted == "all" || wanted.split(',').any(|name| name == format!("{bug:?}"));
    let bugs: Vec<Bug> = Bug::ALL.iter().filter(is_wanted).copied().collect();
    let seeds = argument("SEEDS").and_then(|text| text.replace('_', "").parse().ok());
    let all = look_for_all(&bugs, seeds, |found| eprintln!("{}", row(found)));
    eprintln!("\n{:<28} {:>6} {:<10} {:<22} what was found first", "bug", "runs", "workload", "check");
    for found in &all {
        let (workload, check) = found.caught.as_ref().map_or(("", "-"), |(workload, _, check)| (workload, check));
        let bug = format!("{:?}", found.bug);
        let text = found.text.replace('\n', " ");
        eprintln!("{bug:<28} {:>6} {workload:<10} {check:<22} {text:.120}", found.runs);
    }
    let survivors = survivors(&all);
    let caught = all.iter().filter(|found| found.caught.is_some()).count();
    eprintln!("\nbugs {}, caught {caught}, survivors {}", all.len(), survivors.lines().count());
    std::process::exit(i32::from(bugs.is_empty() || !survivors.is_empty()));
}
