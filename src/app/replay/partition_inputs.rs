//! First pass: every line goes to the log of its topic and partition, as Kafka's partitioner would deal it, with its place in time.
//!
//! Files may be in any order: a log whose records did not come by their times is sorted before it is read.

use super::inputs::{Input, Lines};
use super::record::{self, Source, Stored, What};
use super::rows::{self, Table};
use super::spill::{Log, Spill};
use crate::app::dump;
use crate::domain::Ms;
use crate::domain::ids::murmur2_partition;
use crate::wire::decode::Decoder;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The log of one topic and partition.
#[derive(Default)]
pub(super) struct PartitionLog {
    pub log: Log,
    /// Its records came by their times.
    last_ms: Option<Ms>,
    pub is_unsorted: bool,
}

/// Deals the lines of all files of one topic to its partitions; gives their logs.
pub(super) fn partition_inputs(
    inputs: &[(u32, Input)],
    topic: u16,
    partitions: u32,
    decoder: &Decoder,
    spill: &Spill,
    progress: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<Vec<PartitionLog>> {
    let block_bytes = ((32 << 20) / partitions.max(1) as usize).clamp(4 << 10, 256 << 10);
    let logs = (0..partitions).map(|_| PartitionLog::default()).collect();
    let mut partitioner =
        Partitioner { logs, partitions, topic, decoder, before_ms: Ms::MIN, dumped_ms: BTreeMap::new(), block_bytes, spill };
    let mut line = Vec::new();
    for (file, input) in inputs {
        let table = Table::of(&input.path);
        let mut lines = Lines::open(&input.path)?;
        partitioner.before_ms = Ms::MIN;
        partitioner.dumped_ms.clear();
        let mut reported = 0;
        let mut count = 0_u64;
        while let Some(number) = lines.next(&mut line, table)? {
            partitioner.take(&line, table, Source { file: *file, line: number })?;
            count += 1;
            if count - reported >= 16_384 {
                progress(count - reported);
                reported = count;
            }
        }
        progress(count - reported);
    }
    Ok(partitioner.logs)
}

struct Partitioner<'a> {
    logs: Vec<PartitionLog>,
    partitions: u32,
    topic: u16,
    decoder: &'a Decoder,
    /// Place in time of the record before in its file: of one that says none.
    before_ms: Ms,
    /// The same of each partition of a dump: its offsets are the order in which its records arrived.
    dumped_ms: BTreeMap<i32, Ms>,
    block_bytes: usize,
    spill: &'a Spill,
}

impl Partitioner<'_> {
    fn take(&mut self, line: &[u8], table: Table, source: Source) -> anyhow::Result<()> {
        let head = self.decoder.head(line, self.topic).unwrap_or_default();
        if !head.has_properties {
            if let Some((dumped, (partition, offset))) = dump::read_placed(line) {
                let key = dumped.key.as_deref();
                let before_ms = self.dumped_ms.entry(partition).or_insert(Ms::MIN);
                *before_ms = dumped.timestamp_ms.unwrap_or(*before_ms).max(*before_ms);
                let order_ms = *before_ms;
                let what = What::Dumped {
                    partition,
                    offset,
                    timestamp_ms: dumped.timestamp_ms,
                    key: key.map(str::as_bytes),
                    value: dumped.value.as_deref().map(str::as_bytes),
                };
                return self.put(key, &Stored { order_ms, source, what });
            }
            if let Some(event) = rows::event_of_line(line, table) {
                let head = self.decoder.head(&event, self.topic).unwrap_or_default();
                let order_ms = self.order(head.record_ms.or(head.event_ms));
                return self.put(head.prospect.as_deref(), &Stored { order_ms, source, what: What::Line(&event) });
            }
        }
        let order_ms = self.order(head.record_ms.or(head.event_ms));
        let prospect: Option<Cow<'_, str>> = head.prospect;
        self.put(prospect.as_deref(), &Stored { order_ms, source, what: What::Line(line) })
    }

    /// A line without a time stays behind the one before.
    fn order(&mut self, ms: Option<Ms>) -> Ms {
        self.before_ms = ms.unwrap_or(self.before_ms);
        self.before_ms
    }

    fn put(&mut self, key: Option<&str>, record: &Stored<'_>) -> anyhow::Result<()> {
        let partition = key.filter(|key| !key.is_empty()).map_or(0, |key| murmur2_partition(key.as_bytes(), self.partitions));
        let log = &mut self.logs[partition as usize];
        log.is_unsorted |= log.last_ms.is_some_and(|last_ms| record.order_ms < last_ms);
        log.last_ms = Some(record.order_ms);
        record::put(record, log.log.tail())?;
        log.log.settle(self.spill, self.block_bytes)
    }
}
