//! Branches of error handling, by what the service's log says in them: each says something of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span;
use tracing::subscriber::with_default;
use tracing::{Event, Level, Metadata, Subscriber};

/// A branch.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Branch {
    /// A task's state is read back from the changelog.
    RestoredAnew,
    /// A task came back, and its parked state is used again.
    ParkedReused,
    /// Changelog and offsets don't agree: the changelog's end is asked for again.
    Doubt,
    /// The state's time lies ahead of the clock.
    TimeAhead,
    TriedAgain,
    BatchTakenAgain,
    ReadBack,
    /// The same as the ends of a changelog are not known: not wanted.
    ReadBackForEnds,
    /// A refused batch: its tasks are tried alone.
    TriedAlone,
    GivenUpWithPartitions,
    /// The changelog's end can't be asked for over a rebalance.
    StatesNotKept,
    /// The newer protocol gave some inputs of a task only.
    WaitsForOtherInputs,
    /// A producer's clock runs ahead.
    RefusedAhead,
    NotCommittedAtStop,
    /// A trouble goes over.
    TroubleOver,
    /// An input that can't be read goes on.
    InputGoesOn,
}

impl Branch {
    pub const ALL: [Self; 15] = [
        Self::RestoredAnew,
        Self::ParkedReused,
        Self::Doubt,
        Self::TimeAhead,
        Self::TriedAgain,
        Self::BatchTakenAgain,
        Self::ReadBack,
        Self::TriedAlone,
        Self::GivenUpWithPartitions,
        Self::StatesNotKept,
        Self::WaitsForOtherInputs,
        Self::RefusedAhead,
        Self::NotCommittedAtStop,
        Self::TroubleOver,
        Self::InputGoesOn,
    ];

    fn of(line: &Line) -> Option<Self> {
        let text = line.message.as_str();
        let found = match text {
            "restored" if line.is_reused => Self::ParkedReused,
            "restored" => Self::RestoredAnew,
            _ if text.contains("the end of the changelog is requested again") => Self::Doubt,
            _ if text.contains("time lies ahead of the clock") => Self::TimeAhead,
            _ if text.starts_with("over: ") => Self::TroubleOver,
            _ if text.starts_with("the batch is aborted and taken again") => Self::BatchTakenAgain,
            _ if text.contains("; reading it back: the ends of") => Self::ReadBackForEnds,
            _ if text.contains("its producer is unusable; reading it back") => Self::ReadBack,
            _ if text.ends_with("; tried alone") => Self::TriedAlone,
            _ if text.starts_with("the open batch is given up") => Self::GivenUpWithPartitions,
            _ if text.contains("revoked tasks are not kept") || text.contains("is not kept over the rebalance") => {
                Self::StatesNotKept
            }
            _ if text.starts_with("the task waits for its other inputs") => Self::WaitsForOtherInputs,
            _ if text.starts_with("a producer's clock runs ahead") => Self::RefusedAhead,
            _ if text.starts_with("the last batch is not committed") => Self::NotCommittedAtStop,
            _ if text.ends_with("going on where records were taken") => Self::InputGoesOn,
            _ if text.ends_with(": trying again") => Self::TriedAgain,
            _ => return None,
        };
        Some(found)
    }
}

/// How often each branch was taken while something ran on this thread.
pub fn listen<T>(what: impl FnOnce() -> T) -> (T, BTreeMap<Branch, u64>) {
    let listener = Listener::default();
    let counts = Arc::clone(&listener.0);
    let result = with_default(listener, what);
    let counts = counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, counts)
}

#[derive(Default)]
struct Listener(Arc<Mutex<BTreeMap<Branch, u64>>>);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO && metadata.target().starts_with("leadstream")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        if let Some(branch) = Branch::of(&line) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(branch).or_default() += 1;
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// A line of the log.
#[derive(Default)]
struct Line {
    message: String,
    is_reused: bool,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_reused |= field.name() == "reused" && value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_known_by_what_is_said_in_it() {
        let (text, counts) = listen(|| {
            tracing::info!(target: "leadstream::runtime", partition = 3, reused = true, "restored");
            tracing::info!(target: "leadstream::runtime", partition = 4, reused = false, "restored");
            tracing::warn!(target: "leadstream::runtime", "no leader: trying again");
            tracing::warn!(target: "elsewhere", "no leader: trying again");
            tracing::debug!(target: "leadstream::runtime", "no leader: trying again");
            "done"
        });
        assert_eq!(text, "done");
        let expected = [(Branch::RestoredAnew, 1), (Branch::ParkedReused, 1), (Branch::TriedAgain, 1)];
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
    }
}
