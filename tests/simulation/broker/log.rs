//! The log of one partition: records and markers by offset, leader epochs, and how far it is stable.

use super::history::{History, Visible};
use super::producers::Producers;
use crate::api::{Answer, OffsetSpec, ProducerId, Record, TopicPartition, Us};
use rdkafka::types::RDKafkaErrorCode as Code;

/// What an offset holds.
#[derive(Debug)]
pub(super) enum Body {
    Data(Record),
    /// The end of a producer's transaction.
    Marker {
        is_commit: bool,
    },
}

/// What has become of a record.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// To be seen: written outside of a transaction, or in one that was committed.
    Kept(Option<usize>),
    Open,
    Aborted,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) offset: i64,
    /// Of the leader that wrote it.
    pub(super) epoch: i32,
    /// The first offset of its batch.
    pub(super) batch: i64,
    pub(super) producer: Option<ProducerId>,
    pub(super) first_sequence: i32,
    pub(super) is_transactional: bool,
    pub(super) fate: Fate,
    pub(super) is_damaged: bool,
    pub(super) written: Us,
    pub(super) body: Body,
}

/// A batch that was let in.
pub(super) struct Batch {
    pub(super) producer: Option<ProducerId>,
    pub(super) is_transactional: bool,
    pub(super) first_sequence: i32,
    pub(super) records: Vec<Record>,
}

/// What a reader wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) offset: i64,
    pub(super) epoch: i32,
    pub(super) max_records: usize,
    pub(super) max_bytes: usize,
    pub(super) committed: bool,
}

/// What a leader shows: the present one everything, one that was deposed and has not noticed what it knew then.
#[derive(Debug, Copy, Clone)]
pub(super) struct View {
    pub(super) end: i64,
    pub(super) stable: i64,
    pub(super) epoch: i32,
}

#[derive(Debug)]
pub(super) struct Log {
    pub(super) at: TopicPartition,
    /// By offset; compaction leaves gaps.
    pub(super) entries: Vec<Entry>,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) producers: Producers,
    /// Leader epochs, with the offset that each began at.
    pub(super) epochs: Vec<(i32, i64)>,
    /// Up to here the history has what is visible.
    pub(super) told: i64,
    /// The first offset of the oldest open transaction; kept, since every fetch asks.
    pub(super) first_open: Option<i64>,
    /// What is appended next can't be read.
    pub(super) damages_next: bool,
}

impl Log {
    pub(super) fn new(at: TopicPartition) -> Self {
        Self {
            at,
            entries: Vec::new(),
            start: 0,
            end: 0,
            producers: Producers::default(),
            epochs: vec![(0, 0)],
            told: 0,
            first_open: None,
            damages_next: false,
        }
    }

    pub(super) fn epoch(&self) -> i32 {
        self.epochs.last().map_or(0, |epoch| epoch.0)
    }

    /// Another leader, whose records have a higher epoch.
    pub(super) fn elect(&mut self) {
        self.epochs.push((self.epoch() + 1, self.end));
    }

    /// The last stable offset: no transaction is open below it.
    pub(super) fn stable(&self) -> i64 {
        self.first_open.map_or(self.end, |first| first.max(self.start))
    }

    /// The index of the first entry at this offset or behind it.
    pub(super) fn index(&self, offset: i64) -> usize {
        self.entries.partition_point(|entry| entry.offset < offset)
    }

    /// Writes a batch; says its first offset.
    pub(super) fn append(&mut self, now: Us, batch: Batch) -> i64 {
        let base = self.end;
        let Batch { producer, is_transactional, first_sequence, records } = batch;
        if let Some(producer) = producer {
            self.producers.wrote(producer, first_sequence, records.len(), base, is_transactional);
        }
        if is_transactional {
            self.first_open.get_or_insert(base);
        }
        for record in records {
            let fate = if is_transactional { Fate::Open } else { Fate::Kept(None) };
            self.push(now, base, (producer, first_sequence, is_transactional), fate, Body::Data(record));
        }
        base
    }

    fn push(&mut self, now: Us, batch: i64, by: (Option<ProducerId>, i32, bool), fate: Fate, body: Body) {
        let (producer, first_sequence, is_transactional) = by;
        let (offset, epoch) = (self.end, self.epoch());
        let is_damaged = std::mem::take(&mut self.damages_next);
        let written = now;
        self.entries.push(Entry {
            offset,
            epoch,
            batch,
            producer,
            first_sequence,
            is_transactional,
            fate,
            is_damaged,
            written,
            body,
        });
        self.end += 1;
    }

    /// Writes a marker, which ends all that this producer has open here, of whatever transaction it was meant to be. Says the
    /// offsets of those records.
    pub(super) fn mark(&mut self, now: Us, by: ProducerId, is_commit: bool, transaction: usize) -> Result<Vec<i64>, Code> {
        self.producers.check_epoch(by)?;
        let fate = if is_commit { Fate::Kept(Some(transaction)) } else { Fate::Aborted };
        let mut ended = Vec::new();
        if let Some(first) = self.producers.ended(by) {
            let from = self.index(first);
            for entry in &mut self.entries[from..] {
                if entry.fate == Fate::Open && entry.producer.is_some_and(|producer| producer.id == by.id) {
                    entry.fate = fate;
                    ended.push(entry.offset);
                }
            }
            self.first_open = self.producers.first_open();
        }
        self.push(now, self.end, (Some(by), -1, true), Fate::Aborted, Body::Marker { is_commit });
        Ok(ended)
    }

    /// Tells the history what has become visible: what lies below the offset that readers are told to be stable.
    pub(super) fn tell(&mut self, now: Us, stable: i64, history: &mut History) {
        if stable <= self.told {
            return;
        }
        let visible = history.visible.entry(self.at).or_default();
        for entry in &self.entries[self.index(self.told)..self.index(stable)] {
            if let (Fate::Kept(transaction), Body::Data(record)) = (entry.fate, &entry.body) {
                visible.push(Visible {
                    offset: entry.offset,
                    record: record.clone(),
                    since: now,
                    producer: entry.producer,
                    transaction,
                    gone: None,
                });
            }
        }
        self.told = stable;
    }

    /// Where the records of this leader epoch end.
    fn end_of(&self, epoch: i32) -> i64 {
        self.epochs.iter().find(|&&(later, _)| later > epoch).map_or(self.end, |&(_, began)| began)
    }

    /// What the present leader shows.
    pub(super) fn view(&self) -> View {
        View { end: self.end, stable: self.stable(), epoch: self.epoch() }
    }

    /// What a reader gets; `None`: nothing yet.
    pub(super) fn read(&self, wanted: &Wanted, view: View) -> Option<Answer> {
        let bound = if wanted.committed { view.stable } else { view.end };
        if wanted.epoch > view.epoch {
            return Some(Answer::Failed(Code::UnknownLeaderEpoch));
        }
        if wanted.epoch >= 0 {
            let end = self.end_of(wanted.epoch).min(view.end);
            if end < wanted.offset {
                return Some(Answer::Diverged { end });
            }
        }
        if wanted.offset < self.start || wanted.offset > view.end {
            return Some(Answer::Failed(Code::OffsetOutOfRange));
        }
        if wanted.offset >= bound {
            return None;
        }
        Some(self.helping(wanted, bound))
    }

    fn helping(&self, wanted: &Wanted, bound: i64) -> Answer {
        let mut records = Vec::new();
        let mut bytes = 0;
        let mut next = wanted.offset;
        for entry in &self.entries[self.index(wanted.offset)..] {
            if entry.offset >= bound {
                break;
            }
            if entry.is_damaged {
                if records.is_empty() && next == wanted.offset {
                    return Answer::Damaged { next: self.batch_end(entry).min(bound) };
                }
                return self.fetched(records, next, false, wanted);
            }
            let is_seen = !wanted.committed || matches!(entry.fate, Fate::Kept(_));
            if let (true, Body::Data(record)) = (is_seen, &entry.body) {
                bytes += size(record);
                if !records.is_empty() && (records.len() >= wanted.max_records || bytes > wanted.max_bytes) {
                    return self.fetched(records, next, false, wanted);
                }
                records.push((entry.offset, record.clone()));
            }
            next = entry.offset + 1;
        }
        // Behind the last entry may be offsets that compaction has emptied.
        self.fetched(records, bound, true, wanted)
    }

    fn fetched(&self, records: Vec<(i64, Record)>, next: i64, at_end: bool, wanted: &Wanted) -> Answer {
        let before_next = self.epochs.iter().rev().find(|&&(_, began)| began < next).map(|epoch| epoch.0);
        let epoch = if next > wanted.offset { before_next.unwrap_or(wanted.epoch) } else { wanted.epoch };
        Answer::Fetched { records, next, at_end, epoch }
    }

    fn batch_end(&self, of: &Entry) -> i64 {
        let behind = self.entries[self.index(of.offset)..].iter().find(|entry| entry.batch != of.batch);
        behind.map_or(self.end, |entry| entry.offset)
    }

    /// An answer without records.
    pub(super) fn nothing(wanted: &Wanted, view: View) -> Answer {
        let at_end = wanted.offset == if wanted.committed { view.stable } else { view.end };
        Answer::Fetched { records: Vec::new(), next: wanted.offset, at_end, epoch: wanted.epoch }
    }

    pub(super) fn offset(&self, spec: OffsetSpec, view: View) -> i64 {
        match spec {
            OffsetSpec::Earliest => self.start,
            OffsetSpec::End => view.end,
            OffsetSpec::Stable => view.stable,
            OffsetSpec::AtTime(time_ms) => {
                let at = self.entries.iter().find(|entry| match &entry.body {
                    Body::Data(record) => record.timestamp_ms.is_some_and(|time| time >= time_ms),
                    Body::Marker { .. } => false,
                });
                at.map(|entry| entry.offset).filter(|&offset| offset < view.stable).unwrap_or(-1)
            }
        }
    }
}

/// Bytes of a record as Kafka counts them, about.
pub(super) fn size(record: &Record) -> usize {
    let headers = record.headers.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, Vec::len) + 2);
    let body = record.key.as_ref().map_or(0, |key| key.len()) + record.value.as_ref().map_or(0, |value| value.len());
    20 + body + headers.sum::<usize>()
}
