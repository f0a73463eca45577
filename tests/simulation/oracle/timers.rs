//! At the end nothing is due any more; and while all was well, what was due left at once.

use super::evidence::{Evidence, seconds, wall_ms};
use super::fold::TaskFold;
use super::outputs::Sents;
use super::{Findings, Rule};
use crate::api::{TopicPartition, Us};
use crate::world::{MS, SECOND, START_MS};
use leadstream::domain::Ms;
use leadstream::runtime::ports::{InputPartition, OutTopic};
use std::collections::BTreeMap;

/// So long before the end, nothing may be due that has not fired.
const SETTLED_MS: Ms = 3_000;

/// What came later than so long before the end may still be unread: accounts and their members tell each other things.
const LAST_READ: Us = 8 * SECOND;

/// No timer of a task is left that was due well before the end.
pub fn check_left(evidence: &Evidence<'_>, task: i32, fold: &TaskFold, findings: &mut Findings) {
    if is_given_up(evidence, task) {
        return;
    }
    let until_ms = wall_ms(evidence.times.ended) - evidence.times.skew_ms - SETTLED_MS;
    for (key, known) in &fold.known {
        let next = known.standing.next_timer(false, &evidence.formats.models);
        if let Some(timer) = next.filter(|timer| timer.deadline_ms < until_ms) {
            findings.add(
                Rule::NothingLeftDue,
                format!(
                    "task {task}: {key}: {:?} was due at {}, {} ms before the end, and has not fired",
                    timer.kind,
                    timer.deadline_ms,
                    wall_ms(evidence.times.ended) - timer.deadline_ms
                ),
            );
        }
    }
}

/// A task of which an input is given up may hold everything back.
pub fn is_given_up(evidence: &Evidence<'_>, task: i32) -> bool {
    let inputs = 0..u16::try_from(evidence.topics.inputs.len()).unwrap_or(0);
    let mut all = inputs.map(|input| evidence.topics.of_input(InputPartition { partition: task, input }));
    all.any(|at| evidence.times.given_up.contains(&at))
}

/// What came due in a time without faults was visible soon.
pub fn check_on_time(evidence: &Evidence<'_>, sents: &BTreeMap<usize, Sents<'_>>, findings: &mut Findings) {
    let times = &evidence.times;
    let healthy = |from: u64, to: u64| times.healthy.iter().any(|(begins, ends)| *begins <= from && to <= *ends);
    for sent in sents.values().flat_map(|sents| &sents.all) {
        // Of all outputs, those of timers are known by their topic or by having no event.
        if !matches!(sent.topic, OutTopic::CartAbandoned | OutTopic::Triggers | OutTopic::StageChanges | OutTopic::ScoreChanges) {
            continue;
        }
        let value = sent.visible.record.value.as_deref().unwrap_or_default();
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(value) else { continue };
        if value.get("event").is_some_and(|event| !event.is_null()) {
            continue;
        }
        let Some(due_ms) = sent.visible.record.timestamp_ms else { continue };
        let Ok(due) = u64::try_from((due_ms - START_MS) * i64::try_from(MS).unwrap_or(1)) else { continue };
        let skew = u64::try_from(times.skew_ms).unwrap_or(0) * MS;
        let since = sent.visible.since;
        if healthy(due, due + times.punctual + skew) && since > due + times.punctual + skew {
            findings.add(Rule::OnTime, format!("due at {}, visible at {}: {}", seconds(due), seconds(since), sent.show()));
        }
        if since + skew < due {
            findings
                .add(Rule::OnTime, format!("due at {}, visible before, at {}: {}", seconds(due), seconds(since), sent.show()));
        }
    }
}

/// Every input is read to its end.
pub fn check_read(evidence: &Evidence<'_>, findings: &mut Findings) {
    for topic in &evidence.topics.inputs {
        for partition in 0..evidence.topics.partitions {
            let at = TopicPartition { topic: *topic, partition };
            // Markers and aborted records at the end are passed with what comes after them.
            let visible = evidence.history.visible.get(&at).into_iter().flatten();
            let settled = evidence.times.ended.saturating_sub(LAST_READ);
            let end = visible
                .filter(|v| v.gone.is_none() && v.since <= settled && !v.is_progress())
                .map(|v| v.offset + 1)
                .max()
                .unwrap_or(0);
            let read = evidence.committed.get(&at).copied().unwrap_or(0);
            if read < end && !evidence.times.given_up.contains(&at) {
                let name = evidence.topics.name(*topic);
                findings.add(Rule::EverythingRead, format!("{name}, partition {partition}: read up to {read} of {end}"));
            }
        }
    }
}
