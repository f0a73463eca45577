//! The log of one topic and partition.

use super::record::{self, Order, Stored};
use super::spill::{Log, Spill};

/// The log of one topic and partition.
#[derive(Default)]
pub(super) struct PartitionLog {
    pub log: Log,
    /// Its records came by their times.
    last: Option<Order>,
    pub is_unsorted: bool,
}

pub(super) fn block_bytes(partitions: u32) -> usize {
    ((32 << 20) / partitions.max(1) as usize).clamp(4 << 10, 256 << 10)
}

impl PartitionLog {
    /// Appends a record of a log that is one of so many.
    pub(super) fn put(&mut self, record: &Stored<'_>, spill: &Spill, partitions: u32) -> anyhow::Result<()> {
        self.put_block(record, spill, block_bytes(partitions))
    }

    pub(super) fn put_block(&mut self, record: &Stored<'_>, spill: &Spill, block_bytes: usize) -> anyhow::Result<()> {
        self.is_unsorted |= self.last.is_some_and(|last| record.order < last);
        self.last = Some(record.order);
        record::put(record, self.log.tail())?;
        self.log.settle(spill, block_bytes)
    }
}
