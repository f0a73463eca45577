//! A broker, and clients that do one thing at a time.

use super::super::{Broker, Settings, Topic};
use crate::api::{Answer, OffsetSpec, ProducerId, Protocol, Record, Request, Ticket, TopicPartition, Us};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::cell::Cell;
use std::rc::Rc;

pub const MS: Us = 1_000;
pub const SECOND: Us = 1_000 * MS;
pub const START_MS: i64 = 1_795_000_000_000;

/// Three input topics of four partitions, and a compacted one.
pub const INPUTS: [u16; 3] = [0, 1, 2];
pub const CHANGELOG: u16 = 3;
pub const APPEND_TIME: u16 = 4;

pub const fn at(topic: u16, partition: i32) -> TopicPartition {
    TopicPartition { topic, partition }
}

pub fn record(value: &str) -> Record {
    keyed(value, Some(value))
}

pub fn keyed(key: &str, value: Option<&str>) -> Record {
    let bytes = |text: &str| Rc::from(text.as_bytes());
    Record { key: Some(bytes(key)), value: value.map(bytes), timestamp_ms: Some(START_MS), headers: Rc::from([]) }
}

/// A cluster and its clock.
pub struct Rig {
    pub broker: Broker,
    pub now: Us,
    pub marker_delay: Rc<Cell<Us>>,
    tickets: u64,
    /// Answers that nobody has taken.
    pub late: Vec<(Ticket, Answer)>,
}

impl Rig {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let compacted = Topic { is_compacted: true, ..Topic::new(2) };
        let append_time = Topic { has_append_time: true, ..Topic::new(1) };
        let topics = vec![Topic::new(4), Topic::new(4), Topic::new(4), compacted, append_time];
        let mut settings = Settings::new(topics, START_MS);
        change(&mut settings);
        let marker_delay = Rc::new(Cell::new(0));
        let delay = Rc::clone(&marker_delay);
        let broker = Broker::new(settings, Box::new(move |_| delay.get()));
        Self { broker, now: 0, marker_delay, tickets: 0, late: Vec::new() }
    }

    /// Sends a request whose answer may come later.
    pub fn send(&mut self, request: Request) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let answers = self.broker.handle(self.now, ticket, request);
        self.late.extend(answers);
        ticket
    }

    pub fn taken(&mut self, ticket: Ticket) -> Option<Answer> {
        let place = self.late.iter().position(|(of, _)| *of == ticket)?;
        Some(self.late.remove(place).1)
    }

    pub fn ask(&mut self, request: Request) -> Answer {
        let ticket = self.send(request);
        self.taken(ticket).expect("an answer at once")
    }

    /// Lets so much time pass.
    pub fn pass(&mut self, time: Us) {
        let until = self.now + time;
        while let Some(due) = self.broker.next_tick().filter(|&due| due <= until) {
            self.now = self.now.max(due);
            let answers = self.broker.tick(self.now);
            self.late.extend(answers);
        }
        self.now = until;
    }

    pub fn init(&mut self, name: &str) -> Answer {
        self.ask(Request::InitProducerId { transactional_id: name.to_owned(), timeout: 5 * SECOND, producer: None })
    }

    pub fn producer(&mut self, name: &str) -> Writer {
        for _ in 0..100 {
            if let Answer::Producer(id) = self.init(name) {
                return Writer { name: name.to_owned(), id };
            }
            self.pass(20 * MS);
        }
        panic!("no producer id")
    }

    pub fn write(&mut self, to: TopicPartition, values: &[&str]) -> Answer {
        let records = values.iter().map(|value| record(value)).collect();
        self.ask(Request::Produce { transactional_id: None, producer: None, at: to, first_sequence: -1, records })
    }

    pub fn fetch(&mut self, from: TopicPartition, offset: i64, epoch: i32) -> Answer {
        self.ask(fetch(from, offset, epoch, 0))
    }

    /// Values that a reader of committed records sees, and whether it is at the end.
    pub fn seen(&mut self, from: TopicPartition) -> (Vec<String>, bool) {
        let start = self.offset(from, OffsetSpec::Earliest);
        match self.fetch(from, start, -1) {
            Answer::Fetched { records, at_end, .. } => (values(&records), at_end),
            other => panic!("{other:?}"),
        }
    }

    pub fn offset(&mut self, of: TopicPartition, spec: OffsetSpec) -> i64 {
        match self.ask(Request::ListOffsets { at: of, spec }) {
            Answer::Offset(offset) => offset,
            other => panic!("{other:?}"),
        }
    }

    pub fn committed(&mut self, of: TopicPartition) -> Answer {
        self.ask(Request::OffsetFetch { member: String::new(), generation: -1, partitions: vec![of] })
    }

    /// Asks to join; the answer may come later. Classic: with the name that is given at once.
    pub fn join(&mut self, protocol: Protocol, member: Option<&str>) -> (String, Ticket) {
        let join =
            |member| Request::Join { member, protocol, topics: INPUTS.to_vec(), session: 6 * SECOND, rebalance: 20 * SECOND };
        let ticket = self.send(join(member.map(str::to_owned)));
        match self.taken(ticket) {
            Some(Answer::MemberIdRequired { member }) => {
                let ticket = self.send(join(Some(member.clone())));
                (member, ticket)
            }
            Some(answer) => {
                let name = match &answer {
                    Answer::Joined { member, .. } => member.clone(),
                    _ => member.unwrap_or_default().to_owned(),
                };
                self.late.push((ticket, answer));
                (name, ticket)
            }
            None => (member.unwrap_or_default().to_owned(), ticket),
        }
    }

    pub fn beat(&mut self, member: &str, generation: i32, owned: &[TopicPartition]) -> Answer {
        self.ask(Request::Heartbeat { member: member.to_owned(), generation, owned: owned.to_vec() })
    }
}

pub fn fetch(at: TopicPartition, offset: i64, epoch: i32, wait: Us) -> Request {
    Request::Fetch { at, offset, epoch, max_records: 100, max_bytes: 1_000_000, committed: true, wait }
}

pub fn values(records: &[(i64, Record)]) -> Vec<String> {
    let text = |record: &Record| String::from_utf8_lossy(record.value.as_deref().unwrap_or(b"-")).into_owned();
    records.iter().map(|(_, record)| text(record)).collect()
}

pub fn failed(answer: &Answer) -> Option<Code> {
    match answer {
        Answer::Failed(code) => Some(*code),
        _ => None,
    }
}

/// A transactional producer that keeps no account of itself.
#[derive(Clone)]
pub struct Writer {
    pub name: String,
    pub id: ProducerId,
}

impl Writer {
    pub fn add(&self, at: TopicPartition) -> Request {
        Request::AddPartitions { transactional_id: self.name.clone(), producer: self.id, partitions: vec![at] }
    }

    pub fn add_offsets(&self) -> Request {
        Request::AddOffsets { transactional_id: self.name.clone(), producer: self.id }
    }

    pub fn write(&self, at: TopicPartition, first_sequence: i32, values: &[&str]) -> Request {
        let records = values.iter().map(|value| record(value)).collect();
        let (transactional_id, producer) = (Some(self.name.clone()), Some(self.id));
        Request::Produce { transactional_id, producer, at, first_sequence, records }
    }

    pub fn offsets(&self, at: TopicPartition, offset: i64, member: &str, generation: i32) -> Request {
        let (transactional_id, producer) = (self.name.clone(), self.id);
        let member = member.to_owned();
        Request::TxnOffsetCommit { transactional_id, producer, member, generation, offsets: vec![(at, offset.into())] }
    }

    pub fn end(&self, commit: bool) -> Request {
        Request::EndTxn { transactional_id: self.name.clone(), producer: self.id, commit }
    }
}
