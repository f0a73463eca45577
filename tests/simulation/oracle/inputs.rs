//! The records that a commit covers, as events.

use super::commits::Commit;
use super::evidence::{Evidence, wall_ms};
use crate::api::{TopicPartition, Us};
use crate::broker::history::{Gone, Visible};
use leadstream::domain::Ms;
use leadstream::engine::task::TaskInput;
use leadstream::runtime::ports::{Decode, InputPartition, RecordView, Rejected, credible_ms};
use std::collections::BTreeSet;

/// A record that a commit covers.
pub struct Taken<'a> {
    pub input: u16,
    pub offset: i64,
    pub visible: &'a Visible,
    /// Its index among all that was ever visible of its partition.
    pub index: usize,
    /// The latest time of it and of what the commit covers before it, of its input.
    pub latest_ms: Ms,
    /// Its place among those that the commit covers of its input.
    pub place: usize,
    /// `None`: none that can be true.
    pub record_ms: Option<Ms>,
    pub event: Result<TaskInput<'a>, Rejected>,
}

impl Taken<'_> {
    /// Nobody's clock can have moved a task's time further by this record than to here, and it moved it at least so far.
    pub fn moves_time_to_ms(event: &TaskInput<'_>, since: Us, skew_ms: Ms) -> (Ms, Ms) {
        let own_ms = event.time_ms().min(event.record_ms());
        (own_ms.min(wall_ms(since) - skew_ms), own_ms)
    }
}

/// Which of several readings of a range is meant, where the log lost records meanwhile.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Reading {
    /// What was gone before the transaction began was not read.
    WithoutLost,
    /// It was read before it was gone.
    WithLost,
    /// The same, and what replaced records that were read is not read.
    WithoutReplaced,
}

/// What was applied so far, by partition and index in the history.
pub type Applied = BTreeSet<(TopicPartition, usize)>;

/// The records of a commit, by input, in the order of their offsets.
pub fn of<'a>(
    evidence: &Evidence<'a>,
    before: &[i64],
    since: Us,
    commit: &Commit<'_>,
    applied: &Applied,
    reading: Reading,
) -> Vec<Vec<Taken<'a>>> {
    let all = (0u16..).zip(before.iter().zip(&commit.positions));
    all.map(|(input, (from, to))| {
        let at = evidence.topics.of_input(InputPartition { partition: commit.task, input });
        let visible = evidence.history.visible.get(&at).map_or(&[][..], Vec::as_slice);
        // Where the log was truncated since the last commit, it is read again from there.
        let is_since =
            |gone: &Option<(Us, Gone)>| matches!(gone, Some((time, Gone::Truncated)) if (since..=commit.decided).contains(time));
        let truncated = visible.iter().filter(|v| is_since(&v.gone)).map(|v| v.offset).min();
        let goes_back = reading != Reading::WithoutReplaced;
        let from = truncated.filter(|_| goes_back).map_or(*from, |at| at.min(*from));
        let mut taken: Vec<Taken<'a>> = Vec::new();
        for (index, record) in visible.iter().enumerate() {
            let is_lost = record.gone.is_some_and(|(time, _)| time <= commit.begun);
            if record.is_progress()
                || !(from..*to).contains(&record.offset)
                || record.since > commit.decided
                || applied.contains(&(at, index))
                || (is_lost && reading != Reading::WithLost)
            {
                continue;
            }
            taken.push(decode(evidence, InputPartition { partition: commit.task, input }, index, record));
        }
        taken.sort_by_key(|taken| (taken.offset, taken.index));
        let mut latest_ms = Ms::MIN;
        for (place, taken) in taken.iter_mut().enumerate() {
            latest_ms = latest_ms.max(taken.latest_ms);
            (taken.place, taken.latest_ms) = (place, latest_ms);
        }
        taken
    })
    .collect()
}

/// Whether the two readings differ.
pub fn has_lost(evidence: &Evidence<'_>, commit: &Commit<'_>) -> bool {
    (0u16..).take(commit.positions.len()).any(|input| {
        let at = evidence.topics.of_input(InputPartition { partition: commit.task, input });
        let visible = evidence.history.visible.get(&at);
        visible.into_iter().flatten().any(|record| record.gone.is_some_and(|(time, _)| time <= commit.begun))
    })
}

/// A record as the service decodes it.
pub fn decode<'a>(evidence: &Evidence<'a>, at: InputPartition, index: usize, visible: &'a Visible) -> Taken<'a> {
    let record = &visible.record;
    let event = evidence.formats.decoder.decode(&view(at, visible));
    let record_ms = credible_ms(record.timestamp_ms);
    let latest_ms = match &event {
        Ok(event) => event.record_ms().max(event.time_ms()),
        Err(_) => record_ms.unwrap_or(Ms::MIN),
    };
    Taken { input: at.input, offset: visible.offset, visible, index, latest_ms, place: 0, record_ms, event }
}

/// A record as readers see it.
pub fn view(at: InputPartition, visible: &Visible) -> RecordView<'_> {
    let record = &visible.record;
    let content_type = record.headers.iter().rev().find(|(name, _)| name == "content-type");
    RecordView {
        input: at.input,
        partition: at.partition,
        offset: visible.offset,
        timestamp_ms: record.timestamp_ms,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        content_type: content_type.and_then(|(_, value)| value.as_deref()),
        routed: record.routed(),
        ..RecordView::default()
    }
}
