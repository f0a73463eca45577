//! What a partition knows of its producers: epochs, sequence numbers and open transactions.

use crate::api::ProducerId;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::{BTreeMap, VecDeque};

/// Batches of a producer that are known again when they come twice.
const BATCHES_KNOWN: usize = 5;

/// Producers of one partition by id.
#[derive(Debug, Default)]
pub(super) struct Producers {
    by_id: BTreeMap<i64, Producer>,
}

#[derive(Debug)]
struct Producer {
    epoch: i16,
    /// First and last sequence number, and the offset of the first record.
    batches: VecDeque<(i32, i32, i64)>,
    /// First offset of its open transaction.
    open_since: Option<i64>,
}

impl Producer {
    fn raise(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.batches.clear();
        }
    }
}

impl Producers {
    /// The offset of a batch that was taken before.
    pub(super) fn duplicate(&self, producer: ProducerId, first: i32, count: usize) -> Option<i64> {
        let known = self.by_id.get(&producer.id).filter(|known| known.epoch == producer.epoch)?;
        let last = last_sequence(first, count);
        known.batches.iter().find(|batch| (batch.0, batch.1) == (first, last)).map(|batch| batch.2)
    }

    /// Whether a producer of this or an older epoch may write at all.
    pub(super) fn check_epoch(&self, producer: ProducerId) -> Result<(), Code> {
        match self.by_id.get(&producer.id) {
            Some(known) if producer.epoch < known.epoch => Err(Code::InvalidProducerEpoch),
            _ => Ok(()),
        }
    }

    /// Whether a batch of this sequence number is the next one. A producer that is not known may begin anywhere.
    pub(super) fn check_sequence(&self, producer: ProducerId, first: i32) -> Result<(), Code> {
        let Some(known) = self.by_id.get(&producer.id) else { return Ok(()) };
        let next = if known.epoch == producer.epoch {
            // Known by a marker only: -1 is what its last number counts as.
            known.batches.back().map_or(0, |batch| next_sequence(batch.1))
        } else {
            0
        };
        if first == next { Ok(()) } else { Err(Code::OutOfOrderSequenceNumber) }
    }

    /// A batch was written at this offset.
    pub(super) fn wrote(&mut self, producer: ProducerId, first: i32, count: usize, offset: i64, is_transactional: bool) {
        let known = self.entry(producer);
        known.raise(producer.epoch);
        if known.batches.len() == BATCHES_KNOWN {
            known.batches.pop_front();
        }
        known.batches.push_back((first, last_sequence(first, count), offset));
        if is_transactional {
            known.open_since.get_or_insert(offset);
        }
    }

    /// Something without sequence numbers was written: offsets of a group.
    pub(super) fn wrote_offsets(&mut self, producer: ProducerId, offset: i64) {
        let known = self.entry(producer);
        known.raise(producer.epoch);
        known.open_since.get_or_insert(offset);
    }

    /// A marker was written. Says the first offset of what it ended.
    pub(super) fn ended(&mut self, producer: ProducerId) -> Option<i64> {
        let known = self.entry(producer);
        known.raise(producer.epoch);
        known.open_since.take()
    }

    fn entry(&mut self, producer: ProducerId) -> &mut Producer {
        self.by_id.entry(producer.id).or_insert_with(|| Producer {
            epoch: producer.epoch,
            batches: VecDeque::new(),
            open_since: None,
        })
    }

    /// Whether this producer, in this epoch, has a transaction open here.
    pub(super) fn is_open(&self, producer: ProducerId) -> bool {
        self.by_id.get(&producer.id).is_some_and(|known| known.epoch == producer.epoch && known.open_since.is_some())
    }

    /// The first offset of the oldest open transaction.
    pub(super) fn first_open(&self) -> Option<i64> {
        self.by_id.values().filter_map(|known| known.open_since).min()
    }

    /// Producers with an open transaction, the oldest first.
    pub(super) fn open(&self) -> Vec<(i64, ProducerId)> {
        let open = self.by_id.iter().filter_map(|(&id, known)| Some((known.open_since?, ProducerId { id, epoch: known.epoch })));
        let mut open: Vec<_> = open.collect();
        open.sort_unstable();
        open
    }
}

const fn next_sequence(last: i32) -> i32 {
    if last == i32::MAX { 0 } else { last + 1 }
}

fn last_sequence(first: i32, count: usize) -> i32 {
    let last = i64::from(first) + i64::try_from(count).unwrap_or(i64::MAX) - 1;
    // After the largest number comes 0.
    i32::try_from(last.rem_euclid(1 << 31)).unwrap_or(i32::MAX)
}
