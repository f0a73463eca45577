//! The merge order of a task's inputs: a pure choice over their heads (docs/architecture.md, "Time").

use crate::domain::Ms;
use crate::planted;

/// How one input of a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Its next record: event time, or the record's time when it can't be decoded.
    At(Ms),
    /// Its end is reached: it holds nothing back.
    AtEnd,
    /// Not at its end, and nothing fetched.
    Pending,
}

impl Head {
    /// Its place in the order when the wall clock shows this: what lies ahead of it has happened by now, whatever it says, and
    /// what comes after it need not wait.
    #[must_use]
    pub fn by(self, wall_ms: Ms) -> Self {
        match self {
            Self::At(time_ms) => Self::At(time_ms.min(wall_ms)),
            other => other,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Take the head of this input.
    Take(usize),
    /// Another input has a head, but this one must be waited for.
    WaitFor(usize),
    /// No input has a head.
    Nothing,
}

/// Chooses the smallest head by event time; at the same time the earlier input in configured order goes first. Offsets never
/// decide between inputs: within one input, records stay in offset order.
pub fn choose(heads: impl IntoIterator<Item = Head>) -> Choice {
    let mut best: Option<(Ms, usize)> = None;
    let mut pending = None;
    for (input, head) in heads.into_iter().enumerate() {
        match head {
            Head::At(time_ms) => {
                if best.is_none_or(|(t, _)| time_ms < t) {
                    best = Some((time_ms, input));
                }
            }
            Head::AtEnd => {}
            Head::Pending => pending = pending.or(Some(input)),
        }
    }
    match (best, pending) {
        (None, _) => Choice::Nothing,
        (Some(_), Some(input)) if !planted!(MergedByArrival) => Choice::WaitFor(input),
        (Some((_, input)), _) => Choice::Take(input),
    }
}

#[cfg(test)]
mod tests {
    use super::Head::{At, AtEnd, Pending};
    use super::*;

    #[test]
    fn the_smallest_event_time_goes_first() {
        assert_eq!(choose([At(5), At(3), At(4)]), Choice::Take(1));
    }

    #[test]
    fn at_the_same_time_the_configured_order_decides() {
        assert_eq!(choose([At(3), At(3)]), Choice::Take(0));
        assert_eq!(choose([AtEnd, At(3), At(3)]), Choice::Take(1));
    }

    #[test]
    fn what_lies_ahead_of_the_wall_clock_is_taken_as_if_it_happened_now() {
        assert_eq!([At(9), At(3), AtEnd, Pending].map(|head| head.by(5)), [At(5), At(3), AtEnd, Pending]);
        assert_eq!(choose([At(9), At(7)].map(|head| head.by(5))), Choice::Take(0));
        assert_eq!(choose([At(9), At(4)].map(|head| head.by(5))), Choice::Take(1));
    }

    #[test]
    fn an_input_at_its_end_is_not_waited_for() {
        assert_eq!(choose([AtEnd, At(9), AtEnd]), Choice::Take(1));
    }

    #[test]
    fn an_input_with_nothing_fetched_is_waited_for() {
        assert_eq!(choose([At(1), Pending, At(2)]), Choice::WaitFor(1));
        assert_eq!(choose([Pending, AtEnd]), Choice::Nothing);
    }
}
