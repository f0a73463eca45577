//! Brings a log into the order of its records' times: in memory as far as that goes, then run by run through the temporary file.
//!
//! Records of one time and partition stay in the order of their files. A log that is in order already is left as it is: nothing is read.

use super::record::{self, Order};
use super::spill::{Blocks, Log, Spill};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How much of a log is sorted in memory at a time.
const RUN_BYTES: usize = 32 << 20;
/// Number of sorted runs merged together; each has one block in memory.
const MAX_RUNS: usize = 128;
/// Size of the blocks that are written.
const BLOCK_BYTES: usize = 64 << 10;

/// The log in order; `progress` hears of records that are in place.
pub(super) fn sorted(log: Log, spill: &Spill, progress: &dyn Fn(u64)) -> anyhow::Result<Log> {
    sorted_by(log, spill, RUN_BYTES, MAX_RUNS, progress)
}

fn sorted_by(log: Log, spill: &Spill, run_bytes: usize, max_runs: usize, progress: &dyn Fn(u64)) -> anyhow::Result<Log> {
    let mut blocks = log.into_blocks();
    let (mut runs, mut buffer) = (Vec::new(), Vec::new());
    loop {
        let block = blocks.next(spill)?;
        buffer.extend_from_slice(block.as_deref().unwrap_or_default());
        if buffer.len() >= run_bytes || (block.is_none() && !buffer.is_empty()) {
            runs.push(run(&buffer, spill, progress)?);
            buffer.clear();
        }
        if block.is_none() {
            break;
        }
    }
    drop(buffer);
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(max_runs));
        let mut rest = runs.into_iter();
        loop {
            let some: Vec<Log> = rest.by_ref().take(max_runs).collect();
            if some.is_empty() {
                break;
            }
            merged.push(merge(some, spill)?);
        }
        runs = merged;
    }
    Ok(runs.pop().unwrap_or_default())
}

/// Sorts what fits into memory.
fn run(bytes: &[u8], spill: &Spill, progress: &dyn Fn(u64)) -> anyhow::Result<Log> {
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some((length, order)) = bytes.get(at..).and_then(record::first) {
        places.push((order, at, length));
        at += length;
    }
    places.sort_by_key(|(order, _, _)| *order);
    progress(places.len() as u64);
    let mut log = Log::default();
    for (_, at, length) in places {
        log.tail().extend_from_slice(bytes.get(at..at + length).unwrap_or_default());
        log.settle(spill, BLOCK_BYTES)?;
    }
    Ok(log)
}

/// One run while it is merged.
struct Cursor {
    blocks: Blocks,
    block: Vec<u8>,
    at: usize,
}

impl Cursor {
    /// Length and order of the record at the head; reads on when a block is used up.
    fn head(&mut self, spill: &Spill) -> anyhow::Result<Option<(usize, Order)>> {
        if self.at >= self.block.len() {
            let Some(block) = self.blocks.next(spill)? else { return Ok(None) };
            (self.block, self.at) = (block, 0);
        }
        Ok(self.block.get(self.at..).and_then(record::first))
    }
}

fn merge(mut runs: Vec<Log>, spill: &Spill) -> anyhow::Result<Log> {
    if runs.len() == 1 {
        return Ok(runs.pop().unwrap_or_default());
    }
    let cursor = |run: Log| Cursor { blocks: run.into_blocks(), block: Vec::new(), at: 0 };
    let mut cursors: Vec<Cursor> = runs.into_iter().map(cursor).collect();
    // Of one time the earlier run comes first.
    let mut heads = BinaryHeap::new();
    for (n, cursor) in cursors.iter_mut().enumerate() {
        heads.extend(cursor.head(spill)?.map(|(length, order)| Reverse((order, n, length))));
    }
    let mut log = Log::default();
    while let Some(Reverse((_, n, length))) = heads.pop() {
        let Some(cursor) = cursors.get_mut(n) else { continue };
        log.tail().extend_from_slice(cursor.block.get(cursor.at..cursor.at + length).unwrap_or_default());
        log.settle(spill, BLOCK_BYTES)?;
        cursor.at += length;
        heads.extend(cursor.head(spill)?.map(|(length, order)| Reverse((order, n, length))));
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::replay::record::{Source, Stored, What};
    use crate::domain::Ms;

    #[test]
    fn a_log_comes_into_order_whatever_fits_into_memory_and_equal_times_stay_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        for (records, run_bytes, max_runs) in
            [(0, 1, 2), (1, 1, 2), (500, 1 << 20, 2), (500, 2_000, 2), (500, 1, 3), (500, 5_000, 128)]
        {
            // Memory for some of it only: the rest goes through the file.
            let spill = Spill::with_memory(dir.path(), 4_000);
            let mut log = Log::default();
            let mut want: Vec<(Ms, u64)> = (0..records).map(|n: u64| ((n * 7_919 % 83) as Ms, n)).collect();
            for (order_ms, line) in &want {
                let text = vec![b'x'; (*line % 40) as usize];
                let stored = Stored {
                    order: Order { ms: *order_ms, partition: -1 },
                    source: Source { file: 0, line: *line },
                    what: What::Line(&text),
                    refused: None,
                };
                record::put(&stored, log.tail()).unwrap();
                log.settle(&spill, 300).unwrap();
            }
            want.sort_by_key(|(order_ms, _)| *order_ms);
            let counted = std::cell::Cell::new(0);
            let count = |n| counted.set(counted.get() + n);
            let mut blocks = sorted_by(log, &spill, run_bytes, max_runs, &count).unwrap().into_blocks();
            let mut found = Vec::new();
            while let Some(block) = blocks.next(&spill).unwrap() {
                let mut rest = &*block;
                while let Some(stored) = record::take(&mut rest) {
                    assert_eq!(stored.what.bytes().len() as u64, stored.source.line % 40);
                    found.push((stored.order.ms, stored.source.line));
                }
            }
            assert_eq!(found, want, "{records} {run_bytes} {max_runs}");
            assert_eq!(counted.get(), records);
        }
    }
}
