//! What runs have reached: faults by kind, states of tasks, branches of error handling, ends of transactions, answers of the broker.
//! Every point has a name of its own, so that one that no seed reaches any more is missed.

mod boards;
mod log;

pub use boards::Boards;
pub use log::{Branch, listen};

use super::broker::history::{Ending, History};
use super::faults::Kind;
use leadstream::runtime::snapshot::TaskState;
use leadstream::runtime::trouble::TroubleKind;
use std::collections::BTreeMap;

/// How often what was reached, by name.
pub type Counts = BTreeMap<String, u64>;

/// Something that runs must reach.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Point {
    Fault(Kind),
    /// A state of a task, as its board shows it.
    Task(&'static str),
    /// How a router stands, as its board shows it.
    Router(&'static str),
    /// What became of a router's transaction, or what the group told it.
    OfRouter(&'static str),
    /// A trouble that a board shows.
    Trouble(TroubleKind),
    /// A branch of error handling, by what the log says there.
    Branch(Branch),
    /// A class of failure that a worker met with.
    Failure(&'static str),
    /// What became of a worker's transaction, as it sees it.
    Outcome(&'static str),
    /// What the group told a worker.
    Rebalance(&'static str),
    /// How one transaction of a producer ended after the one before it.
    Ended(Ending, Ending),
    /// Something that the client library does by itself.
    Library(&'static str),
}

const ENDINGS: [Ending; 4] = [Ending::Commit, Ending::Abort, Ending::Fenced, Ending::TimedOut];

/// What no workload may reach, why not, and where it is tried.
pub const ELSEWHERE: [(Point, &str); 3] = [
    (
        Point::Branch(Branch::InputGoesOn),
        "records that were fetched and not taken must be truncated, so some are lost: the trial `gaps`, `src/kafka/repair.rs`",
    ),
    (
        Point::Failure("retry"),
        "a call of the client library that asks nobody must fail, which the model's never do: `src/runtime/tests/working.rs`",
    ),
    (
        Point::Trouble(TroubleKind::NoSchema),
        "no record of the workloads needs a schema of a registry: `src/runtime/tests/waiting.rs`, `tests/kafka/schemas.rs`",
    ),
];

/// What routers meet with.
const OF_ROUTERS: [&str; 9] = [
    "transaction: committed",
    "transaction: aborted",
    "transaction: rebuilt",
    "rebalance: assigned",
    "rebalance: revoked",
    "rebalance: lost",
    "failure: abort",
    "failure: refused",
    "failure: rebuild",
];

/// What the client library meets with.
const LIBRARY: [&str; 20] = [
    "network: slow",
    "network: requests on their way are lost with their connection",
    "produce: a batch is sent again",
    "produce: a record has timed out",
    "produce: a request is given up",
    "produce: fenced",
    "produce: refused",
    "transaction: a call is tried again",
    "transaction: a call fails, and it must be aborted",
    "transaction: a call fails for good",
    "group: a join is tried again",
    "group: rebalances",
    "group: the member is unknown",
    "group: the assignment is lost",
    "group: the session is over, as the member sees it",
    "fetch: the library tries again by itself",
    "question: timed out",
    "question: offsets are not stable",
    "peers: no answer in time",
    "peers: taken over",
];

impl Point {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Kind::HARMLESS.map(Self::Fault).to_vec();
        all.extend(Kind::OUTAGES.map(Self::Fault));
        all.extend(TaskState::NAMES.map(Self::Task));
        all.extend(["waits", "is at the end", "is behind"].map(Self::Router));
        all.extend(OF_ROUTERS.map(Self::OfRouter));
        all.extend(TroubleKind::ALL.map(Self::Trouble));
        all.extend(Branch::ALL.map(Self::Branch));
        all.extend(["retry", "abort", "refused", "rebuild"].map(Self::Failure));
        all.extend(["committed", "aborted", "rebuilt"].map(Self::Outcome));
        all.extend(["assigned", "revoked", "lost"].map(Self::Rebalance));
        all.extend(ENDINGS.iter().flat_map(|one| ENDINGS.map(|next| Self::Ended(*one, next))));
        all.extend(LIBRARY.map(Self::Library));
        all
    }

    /// As it is counted, and shown.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Fault(kind) => kind.name().to_owned(),
            Self::Task(state) => format!("board: a task is {state}"),
            Self::Router(state) => format!("board: a router {state}"),
            Self::OfRouter(what) => format!("router: {what}"),
            Self::Trouble(kind) => format!("board: trouble {}", kind.name()),
            Self::Branch(branch) => format!("branch: {branch:?}"),
            Self::Failure(class) => format!("worker: failure: {class}"),
            Self::Outcome(outcome) => format!("worker: transaction: {outcome}"),
            Self::Rebalance(kind) => format!("worker: rebalance: {kind}"),
            Self::Ended(one, next) => format!("transactions: {one:?}, then {next:?}"),
            Self::Library(what) => what.to_owned(),
        }
    }
}

/// How the transactions of each producer followed one another.
pub fn count_endings(history: &History, counts: &mut Counts) {
    let mut last: BTreeMap<&str, Ending> = BTreeMap::new();
    for transaction in &history.transactions {
        if let Some(before) = last.insert(&transaction.transactional_id, transaction.ending) {
            *counts.entry(Point::Ended(before, transaction.ending).name()).or_default() += 1;
        }
    }
}

/// The points that were reached less often than that, and that workloads can reach.
#[must_use]
pub fn missing(counts: &Counts, least: u64) -> Vec<String> {
    let rare = |point: &Point| counts.get(&point.name()).copied().unwrap_or(0) < least;
    let is_elsewhere = |point: &Point| ELSEWHERE.iter().any(|(other, _)| other == point);
    Point::all().into_iter().filter(|point| rare(point) && !is_elsewhere(point)).map(Point::name).collect()
}

/// All points and whatever else was counted, a line each: how often, and what. Points that were reached less often than `least` are
/// marked; so are those of [`ELSEWHERE`], with why.
#[must_use]
pub fn table(counts: &Counts, least: u64) -> Vec<String> {
    let mut all: Counts = Point::all().into_iter().map(|point| (point.name(), 0)).collect();
    all.extend(counts.iter().map(|(what, n)| (what.clone(), *n)));
    let missing = missing(counts, least.max(1));
    let line = |(what, n): (String, u64)| match (n, ELSEWHERE.iter().find(|(point, _)| point.name() == what)) {
        (0, Some((_, why))) => format!("   ELSEWHERE {what} ({why})"),
        (0, None) => format!("       NEVER {what}"),
        _ if missing.contains(&what) => format!("{:>12} {what}", format!("RARE {n}")),
        _ => format!("{n:>12} {what}"),
    };
    all.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sweep::Sweep;
    use super::super::workloads;
    use super::*;

    /// Of each workload.
    const SEEDS: u64 = 25;
    /// Points that so few seeds may miss: the sweep of all seeds must not.
    const RARE: [Point; 15] = [
        Point::Trouble(TroubleKind::NoCommit),
        Point::Branch(Branch::Doubt),
        Point::Branch(Branch::GivenUpWithPartitions),
        Point::Branch(Branch::NotCommittedAtStop),
        Point::Branch(Branch::StatesNotKept),
        Point::Branch(Branch::TimeAhead),
        Point::Branch(Branch::TriedAgain),
        Point::Library("produce: fenced"),
        Point::Library("transaction: a call fails for good"),
        Point::Library("transaction: a call fails, and it must be aborted"),
        Point::Ended(Ending::Abort, Ending::Fenced),
        Point::Ended(Ending::Fenced, Ending::Abort),
        Point::Ended(Ending::Fenced, Ending::TimedOut),
        Point::Ended(Ending::TimedOut, Ending::Abort),
        Point::Ended(Ending::TimedOut, Ending::Fenced),
    ];

    #[test]
    fn names_are_unique_and_what_is_missing_is_named() {
        let all = Point::all();
        let mut counts: Counts = all.iter().map(|point| (point.name(), 3)).collect();
        assert_eq!(counts.len(), all.len());
        assert!(missing(&counts, 1).is_empty());
        assert_eq!(missing(&counts, 4).len(), all.len() - ELSEWHERE.len());
        let name = Point::Branch(Branch::Doubt).name();
        assert!(table(&counts, 3).contains(&format!("           3 {name}")));
        assert!(table(&counts, 4).contains(&format!("      RARE 3 {name}")));
        counts.remove(&name);
        assert_eq!(missing(&counts, 1), std::slice::from_ref(&name));
        assert!(table(&counts, 1).contains(&format!("       NEVER {name}")));
        for (point, why) in ELSEWHERE {
            counts.remove(&point.name());
            assert!(table(&counts, 1).contains(&format!("   ELSEWHERE {} ({why})", point.name())));
        }
        assert_eq!(missing(&counts, 1), [name]);
    }

    #[test]
    fn a_few_seeds_reach_every_point_but_the_rare() {
        let workloads = workloads::ALL.iter().map(ToString::to_string).collect();
        let summary = Sweep { workloads, first_seed: 0, seeds: SEEDS }.run(|_| {}, |_| {});
        let mut missing = missing(&summary.counts, 1);
        missing.retain(|name| !RARE.iter().any(|point| point.name() == *name));
        assert!(missing.is_empty(), "never reached: {missing:#?}");
    }
}
