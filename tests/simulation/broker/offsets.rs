//! The group's offsets, those of open transactions included.

use super::history::{CommittedOffset, History};
use super::producers::Producers;
use crate::api::{ProducerId, TopicPartition, Us};
use leadstream::runtime::ports::Position;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;

/// A position, and the place of its record in the log of offsets: the later record wins.
type Offset = (Position, i64);

#[derive(Debug, Default)]
pub(super) struct Offsets {
    producers: Producers,
    committed: BTreeMap<TopicPartition, Offset>,
    /// The id of the producer that has committed it.
    by: BTreeMap<TopicPartition, i64>,
    /// By producer id: a marker ends what its producer has here, whichever epoch wrote it.
    pending: BTreeMap<i64, BTreeMap<TopicPartition, Offset>>,
    records: i64,
}

impl Offsets {
    pub(super) fn is_open(&self, producer: ProducerId) -> bool {
        self.producers.is_open(producer)
    }

    /// Producers whose offsets are pending.
    pub(super) fn open(&self) -> Vec<ProducerId> {
        self.producers.open().into_iter().map(|(_, producer)| producer).collect()
    }

    /// Takes offsets that become the group's with their transaction.
    pub(super) fn add(&mut self, producer: ProducerId, offsets: &[(TopicPartition, Position)]) -> Result<(), Code> {
        self.producers.check_epoch(producer)?;
        self.producers.wrote_offsets(producer, self.records);
        let pending = self.pending.entry(producer.id).or_default();
        for &(at, offset) in offsets {
            pending.insert(at, (offset, self.records));
            self.records += 1;
        }
        Ok(())
    }

    /// A marker arrived: what is pending becomes the group's, or is dropped. Says what it was.
    pub(super) fn mark(
        &mut self,
        now: Us,
        by: ProducerId,
        is_commit: bool,
        transaction: usize,
        history: &mut History,
    ) -> Result<BTreeMap<TopicPartition, i64>, Code> {
        self.producers.check_epoch(by)?;
        self.producers.ended(by);
        self.records += 1;
        let pending = self.pending.remove(&by.id).unwrap_or_default();
        if is_commit {
            for (&at, &offset) in &pending {
                let known = self.committed.entry(at).or_insert(offset);
                if offset.1 >= known.1 {
                    *known = offset;
                    self.by.insert(at, by.id);
                    let transaction = Some(transaction);
                    history.offsets.push(CommittedOffset { at, offset: offset.0.offset, since: now, transaction });
                }
            }
        }
        Ok(pending.into_iter().map(|(at, offset)| (at, offset.0.offset)).collect())
    }

    /// With require-stable: not while one of these is pending.
    pub(super) fn fetch(&self, partitions: &[TopicPartition]) -> Result<Vec<Option<Position>>, Code> {
        if self.pending.values().any(|pending| partitions.iter().any(|at| pending.contains_key(at))) {
            return Err(Code::UnstableOffsetCommit);
        }
        Ok(partitions.iter().map(|at| self.committed.get(at).map(|offset| offset.0)).collect())
    }

    /// Whatever is pending, and the id of the producer that has committed it.
    pub(super) fn said(&self, at: TopicPartition) -> Option<(Position, i64)> {
        Some((self.committed.get(&at)?.0, *self.by.get(&at)?))
    }

    pub(super) fn committed(&self, at: TopicPartition) -> Option<i64> {
        self.committed.get(&at).map(|offset| offset.0.offset)
    }
}
