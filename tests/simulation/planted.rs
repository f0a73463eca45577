//! Planted bugs: each is switched on in the real code, and seeds are tried until a check of the simulation fails. One that survives its
//! bound of seeds says that the generator is too weak, or that the judge does not look.

use super::oracle::Rule;
use super::run::{Case, Outcome, run};
use leadstream::engine::planted::{Bug, reached, switch};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seeds that are tried where nothing else is said.
const SEEDS: u64 = 60;

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
        _ => Hunt { workloads: &["steady"], seeds: SEEDS },
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

/// Tries these on two threads, and says what came of each as it comes.
fn look_for_all(bugs: &[Bug], is_told: bool) -> Vec<Found> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = look_for(*bug, &hunt(*bug));
                    if is_told {
                        println!("{}", row(&found));
                    }
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
    let all = look_for_all(Bug::ALL, false);
    let survivors = survivors(&all);
    assert!(survivors.is_empty(), "not caught, or caught though held to be harmless:\n{survivors}");
}

/// For people: `tests/simulation/run --planted [BUG]`.
#[test]
#[ignore = "a tool"]
#[allow(clippy::disallowed_methods, reason = "a tool")]
fn planted() {
    let wanted = std::env::var("PLANTED").unwrap_or_default();
    let bugs: Vec<Bug> = Bug::ALL
        .iter()
        .copied()
        .filter(|bug| wanted.is_empty() || wanted.split(',').any(|name| name == format!("{bug:?}")))
        .collect();
    assert!(!bugs.is_empty(), "no bug is called {wanted}");
    let all = look_for_all(&bugs, true);
    println!("\n{:<28} {:>6} {:<10} {:<22} first", "bug", "seeds", "workload", "check");
    for found in &all {
        match &found.caught {
            Some((workload, _, check)) => println!(
                "{:<28} {:>6} {workload:<10} {check:<22} {:.110}",
                format!("{:?}", found.bug),
                found.runs,
                found.text.replace('\n', " ")
            ),
            None => println!("{}", row(found)),
        }
    }
    let caught = all.iter().filter(|found| found.caught.is_some()).count();
    println!("bugs {}, caught {caught}, not caught {}", all.len(), all.len() - caught);
}
