//! Nothing is stuck without saying so.

use super::evidence::seconds;
use super::{Finding, Rule};
use crate::api::Us;
use crate::world::SECOND;
use std::collections::BTreeMap;

/// A task that does not move for so long, although there is something to read, has to say so.
const LONGEST_SILENCE: Us = 60 * SECOND;

/// How a task stands, or a partition that is routed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sample {
    /// What the group has committed of its inputs.
    pub positions: Vec<i64>,
    /// Something of its inputs is not read.
    pub is_unread: bool,
    /// A board says that it is not ready, or what is wrong; or nobody runs.
    pub is_said: bool,
}

/// Follows all tasks.
#[derive(Debug, Default)]
pub struct Liveness {
    /// By task, or partition that is routed: its positions, and since when it neither moved, nor was read to the end, nor said what is wrong.
    silent: BTreeMap<String, (Vec<i64>, Us)>,
    finding: Option<Finding>,
}

impl Liveness {
    /// Takes a look at a task, or at a partition that is routed.
    pub fn look(&mut self, now: Us, what: &str, sample: Sample) {
        let silent = self.silent.entry(what.to_owned()).or_insert_with(|| (sample.positions.clone(), now));
        if !sample.is_unread || sample.is_said || silent.0 != sample.positions {
            *silent = (sample.positions, now);
            return;
        }
        let since = silent.1;
        if now - since > LONGEST_SILENCE && self.finding.is_none() {
            let text = format!(
                "{what} stands at {:?} since {}, at {} there is something to read, and no board says why it is not",
                sample.positions,
                seconds(since),
                seconds(now)
            );
            self.finding = Some(Finding { rule: Rule::NothingStuckSilently, text });
        }
    }

    /// The first that was stuck and did not say so.
    #[must_use]
    pub const fn finding(&self) -> Option<&Finding> {
        self.finding.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(samples: impl IntoIterator<Item = (Us, Sample)>) -> Option<Rule> {
        let mut liveness = Liveness::default();
        samples.into_iter().for_each(|(at, sample)| liveness.look(at * SECOND, "task 0", sample));
        liveness.finding().map(|finding| finding.rule)
    }

    fn stuck() -> Sample {
        Sample { positions: vec![3, 0], is_unread: true, is_said: false }
    }

    #[test]
    fn who_stands_still_with_something_to_read_must_say_so() {
        assert_eq!(look((0..=61).map(|at| (at, stuck()))), Some(Rule::NothingStuckSilently));
        assert_eq!(look((0..=60).map(|at| (at, stuck()))), None);
        assert_eq!(look((0..200).map(|at| (at, Sample { is_said: true, ..stuck() }))), None);
        assert_eq!(look((0..200).map(|at| (at, Sample { is_unread: false, ..stuck() }))), None);
        let moving = |at: Us| Sample { positions: vec![i64::try_from(at / 50).unwrap(), 0], ..stuck() };
        assert_eq!(look((0..200).map(|at| (at, moving(at)))), None);
    }
}
