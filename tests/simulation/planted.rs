//! Planted bugs: each is switched on in the real code, and seeds are tried until a check of the simulation fails. One that survives its
//! bound of seeds says that the generator is too weak, or that the judge does not look.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "its command reads its arguments, says how it goes, and ends"
)]

use super::oracle::Rule;
use super::run::{Case, Outcome, run};
use super::workloads;
use leadstream::engine::planted::{Bug, reached, switch};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seeds of each workload that are tried where nothing else is said.
const SEEDS: u64 = 60;

/// Where a bug is looked for.
struct Hunt<'w> {
    workloads: &'w [&'static str],
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

/// What another guard makes harmless, whatever happens, and which.
const HARMLESS: &[(Bug, &str)] = &[
    (Bug::CommitBeforeDrain, "the library's own commit writes what is on its way first, only slower"),
    (
        Bug::FencedGoesOn,
        "a fenced producer's transaction is aborted, so memory is the truth; positions are committed by membership anyway",
    ),
    (
        Bug::MembershipMayMoveOn,
        "what a member has is taken with its worker's consent only: a generation that moves on is still its own",
    ),
    (
        Bug::PositionsTimeoutIsIgnored,
        "the library fails the transaction for it and refuses to commit, which is the same rebuild; the positions that arrive late are of an \
         older epoch",
    ),
    (
        Bug::LostIsRevoked,
        "a member that is none commits nothing, and what is kept is taken only at the positions and the time beside them: others that go \
         on move one of them (a clock that is behind would have to hit the very millisecond)",
    ),
    (Bug::EmptyAssignAnswered, "the group's event stays in the queue, and is answered by the real assignment"),
    (Bug::RestoredTooEarly, "state and offsets are compared, commits of timers alone included"),
    (Bug::RestoredToStable, "state and offsets are compared, and the end is asked for again until they agree"),
    (
        Bug::LostIsRouted,
        "positions are committed in the name of a member and its generation, and the broker takes none from who is none any more",
    ),
    (Bug::OldOffsetsTaken, "what the group gives or takes waits for an answer, so nothing changes while offsets are asked for"),
];

/// What no seed that lasts has caught: a test beside the code does.
const RARE: &[(Bug, &str)] = &[(
    Bug::EndOutlivesDiscard,
    "rare: a reminder must be due in the middle of a backlog whose batch is aborted just after its end was seen; tests/formats/task_runner.rs",
)];

/// Seeds that are tried first: there each of these was found. Whatever changes what a seed does makes them worthless, and then all are
/// tried in order.
const KNOWN: &[(Bug, &str, u64)] = &[
    (Bug::OutputsCommittedFirst, "steady", 0),
    (Bug::ConfirmedBeforeCommit, "steady", 0),
    (Bug::OffsetTooLow, "steady", 0),
    (Bug::OffsetTooHigh, "steady", 0),
    (Bug::TaskRecordForgotten, "steady", 0),
    (Bug::TaskRecordStale, "steady", 0),
    (Bug::DroppedWhenQueueIsFull, "replayed", 1),
    (Bug::UnknownOutcomeIsAborted, "backlog", 9),
    (Bug::UnknownOutcomeIsCommitted, "carts", 4),
    (Bug::PositionsTimeoutIsAborted, "late", 0),
    (Bug::PositionsTimeoutIsCommitted, "late", 0),
    (Bug::SameProducerAfterTimeout, "late", 2),
    (Bug::LateRequestsOverlooked, "late", 0),
    (Bug::RebuildKeepsMemory, "backlog", 9),
    (Bug::FirstMembershipForEver, "rebalances", 0),
    (Bug::BrokerRefusalRetriedForEver, "lasting", 10),
    (Bug::EmptyMembershipAccepted, "supplanted", 1),
    (Bug::DiscardForgetsTask, "steady", 0),
    (Bug::DiscardForgetsInputs, "steady", 0),
    (Bug::DiscardGoesTooFarBack, "backlog", 26),
    (Bug::DiscardForgetsTime, "replayed", 21),
    (Bug::DiscardForgetsTimers, "timers", 35),
    (Bug::RefusedIsDropped, "fat", 4),
    (Bug::RevokedWithoutCommit, "steady", 1),
    (Bug::RevokedGoesOn, "fat", 1),
    (Bug::LostIsRevokedUnchecked, "supplanted", 1),
    (Bug::UnknownIsParked, "carts", 31),
    (Bug::HeldForgotten, "steady", 0),
    (Bug::LeftForgotten, "carts", 157),
    (Bug::ParkedIsTrusted, "carts", 108),
    (Bug::ParkedOfAnother, "replayed", 1),
    (Bug::RestoredToAnother, "rebalances", 2),
    (Bug::RestoredToStableUnchecked, "fat", 18),
    (Bug::RestoredTooEarlyUnchecked, "backlog", 0),
    (Bug::ChangelogDamageIsAWarning, "forgetful", 27),
    (Bug::WaitForOffsetsSaysNothing, "lasting", 1),
    (Bug::HeldUpSaysNothing, "lasting", 338),
    (Bug::WatermarkTimeoutIsRebuild, "endless", 3),
    (Bug::DisagreementIgnored, "hostile", 1),
    (Bug::DoubtIsCertain, "hostile", 1),
    (Bug::TombstoneIgnored, "forgetful", 0),
    (Bug::TimerLostOnRestore, "backlog", 0),
    (Bug::TimeNotRestored, "rebalances", 2),
    (Bug::DroppedOnFailedBounds, "backlog", 0),
    (Bug::DroppedBeforeError, "timers", 6),
    (Bug::NoticeThrownAway, "gaps", 18),
    (Bug::TakenRecordsThrownAway, "gaps", 18),
    (Bug::ErrorPassedOver, "timers", 18),
    (Bug::ErrorForgotten, "timers", 6),
    (Bug::EndIsRecord, "accounts", 10),
    (Bug::SeekBackForgotten, "rebalances", 5),
    (Bug::StraysDropped, "hostile", 0),
    (Bug::StraysOutliveSeek, "hostile", 68),
    (Bug::EndOutlivesSeek, "hostile", 175),
    (Bug::GapSkipped, "gaps", 12),
    (Bug::TruncationSkipped, "gaps", 48),
    (Bug::TruncationGrownPastCountsAsGoingOn, "gaps", 48),
    (Bug::StepTooLow, "steady", 0),
    (Bug::StepTooHigh, "steady", 0),
    (Bug::DeadLetterForgotten, "steady", 0),
    (Bug::DeadLetterNotPassed, "backlog", 0),
    (Bug::PausedIsDropped, "poison", 2),
    (Bug::MergedByArrival, "replayed", 0),
    (Bug::HoldForgotten, "backlog", 3),
    (Bug::PendingIsCaughtUp, "carts", 69),
    (Bug::FiredWithRecordsInHand, "hostile", 3),
    (Bug::AtEndForLong, "hostile", 16),
    (Bug::OneClockMovesAll, "rebalances", 0),
    (Bug::TimeFalls, "steady", 0),
    (Bug::TimersEarly, "steady", 3),
    (Bug::PostponedTimerLost, "steady", 0),
    (Bug::HeldTimerLost, "steady", 0),
    (Bug::RoutedBeforeOffsets, "routed", 0),
    (Bug::RecordSplit, "routed", 0),
    (Bug::RoutedBeforeCommit, "routed", 22),
    (Bug::RouterForgetsToDiscard, "routed", 22),
    (Bug::RoutedOffsetTooLow, "routed", 0),
    (Bug::RoutedOffsetTooHigh, "routed", 0),
    (Bug::RouterDeadLetterForgotten, "routed", 0),
    (Bug::RevokedIsRouted, "routed", 2),
    (Bug::RouterAlwaysCaughtUp, "routed", 0),
    (Bug::UnseenIsRouted, "routed", 0),
    (Bug::OneLaneSuffices, "routed", 2),
    (Bug::RouterSpeaksForNobody, "routed", 428),
    (Bug::RouterKeepsMemory, "routed", 763),
    (Bug::RoutedEndOutlivesSeek, "routed", 376),
    (Bug::RoutersBelievedForEver, "routed", 31),
];

/// The workloads without routers: what is wrong in a worker shows in each of them.
const UNROUTED: &[&str] = workloads::ALL.split_at(workloads::ALL.len() - 2).0;

const POINTED: [&str; 2] = ["hostile", "carts"];

fn hunt(bug: Bug) -> Hunt<'static> {
    match bug {
        Bug::GapSkipped
        | Bug::TruncationSkipped
        | Bug::TruncationGrownPastCountsAsGoingOn
        | Bug::NoticeThrownAway
        | Bug::TakenRecordsThrownAway => Hunt { workloads: &["gaps"], seeds: 600 },
        Bug::EmptyMembershipAccepted | Bug::LostIsRevoked | Bug::LostIsRevokedUnchecked => {
            Hunt { workloads: &["supplanted"], seeds: 400 }
        }
        Bug::WatermarkTimeoutIsRebuild => Hunt { workloads: &["endless"], seeds: 200 },
        Bug::PausedIsDropped => Hunt { workloads: &["poison"], seeds: 200 },
        Bug::TombstoneIgnored => Hunt { workloads: &["forgetful"], seeds: 200 },
        Bug::BrokerRefusalRetriedForEver | Bug::WaitForOffsetsSaysNothing | Bug::HeldUpSaysNothing => {
            Hunt { workloads: &["lasting"], seeds: 400 }
        }
        Bug::ChangelogDamageIsAWarning => Hunt { workloads: &["forgetful"], seeds: 400 },
        Bug::PositionsTimeoutIsAborted
        | Bug::PositionsTimeoutIsIgnored
        | Bug::PositionsTimeoutIsCommitted
        | Bug::SameProducerAfterTimeout
        | Bug::LateRequestsOverlooked => Hunt { workloads: &["late", "hostile"], seeds: 400 },
        Bug::UnknownOutcomeIsCommitted
        | Bug::FencedGoesOn
        | Bug::MembershipMayMoveOn
        | Bug::UnknownIsParked
        | Bug::LeftForgotten
        | Bug::OldOffsetsTaken
        | Bug::RestoredToStable
        | Bug::DisagreementIgnored
        | Bug::DoubtIsCertain
        | Bug::StraysDropped
        | Bug::StraysOutliveSeek
        | Bug::EndOutlivesSeek
        | Bug::PendingIsCaughtUp
        | Bug::FiredWithRecordsInHand
        | Bug::AtEndForLong
        | Bug::EmptyAssignAnswered => Hunt { workloads: &POINTED, seeds: 1_000 },
        Bug::RoutedBeforeOffsets
        | Bug::RecordSplit
        | Bug::RoutedBeforeCommit
        | Bug::RouterForgetsToDiscard
        | Bug::RouterKeepsMemory
        | Bug::RoutedOffsetTooLow
        | Bug::RoutedOffsetTooHigh
        | Bug::RouterDeadLetterForgotten
        | Bug::RevokedIsRouted
        | Bug::LostIsRouted
        | Bug::RouterAlwaysCaughtUp
        | Bug::UnseenIsRouted
        | Bug::RoutedEndOutlivesSeek
        | Bug::RouterSpeaksForNobody
        | Bug::RoutersBelievedForEver
        | Bug::OneLaneSuffices => Hunt { workloads: &[workloads::ROUTED], seeds: 600 },
        Bug::LinkedBeforeCommit
        | Bug::RoutedByMappedKey
        | Bug::ForwardIsApplied
        | Bug::MoveForgotten
        | Bug::GivenIsKept
        | Bug::ForwardedEmpty
        | Bug::ForwardNotRestored
        | Bug::OthersNotAwaited => Hunt { workloads: &[workloads::PERSONS], seeds: 600 },
        _ => Hunt { workloads: UNROUTED, seeds: SEEDS },
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
        let other = [
            ("a worker panicked", "a panic"),
            ("not settled", "settled in time"),
            ("StopsHaveCauses", "StopsHaveCauses"),
            ("GapsNeedConsent", "GapsNeedConsent"),
            ("TruncationsAreGaps", "TruncationsAreGaps"),
            ("ReadBackForNothing", "ReadBackForNothing"),
        ];
        let known = other.iter().find(|(begins, _)| failure.starts_with(begins)).map(|(_, check)| (*check).to_owned());
        known.unwrap_or_else(|| failure.chars().take(40).collect())
    })
}

fn look_for(bug: Bug, hunt: &Hunt<'_>, skips: bool) -> Found {
    let mut found = Found { bug, caught: None, runs: 0, reached: 0, text: String::new() };
    let known = KNOWN.iter().filter(|(its, ..)| *its == bug && skips).map(|(_, workload, seed)| (*workload, *seed));
    let all = (0..hunt.seeds).flat_map(|seed| hunt.workloads.iter().map(move |workload| (*workload, seed)));
    for (workload, seed) in known.chain(all) {
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
    found
}

/// Tries these on all cores; `said` hears what came of each at once.
fn look_for_all(
    bugs: &[Bug],
    seeds: Option<u64>,
    only: &[&'static str],
    skips: bool,
    said: impl Fn(&Found) + Sync,
) -> Vec<Found> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let hunt = hunt(*bug);
                    let workloads = if only.is_empty() { hunt.workloads } else { only };
                    let found = look_for(*bug, &Hunt { seeds: seeds.unwrap_or(hunt.seeds), workloads }, skips);
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
    let known = HARMLESS.iter().chain(RARE).find(|(other, _)| other == bug).map(|(_, why)| *why);
    let what = match (caught, known) {
        (Some((workload, seed, check)), _) => format!("{workload} {seed}: {check}"),
        (None, Some(why)) => format!("- {why}"),
        (None, None) => "SURVIVES".to_owned(),
    };
    format!("{:<28} runs {runs:>4}, reached {reached:>4}  {what}", format!("{bug:?}"))
}

fn is_harmless(bug: Bug) -> bool {
    HARMLESS.iter().chain(RARE).any(|(known, _)| *known == bug)
}

fn survivors(all: &[Found]) -> String {
    let mut text = String::new();
    for found in all.iter().filter(|found| found.caught.is_none() && !is_harmless(found.bug)) {
        text += &format!("{} ({})\n", row(found), found.bug.what());
    }
    text
}

#[test]
fn every_planted_bug_is_caught() {
    let bugs: Vec<Bug> = Bug::ALL.iter().copied().filter(|bug| !is_harmless(*bug)).collect();
    let survivors = survivors(&look_for_all(&bugs, None, &[], true, |_| {}));
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
    let only: Vec<&'static str> = argument("WORKLOAD").map(|name| &*name.leak()).into_iter().collect();
    // The table says how many seeds it takes from the first on.
    let all = look_for_all(&bugs, seeds, &only, argument("KNOWN").is_some(), |found| eprintln!("{}", row(found)));
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
