//! Where a task resumes reading: what the group says, what the task record says, and what to do when they differ.

use crate::domain::Ms;
use crate::planted;
use crate::runtime::options::{OnGap, Options, Positions, Start};
use crate::runtime::ports::{EventSource, Failure, InputPartition, Position, TaskRecord};

/// Where to begin, from the committed offset and what is left of the topic.
pub(in crate::runtime) fn first_offset<S: EventSource>(
    source: &mut S,
    options: &Options,
    partition: InputPartition,
    committed: Option<i64>,
) -> Result<i64, Failure> {
    let bounds = source.bounds(partition)?;
    let topic = options.input(partition.input);
    let Some(offset) = committed else {
        // Updates of members, and what ids were told, from before the first start are our own: none may be left out.
        let is_own = options.forwards_input == Some(partition.input) || topic.is_some() && topic == options.members.as_ref();
        if is_own {
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
    committed: &[Option<Position>],
    offsets: &[i64],
    record: Option<&TaskRecord>,
) -> Result<Vec<i64>, Failure> {
    let recorded = |topic: &String| record.and_then(|r| r.positions.iter().find(|(t, _)| t == topic)).map(|(_, offset)| *offset);
    let recorded: Vec<Option<i64>> = options.all_inputs().map(recorded).collect();
    let time_of_record = record.map(|r| r.time_ms);
    if options.positions == Positions::TaskRecord {
        return Ok(recorded.iter().zip(offsets).map(|(r, o)| r.unwrap_or(*o)).collect());
    }
    let agree = recorded.iter().zip(committed).enumerate().all(|(n, (r, c))| match (r, c) {
        // A new input has neither; an input that was gone over by `on_gap` is judged by its committed offset.
        // Timers alone move no offset, but the task's time.
        (Some(r), Some(c)) => *r == c.offset && c.time_ms.is_none_or(|time_ms| Some(time_ms) == time_of_record),
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
        let show = |offset: Option<i64>, time_ms: Option<Ms>| {
            let time = time_ms.map(|time_ms| format!(" (task time {time_ms})")).unwrap_or_default();
            offset.map_or_else(|| "none".to_owned(), |offset| format!("{offset}{time}"))
        };
        let differs = c.is_some_and(|c| c.time_ms.is_some() && c.time_ms != time_of_record);
        let (of_record, of_group) = if differs { (time_of_record, c.and_then(|c| c.time_ms)) } else { (None, None) };
        format!("{topic}: state {}, group {}", show(*r, of_record), show(c.map(|c| c.offset), of_group))
    });
    Err(Failure::Stop(format!(
        "partition {partition}: the state in the changelog and the group's offsets are not of the same instant ({}). Either one was \
         deleted, moved or made by another group. To trust the group's offsets (after moving them on purpose) start once with \
         kafka.positions=\"group\"; to trust the state start once with kafka.positions=\"task-record\"; to start over, delete the \
         changelog topic and the group's offsets",
        what.collect::<Vec<_>>().join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ports::{Bounds, Broken, FetchRoom, Fetched, GroupEvent};
    use std::time::Duration;

    /// A log from 5 to 9, whose record at 7 is the first of a time.
    struct Log;

    impl EventSource for Log {
        fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure> {
            Ok(None)
        }

        fn ask_committed(&mut self, _: &[InputPartition]) {}

        fn committed(&mut self) -> Result<Option<Vec<Option<Position>>>, Failure> {
            Ok(None)
        }

        fn is_member(&self) -> bool {
            false
        }

        fn waiting_for_offsets(&self) -> String {
            String::new()
        }

        fn bounds(&mut self, _: InputPartition) -> Result<Bounds, Failure> {
            Ok(Bounds { low: 5, high: 9 })
        }

        fn offset_at(&mut self, _: InputPartition, _: i64) -> Result<i64, Failure> {
            Ok(7)
        }

        fn start(&mut self, _: &[(InputPartition, i64)]) -> Result<(), Failure> {
            Ok(())
        }

        fn stop(&mut self, _: &[InputPartition]) -> Result<(), Failure> {
            Ok(())
        }

        fn fetch(&mut self, _: InputPartition, _: FetchRoom) -> Result<Option<Fetched>, Failure> {
            Ok(None)
        }

        fn broken(&self) -> Vec<Broken> {
            Vec::new()
        }

        fn lost(&mut self) -> Vec<(InputPartition, u64)> {
            Vec::new()
        }

        fn wait(&mut self, _: Duration) {}

        fn leave(&mut self) {}
    }

    /// One input, and updates of members.
    fn options() -> Options {
        Options { members: Some("members".to_owned()), ..Options::new(vec!["cart".to_owned()], 1) }
    }

    #[test]
    fn a_group_without_offsets_begins_where_it_is_told_but_takes_all_updates_of_members() {
        for (start, offset) in [(Start::Earliest, 5), (Start::Latest, 9), (Start::At(1), 7)] {
            let options = Options { start, ..options() };
            let first = |input| first_offset(&mut Log, &options, InputPartition { partition: 0, input }, None).unwrap();
            assert_eq!((first(0), first(1)), (offset, 5), "{start:?}");
        }
    }

    #[test]
    fn a_committed_offset_that_the_log_does_not_hold_is_a_gap() {
        let at = InputPartition { partition: 0, input: 0 };
        let skip = Options { on_gap: OnGap::Skip, ..options() };
        for (committed, next) in [(4, 5), (5, 5), (9, 9), (10, 9)] {
            assert_eq!(first_offset(&mut Log, &skip, at, Some(committed)).unwrap(), next);
            let stopped = matches!(first_offset(&mut Log, &options(), at, Some(committed)), Err(Failure::Stop(_)));
            assert_eq!(stopped, committed != next, "{committed}");
        }
    }

    #[test]
    fn offsets_and_state_must_be_of_the_same_instant() {
        let record = |cart: Option<i64>, members: Option<i64>| {
            let positions = [("cart", cart), ("members", members)];
            let positions = positions.into_iter().filter_map(|(topic, offset)| Some((topic.to_owned(), offset?))).collect();
            TaskRecord { time_ms: 0, positions, incarnation: 1, ..TaskRecord::default() }
        };
        let agreed = |positions, committed: [Option<i64>; 2], record: Option<&TaskRecord>| {
            let committed = committed.map(|offset| offset.map(Position::from));
            agreed_positions(&Options { positions, ..options() }, 0, &committed, &[3, 4], record).ok()
        };
        let offsets = Some(vec![3, 4]);
        for (committed, record, agree) in [
            ([Some(3), Some(4)], Some(record(Some(3), Some(4))), true),
            ([Some(3), Some(4)], Some(record(Some(2), Some(4))), false),
            ([None, None], None, true),
            ([Some(3), None], None, false),
            ([None, None], Some(record(Some(3), None)), false),
            // Accounts were off for a while.
            ([Some(3), Some(4)], Some(record(Some(3), None)), true),
            ([Some(3), Some(4)], Some(record(None, Some(4))), false),
        ] {
            let record = record.as_ref();
            assert_eq!(
                agreed(Positions::Checked, committed, record),
                offsets.clone().filter(|_| agree),
                "{committed:?} {record:?}"
            );
            assert_eq!(agreed(Positions::Group, committed, record), offsets);
        }
        assert_eq!(agreed(Positions::TaskRecord, [Some(3), Some(4)], Some(&record(Some(8), None))), Some(vec![8, 4]));
    }

    #[test]
    fn a_changelog_that_lacks_a_commit_of_timers_alone_does_not_agree() {
        let options = Options::new(vec!["cart".to_owned()], 1);
        let record = TaskRecord {
            time_ms: 5_000,
            positions: vec![("cart".to_owned(), 3)],
            incarnation: 1,
            writer: "instance-0".to_owned(),
            routed: Vec::new(),
        };
        let agreed = |options: &Options, offset, time_ms| {
            agreed_positions(options, 0, &[Some(Position { time_ms, ..Position::from(offset) })], &[offset], Some(&record))
        };
        assert_eq!(agreed(&options, 3, Some(5_000)), Ok(vec![3]));
        assert_eq!(agreed(&options, 3, None), Ok(vec![3]), "an older version has committed it");
        assert!(agreed(&options, 4, Some(5_000)).is_err());
        let Err(Failure::Stop(text)) = agreed(&options, 3, Some(9_000)) else { panic!("they are not of the same instant") };
        assert!(text.contains("cart: state 3 (task time 5000), group 3 (task time 9000)"), "{text}");
        assert_eq!(agreed(&Options { positions: Positions::Group, ..options }, 3, Some(9_000)), Ok(vec![3]));
    }
}
