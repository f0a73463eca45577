//! Records of a producer on their way: queued, put into batches, sent in order and with numbers, sent again until they expire.

use super::records::bytes;
use crate::api::{Answer, ProducerId, Record, Request, Ticket, TopicPartition, Us};
use crate::world::{Io, MS};
use leadstream::kafka::client::Code;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// `retry.backoff.ms`.
const BACKOFF: Us = 100 * MS;
/// `max.in.flight`.
const IN_FLIGHT: usize = 5;

/// How records are put together.
#[derive(Copy, Clone, Debug)]
pub struct Settings {
    pub message_timeout: Us,
    pub linger: Us,
    pub batch_records: usize,
    pub batch_bytes: usize,
    /// More are not taken.
    pub queue_records: usize,
}

struct Message {
    record: Record,
    task: i32,
    sequence: i32,
    queued_at: Us,
    expires_at: Us,
}

struct Batch {
    messages: Vec<Message>,
    ticket: Ticket,
}

#[derive(Default)]
struct Partition {
    queue: VecDeque<Message>,
    /// To be sent again, with the same numbers: the first comes first.
    again: VecDeque<Vec<Message>>,
    in_flight: VecDeque<Batch>,
    next_sequence: i32,
    retry_at: Us,
    /// Nothing is sent before everything is answered.
    is_draining: bool,
}

/// What became of a record.
#[derive(Copy, Clone, Debug)]
pub struct Report {
    pub at: TopicPartition,
    pub task: i32,
    pub error: Option<Code>,
}

/// What an answer means for the transaction.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    Fine,
    /// It can only be aborted.
    Abort(Code),
    /// The producer is of no more use.
    Fatal(Code),
}

/// In whose name, and to which partitions, records may be sent.
pub struct Sending<'a> {
    pub name: &'a str,
    pub id: ProducerId,
    /// Partitions of the transaction.
    pub added: &'a BTreeSet<TopicPartition>,
    /// Without waiting for more.
    pub is_flush: bool,
}

/// Everything that is under way.
pub struct Batches {
    settings: Settings,
    partitions: BTreeMap<TopicPartition, Partition>,
    /// Not served to the worker yet.
    pub reports: VecDeque<Report>,
    records: usize,
}

impl Batches {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, partitions: BTreeMap::new(), reports: VecDeque::new(), records: 0 }
    }

    /// Records that are under way, those included whose report was not served.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.records + self.reports.len()
    }

    /// # Errors
    /// There is no room.
    pub fn push(&mut self, now: Us, at: TopicPartition, record: Record, task: i32) -> Result<(), Code> {
        if self.outstanding() >= self.settings.queue_records {
            return Err(Code::QueueFull);
        }
        let partition = self.partitions.entry(at).or_default();
        let sequence = partition.next_sequence;
        partition.next_sequence += 1;
        let expires_at = now + self.settings.message_timeout;
        partition.queue.push_back(Message { record, task, sequence, queued_at: now, expires_at });
        self.records += 1;
        Ok(())
    }

    fn report(&mut self, at: TopicPartition, messages: impl IntoIterator<Item = Message>, error: Option<Code>) {
        for message in messages {
            self.records -= 1;
            self.reports.push_back(Report { at, task: message.task, error });
        }
    }

    /// Reports what has expired, and sends what may be sent.
    pub fn serve(&mut self, io: &Io<'_>, sending: Option<Sending<'_>>) {
        self.expire(io);
        if let Some(sending) = sending {
            self.send(io, &sending);
        }
        let first = |partition: &Partition| {
            [
                partition.in_flight.front().map(|batch| batch.messages[0].expires_at),
                partition.again.front().map(|messages| messages[0].expires_at),
                partition.queue.front().map(|message| message.expires_at),
            ]
        };
        if let Some(at) = self.partitions.values().flat_map(first).flatten().min() {
            io.call_at(at);
        }
    }

    fn send(&mut self, io: &Io<'_>, sending: &Sending<'_>) {
        let (now, settings) = (io.now(), self.settings);
        for (at, partition) in &mut self.partitions {
            if !sending.added.contains(at) {
                continue;
            }
            partition.is_draining &= !partition.in_flight.is_empty();
            while !partition.is_draining && partition.in_flight.len() < IN_FLIGHT {
                if now < partition.retry_at {
                    io.call_at(partition.retry_at);
                    break;
                }
                let Some(messages) = partition.next_batch(io, sending.is_flush, &settings) else { break };
                let request = Request::Produce {
                    transactional_id: Some(sending.name.to_owned()),
                    producer: Some(sending.id),
                    at: *at,
                    first_sequence: messages[0].sequence,
                    records: messages.iter().map(|message| message.record.clone()).collect(),
                };
                partition.in_flight.push_back(Batch { messages, ticket: io.send(request) });
            }
        }
    }

    /// Records whose time is over are reported; requests that hold some are given up, and may arrive all the same.
    fn expire(&mut self, io: &Io<'_>) {
        let now = io.now();
        let mut expired = Vec::new();
        for (at, partition) in &mut self.partitions {
            while partition.in_flight.front().is_some_and(|batch| batch.messages[0].expires_at <= now) {
                io.cover("produce: a request is given up");
                let Some(batch) = partition.in_flight.pop_front() else { break };
                io.disconnect(batch.ticket);
                expired.push((*at, batch.messages));
            }
            while partition.again.front().is_some_and(|messages| messages[0].expires_at <= now) {
                expired.extend(partition.again.pop_front().map(|messages| (*at, messages)));
            }
            while partition.queue.front().is_some_and(|message| message.expires_at <= now) {
                expired.extend(partition.queue.pop_front().map(|message| (*at, vec![message])));
            }
        }
        for (at, messages) in expired {
            io.cover("produce: a record has timed out");
            self.report(at, messages, Some(Code::MessageTimedOut));
            io.notify();
        }
    }

    /// An answer that may be one to a batch; handed back if it is none.
    ///
    /// # Errors
    /// The answer is to something else.
    pub fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) -> Result<Verdict, Answer> {
        let is_it = |partition: &Partition| partition.in_flight.iter().position(|batch| batch.ticket == ticket);
        let Some((at, n)) = self.partitions.iter().find_map(|(at, p)| Some((*at, is_it(p)?))) else { return Err(answer) };
        let Some(partition) = self.partitions.get_mut(&at) else { return Err(answer) };
        let Some(batch) = partition.in_flight.remove(n) else { return Err(answer) };
        io.notify();
        let code = match answer {
            Answer::Failed(code) if code != Code::DuplicateSequenceNumber => code,
            _ => {
                self.report(at, batch.messages, None);
                return Ok(Verdict::Fine);
            }
        };
        let first = batch.messages[0].sequence;
        let before = partition.again.iter().map(|messages| messages[0].sequence);
        let before = before.chain(partition.in_flight.iter().map(|batch| batch.messages[0].sequence)).min();
        let is_head = before.is_none_or(|before| first < before);
        let is_retried = super::is_passing(code) || (code == Code::OutOfOrderSequenceNumber && !is_head);
        if is_retried {
            io.cover("produce: a batch is sent again");
            partition.retry_at = io.now() + BACKOFF;
            partition.is_draining = true;
            let place = partition.again.iter().position(|messages| messages[0].sequence > first);
            partition.again.insert(place.unwrap_or(partition.again.len()), batch.messages);
            return Ok(Verdict::Fine);
        }
        self.report(at, batch.messages, Some(code));
        Ok(match code {
            Code::InvalidProducerEpoch | Code::ProducerFenced => {
                io.cover("produce: fenced");
                Verdict::Fatal(Code::Fenced)
            }
            Code::OutOfOrderSequenceNumber => {
                io.cover("produce: out of order");
                Verdict::Fatal(code)
            }
            code => {
                io.cover("produce: refused");
                Verdict::Abort(code)
            }
        })
    }

    /// What has not been sent is given up.
    pub fn purge(&mut self) {
        let mut purged = Vec::new();
        for (at, partition) in &mut self.partitions {
            purged.extend(partition.again.drain(..).map(|messages| (*at, messages)));
            purged.push((*at, partition.queue.drain(..).collect()));
        }
        for (at, messages) in purged {
            self.report(at, messages, Some(Code::PurgeQueue));
        }
    }
}

impl Partition {
    fn next_batch(&mut self, io: &Io<'_>, is_flush: bool, settings: &Settings) -> Option<Vec<Message>> {
        if let Some(messages) = self.again.pop_front() {
            return Some(messages);
        }
        let lingers_until = self.queue.front()?.queued_at + settings.linger;
        if !is_flush && io.now() < lingers_until && self.queue.len() < settings.batch_records {
            io.call_at(lingers_until);
            return None;
        }
        let mut batch: Vec<Message> = Vec::new();
        let mut room = settings.batch_bytes;
        while let Some(message) = self.queue.front() {
            let needed = bytes(&message.record);
            if !batch.is_empty() && (batch.len() >= settings.batch_records || needed > room) {
                break;
            }
            room = room.saturating_sub(needed);
            batch.extend(self.queue.pop_front());
        }
        Some(batch)
    }
}
