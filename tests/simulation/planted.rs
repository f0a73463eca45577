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

/// What no seed has caught yet, and why. The test does not look for them; the command does.
const NOT_CAUGHT: &[(Bug, &str)] = &[
    (Bug::CommitBeforeDrain, "harmless: the library's own commit writes what is on its way first, only slower"),
    (Bug::UnknownOutcomeIsCommitted, "harmless: the library begins nothing while a commit is under way, and all is read back"),
    (Bug::PositionsTimeoutIsAborted, "rare: the late positions must come between those of the next transaction and its end"),
    (Bug::PositionsTimeoutIsIgnored, "harmless: the library itself fails a transaction whose positions timed out"),
    (Bug::SameProducerAfterTimeout, "rare: late records must come after the next begin, before their partition is added"),
    (Bug::LateRequestsOverlooked, "rare: as SameProducerAfterTimeout"),
    (Bug::FencedGoesOn, "not reached: nobody takes the transactional id of a process that lives"),
    (Bug::EmptyMembershipAccepted, "not reached: the client is never without a member id while a batch is committed"),
    (Bug::MembershipMayMoveOn, "not reached: no generation changes between two calls of one commit"),
    (Bug::LostIsRevoked, "harmless: its commit is refused, and what is kept is not taken when others went on"),
    (Bug::UnknownIsParked, "not reached: no commit times out at a revocation"),
    (Bug::LeftForgotten, "not reached: every assignor of the model gives all inputs of a task together"),
    (Bug::OldOffsetsTaken, "harmless: every way there clears the question, or asks the source anew"),
    (Bug::RestoredToStable, "harmless: state and offsets are compared, and the end is asked for again until they agree"),
    (Bug::DisagreementIgnored, "not reached: no leader reports an end before what was committed while a task is restored"),
    (Bug::DoubtIsCertain, "not reached: as DisagreementIgnored; and the judge takes a stop and a restart for well"),
    (Bug::TombstoneIgnored, "not reached: nobody is forgotten before a restore"),
    (Bug::StraysDropped, "not reached: nothing comes by the main queue in the model of the client"),
    (Bug::GapSkipped, "not reached: where records are lost, the workload says `skip`"),
    (Bug::TruncationSkipped, "not reached: no fault truncates a log"),
    (Bug::PausedIsDropped, "not reached: no workload pauses an input"),
    (Bug::PendingIsCaughtUp, "not looked at: a commit does not say whether its task took itself for caught up"),
    (Bug::FiredWithRecordsInHand, "not looked at: either order of timers and records of one commit is right for the judge"),
    (Bug::AtEndForLong, "not looked at: as PendingIsCaughtUp"),
];

fn hunt(bug: Bug) -> Hunt {
    match bug {
        Bug::LateRequestsOverlooked | Bug::SameProducerAfterTimeout | Bug::PositionsTimeoutIsAborted => {
            Hunt { workloads: &["late", "steady", "rebalances", "timers"], seeds: SEEDS }
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
        let other = [("a worker panicked", "a panic"), ("not settled", "settled in time")];
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
    let known = NOT_CAUGHT.iter().find(|(other, _)| other == bug).map(|(_, why)| *why);
    let what = match (caught, known) {
        (Some((workload, seed, check)), _) => format!("{workload} {seed}: {check}"),
        (None, Some(why)) => format!("- {why}"),
        (None, None) => "SURVIVES".to_owned(),
    };
    format!("{:<28} runs {runs:>4}, reached {reached:>4}  {what}", format!("{bug:?}"))
}

fn is_known(bug: Bug) -> bool {
    NOT_CAUGHT.iter().any(|(known, _)| *known == bug)
}

fn survivors(all: &[Found]) -> String {
    let mut text = String::new();
    for found in all.iter().filter(|found| found.caught.is_none() && !is_known(found.bug)) {
        let _ = writeln!(text, "{} ({})", row(found), found.bug.what());
    }
    text
}

#[test]
fn every_planted_bug_is_caught() {
    let bugs: Vec<Bug> = Bug::ALL.iter().copied().filter(|bug| !is_known(*bug)).collect();
    let survivors = survivors(&look_for_all(&bugs, None, |_| {}));
    assert!(survivors.is_empty(), "not caught:\n{survivors}");
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
