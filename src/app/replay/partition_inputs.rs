//! First pass: every line goes to the log of its topic and partition, as Kafka's partitioner would deal it, with its place in time.
//!
//! Files may be in any order: a log whose records did not come by their times is sorted before it is read.

use super::inputs::{Content, Input, Lines};
use super::options::Options;
use super::partitioner::{Partitioned, Partitioner};
use super::people::People;
use super::record::Source;
use super::rows::Table;
use super::spill::Spill;
use crate::wire::decode::Decoder;

/// Deals the lines of all files of one topic to its partitions.
pub(super) fn partition_inputs(
    inputs: &[(u32, Input)],
    topic: u16,
    options: &Options,
    decoder: &Decoder,
    spill: &Spill,
    people: Option<&People<'_>>,
    progress: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<Partitioned> {
    let mapping = options.mappings.get(usize::from(topic)).and_then(Option::as_ref);
    let is_events = mapping.is_none_or(|mapping| mapping.mapper.reads_the_spec());
    let content = if is_events { Content::Events } else { Content::Records };
    let mut partitioner = Partitioner::new(topic, options, decoder, spill, people);
    let mut line = Vec::new();
    for (file, input) in inputs {
        let table = Table::of(&input.path);
        let mut lines = Lines::open(&input.path, content)?;
        partitioner.next_file();
        let mut reported = 0;
        let mut count = 0_u64;
        while let Some(number) = lines.next(&mut line, table)? {
            let source = Source { file: *file, line: number };
            match mapping {
                None => partitioner.take(&line, table, source)?,
                Some(mapping) if mapping.changes_nothing() => partitioner.take_event(&line, table, source)?,
                Some(mapping) => partitioner.map(mapping, &line, table, source)?,
            }
            count += 1;
            if count - reported >= 16_384 {
                progress(count - reported);
                reported = count;
            }
        }
        progress(count - reported);
    }
    Ok(partitioner.into_partitioned())
}
