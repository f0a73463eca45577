//! A record that is in a worker's hands comes before every timer that is due after it, in whichever transaction it is covered.

use super::commits::Commit;
use super::evidence::{Evidence, wall_ms};
use super::inputs::{self, Taken};
use super::orders::IN_HAND_MS;
use super::{Findings, Rule};
use crate::api::{TopicPartition, Us};
use crate::broker::history::Visible;
use leadstream::domain::Ms;
use leadstream::runtime::ports::InputPartition;

/// Of a commit that moves the task's time: it has not passed the next record of an input, which its worker had in its hands by then.
pub fn check(evidence: &Evidence<'_>, commit: &Commit<'_>, records: &[Vec<Taken<'_>>], findings: &mut Findings) {
    let time_ms = commit.record.time_ms;
    let inputs = evidence.topics.external();
    for ((input, position), records) in (0u16..).zip(&commit.positions).zip(records).take(inputs) {
        let from = InputPartition { partition: commit.task, input };
        let at = evidence.topics.of_input(from);
        let visible = evidence.history.visible.get(&at).into_iter().flatten().enumerate();
        let next =
            visible.filter(|(_, v)| v.offset >= *position && v.gone.is_none() && !v.is_progress()).min_by_key(|(_, v)| v.offset);
        let Some((index, visible)) = next else { continue };
        let Some(handed) = handed(evidence, commit, at, visible) else { continue };
        let next = inputs::decode(evidence, from, index, visible);
        // What comes before it may have moved the time as far as that.
        let latest_ms = records.last().map_or(Ms::MIN, |last| last.latest_ms).max(next.latest_ms);
        if latest_ms < time_ms && wall_ms(handed) + evidence.times.skew_ms + IN_HAND_MS < time_ms {
            findings.add(
                Rule::InHandFirst,
                format!(
                    "{}: its time {time_ms} has passed offset {} of input {input} (time {latest_ms}), which its worker had had since {}",
                    commit.name(),
                    visible.offset,
                    wall_ms(handed)
                ),
            );
        }
    }
}

/// When the record was handed to the worker that made the commit, if nobody has begun to fetch the input since.
fn handed(evidence: &Evidence<'_>, commit: &Commit<'_>, at: TopicPartition, visible: &Visible) -> Option<Us> {
    let last = evidence.handed(at, visible, commit.decided)?;
    let is_its = evidence.names.get(&last.worker) == Some(&commit.record.writer);
    let started = evidence.started(at, visible, commit.decided);
    (is_its && started.is_none_or(|started| started <= last.when)).then_some(last.when)
}
