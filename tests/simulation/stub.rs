//! STUB, to be thrown away.
#![allow(clippy::all, reason = "stub")]
use super::api::*;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;

#[derive(Default)]
struct Log {
    records: Vec<Option<Record>>,
}
#[derive(Default)]
pub struct Broker {
    logs: BTreeMap<TopicPartition, Log>,
    open: BTreeMap<TopicPartition, Vec<(i64, Record)>>,
    pending: Vec<(TopicPartition, i64)>,
    committed: BTreeMap<TopicPartition, i64>,
    waiting: Vec<(Us, Ticket, Request)>,
    epoch: i16,
    pub partitions: Vec<TopicPartition>,
    generation: i32,
}
impl Broker {
    pub fn records(&self, at: TopicPartition) -> usize {
        self.logs.get(&at).map_or(0, |l| l.records.iter().flatten().count())
    }
    pub fn committed(&self) -> &BTreeMap<TopicPartition, i64> {
        &self.committed
    }
    pub fn next_tick(&self) -> Option<Us> {
        self.waiting.iter().map(|w| w.0).min()
    }
    pub fn tick(&mut self, now: Us) -> Vec<(Ticket, Answer)> {
        let all = std::mem::take(&mut self.waiting);
        let mut answers = Vec::new();
        for (until, ticket, request) in all {
            let Some(answer) = self.fetch(&request) else { continue };
            if until <= now || !matches!(&answer, Answer::Fetched { records, .. } if records.is_empty()) {
                answers.push((ticket, answer));
            } else {
                self.waiting.push((until, ticket, request));
            }
        }
        answers
    }
    fn fetch(&self, request: &Request) -> Option<Answer> {
        let Request::Fetch { at, offset, max_records, .. } = request else { return None };
        let empty = Vec::new();
        let log = self.logs.get(at).map_or(&empty, |l| &l.records);
        if *offset > log.len() as i64 {
            return Some(Answer::Failed(Code::OffsetOutOfRange));
        }
        let mut records = Vec::new();
        let mut next = *offset;
        while (next as usize) < log.len() && records.len() < *max_records {
            if let Some(r) = &log[next as usize] {
                records.push((next, r.clone()));
            }
            next += 1;
        }
        Some(Answer::Fetched { records, next, at_end: next as usize == log.len(), epoch: 0 })
    }
    pub fn handle(&mut self, now: Us, ticket: Ticket, request: Request) -> Vec<(Ticket, Answer)> {
        let answer = match request {
            Request::Fetch { wait, .. } => {
                let answer = self.fetch(&request).unwrap();
                if matches!(&answer, Answer::Fetched { records, .. } if records.is_empty()) {
                    self.waiting.push((now + wait, ticket, request));
                    return Vec::new();
                }
                answer
            }
            Request::Produce { producer: None, at, records, .. } => {
                let log = self.logs.entry(at).or_default();
                let base = log.records.len() as i64;
                log.records.extend(records.into_iter().map(Some));
                let mut all = vec![(ticket, Answer::Produced { base })];
                all.extend(self.tick(now));
                return all;
            }
            Request::Produce { at, records, .. } => {
                self.open.entry(at).or_default().extend(records.into_iter().map(|r| (0, r)));
                Answer::Produced { base: 0 }
            }
            Request::ListOffsets { at, spec } => Answer::Offset(match spec {
                OffsetSpec::Earliest => 0,
                _ => self.logs.get(&at).map_or(0, |l| l.records.len() as i64),
            }),
            Request::InitProducerId { .. } => {
                self.epoch += 1;
                self.open.clear();
                self.pending.clear();
                Answer::Producer(ProducerId { id: 1, epoch: self.epoch })
            }
            Request::TxnOffsetCommit { offsets, .. } => {
                self.pending.extend(offsets);
                Answer::Done
            }
            Request::EndTxn { commit, .. } => {
                let open = std::mem::take(&mut self.open);
                if commit {
                    for (at, records) in open {
                        let log = self.logs.entry(at).or_default();
                        log.records.extend(records.into_iter().map(|(_, r)| Some(r)));
                        log.records.push(None);
                    }
                    self.committed.extend(std::mem::take(&mut self.pending));
                }
                self.pending.clear();
                let mut all = vec![(ticket, Answer::Done)];
                all.extend(self.tick(now));
                return all;
            }
            Request::OffsetFetch { partitions, .. } => {
                Answer::Committed(partitions.iter().map(|p| self.committed.get(p).copied()).collect())
            }
            Request::Join { .. } => {
                self.generation += 1;
                Answer::Joined { member: "m".to_owned(), generation: self.generation, assigned: self.partitions.clone() }
            }
            Request::Heartbeat { generation, .. } => Answer::Beat { generation, assigned: None },
            Request::AddPartitions { .. } | Request::AddOffsets { .. } | Request::Leave { .. } => Answer::Done,
        };
        vec![(ticket, answer)]
    }
}
