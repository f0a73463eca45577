//! Where a task resumes reading: what the group says, what the task record says, and what to do when they differ.

use crate::planted;
use crate::runtime::options::{OnGap, Options, Positions, Start};
use crate::runtime::ports::{EventSource, Failure, InputPartition, TaskRecord};

/// Where to begin, from the committed offset and what is left of the topic.
pub(super) fn first_offset<S: EventSource>(
    source: &mut S,
    options: &Options,
    partition: InputPartition,
    committed: Option<i64>,
) -> Result<i64, Failure> {
    let bounds = source.bounds(partition)?;
    let topic = options.input(partition.input);
    let Some(offset) = committed else {
        // Updates of members from before the first start are our own: none may be left out.
        if topic.is_some() && topic == options.members.as_ref() {
            return Ok(bounds.low);
        }
        return match options.start {
            Start::Earliest => Ok(bounds.low),
            Start::Latest => Ok(bounds.high),
            Start::At(time_ms) => source.offset_at(partition, time_ms),
        };
    };
    if (bounds.low..=bounds.high).contains(&offset) {
        return Ok(offset);
    }
    let topic = topic.map_or("?", String::as_str);
    let what = format!(
        "{topic}, partition {}: the committed offset {offset} is gone, the topic holds {} to {}",
        partition.partition, bounds.low, bounds.high
    );
    let on_gap = if planted!(GapSkipped) { OnGap::Skip } else { options.on_gap };
    match on_gap {
        OnGap::Stop => Err(Failure::Stop(format!(
            "{what}. Events may be missing (retention removed them, or the topic was recreated). To continue with what is left, set \
             kafka.on_gap=\"skip\""
        ))),
        OnGap::Skip => {
            let next = if offset < bounds.low { bounds.low } else { bounds.high };
            tracing::error!("{what}: going on at {next} (kafka.on_gap=\"skip\")");
            Ok(next)
        }
    }
}

/// Compares the group's offsets with the task record, and says where to resume.
pub(super) fn agreed_positions(
    options: &Options,
    partition: i32,
    committed: &[Option<i64>],
    offsets: &[i64],
    record: Option<&TaskRecord>,
) -> Result<Vec<i64>, Failure> {
    let recorded = |topic: &String| record.and_then(|r| r.positions.iter().find(|(t, _)| t == topic)).map(|(_, offset)| *offset);
    let recorded: Vec<Option<i64>> = options.all_inputs().map(recorded).collect();
    if options.positions == Positions::TaskRecord {
        return Ok(recorded.iter().zip(offsets).map(|(r, o)| r.unwrap_or(*o)).collect());
    }
    let agree = recorded.iter().zip(committed).enumerate().all(|(n, (r, c))| match (r, c) {
        // A new input has neither; an input that was gone over by `on_gap` is judged by its committed offset.
        (Some(r), Some(c)) => r == c,
        (None, None) => true,
        // Accounts were off for a while: no member wrote to them meanwhile.
        (None, Some(_)) if n == options.inputs.len() => true,
        // An input that was added later has offsets only once its first batch is committed, together with the record.
        (None, Some(_)) | (Some(_), None) => false,
    });
    if agree || options.positions == Positions::Group {
        return Ok(offsets.to_vec());
    }
    let what = options.all_inputs().zip(recorded.iter().zip(committed)).map(|(topic, (r, c))| {
        let show = |o: &Option<i64>| o.map_or_else(|| "none".to_owned(), |o| o.to_string());
        format!("{topic}: state {}, group {}", show(r), show(c))
    });
    Err(Failure::Stop(format!(
        "partition {partition}: the state in the changelog and the group's offsets are not of the same instant ({}). Either one was \
         deleted, moved or made by another group. To trust the group's offsets (after moving them on purpose) start once with \
         kafka.positions=\"group\"; to trust the state start once with kafka.positions=\"task-record\"; to start over, delete the \
         changelog topic and the group's offsets",
        what.collect::<Vec<_>>().join("; ")
    )))
}
