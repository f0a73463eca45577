//! Fetches ahead, one queue per partition: for the consumer and for the reader.
//!
//! Rules of the library that matter here: an end of partition is said once for every end; an error that resets the position is said
//! once, and then nothing is fetched until the partition is assigned or sought again; a paused partition goes on behind what was
//! taken of it last, and after an end of partition that is one too many (before 2.13.2).

use super::is_passing;
use super::records::bytes;
use crate::api::{Answer, Record, Request, Ticket, TopicPartition, Us};
use crate::vigil::{Start, Told};
use crate::world::{Io, MS, SECOND};
use leadstream::kafka::client::{Code, Taken};
use std::collections::{BTreeMap, VecDeque};

/// `fetch.wait.max.ms`.
const WAIT: Us = 10 * MS;
/// The same once the end of the partition has been said: nothing but a record is waited for, so longer waits look no different.
const WAIT_AT_END: Us = 2 * SECOND;
/// `fetch.error.backoff.ms` and the like.
const BACKOFF: Us = 50 * MS;

/// How much is fetched ahead of one partition.
#[derive(Copy, Clone, Debug)]
pub struct Ahead {
    pub records: usize,
    pub bytes: usize,
    /// Of one answer.
    pub records_at_once: usize,
}

/// What waits in the queue of a partition.
enum Op {
    Record(i64, Record),
    End(i64),
    Error(i64, Code, String),
}

struct Partition {
    /// The next offset to fetch; `None`: nothing is fetched.
    next: Option<i64>,
    /// Leader epoch of what is before the next offset.
    epoch: i32,
    request: Option<Ticket>,
    retry_at: Us,
    said_end: Option<i64>,
    known_end: Option<i64>,
    /// Behind what was taken last.
    taken: Option<i64>,
    is_paused: bool,
    is_paused_by_library: bool,
    /// So many of the first records may come by the main queue.
    strays: u32,
    queue: VecDeque<Op>,
    queued_bytes: usize,
}

/// Fetches assigned partitions.
pub struct Fetcher {
    ahead: Ahead,
    partitions: BTreeMap<TopicPartition, Partition>,
}

impl Fetcher {
    #[must_use]
    pub fn new(ahead: Ahead) -> Self {
        Self { ahead, partitions: BTreeMap::new() }
    }

    /// Fetches a partition from here on.
    pub fn start(&mut self, io: &Io<'_>, at: TopicPartition, offset: i64) {
        self.stop(io, at);
        io.world.started.borrow_mut().entry(at).or_default().push(Start { when: io.now(), offset });
        let partition = Partition {
            next: Some(offset),
            epoch: -1,
            request: None,
            retry_at: 0,
            said_end: None,
            known_end: None,
            taken: None,
            is_paused: false,
            is_paused_by_library: false,
            strays: 2,
            queue: VecDeque::new(),
            queued_bytes: 0,
        };
        self.partitions.insert(at, partition);
        self.serve(io);
    }

    pub fn stop(&mut self, io: &Io<'_>, at: TopicPartition) {
        if let Some(request) = self.partitions.remove(&at).and_then(|partition| partition.request) {
            io.forget(request);
        }
    }

    pub fn stop_all(&mut self, io: &Io<'_>) {
        for at in self.partitions.keys().copied().collect::<Vec<_>>() {
            self.stop(io, at);
        }
    }

    #[must_use]
    pub fn is_assigned(&self, at: TopicPartition) -> bool {
        self.partitions.contains_key(&at)
    }

    /// What is queued and on its way is outdated; goes on at `next`.
    fn restart(io: &Io<'_>, partition: &mut Partition, next: Option<i64>) {
        partition.queue.clear();
        partition.queued_bytes = 0;
        partition.next = next;
        partition.said_end = None;
        if let Some(request) = partition.request.take() {
            io.forget(request);
        }
    }

    /// Fetches a partition from another offset.
    pub fn seek(&mut self, io: &Io<'_>, at: TopicPartition, offset: i64) {
        if let Some(partition) = self.partitions.get_mut(&at) {
            io.world.started.borrow_mut().entry(at).or_default().push(Start { when: io.now(), offset });
            Self::restart(io, partition, Some(offset));
            partition.taken = None;
            partition.epoch = -1;
        }
        self.serve(io);
    }

    pub fn pause(&mut self, io: &Io<'_>, at: TopicPartition, by_library: bool) {
        let Some(partition) = self.partitions.get_mut(&at) else { return };
        let next = partition.taken.or(partition.next);
        Self::restart(io, partition, next);
        *if by_library { &mut partition.is_paused_by_library } else { &mut partition.is_paused } = true;
    }

    pub fn resume(&mut self, io: &Io<'_>, at: TopicPartition, by_library: bool) {
        let Some(partition) = self.partitions.get_mut(&at) else { return };
        *if by_library { &mut partition.is_paused_by_library } else { &mut partition.is_paused } = false;
        self.serve(io);
    }

    /// The library pauses everything for a rebalance, or resumes it.
    pub fn pause_all(&mut self, io: &Io<'_>, is_pause: bool) {
        for at in self.partitions.keys().copied().collect::<Vec<_>>() {
            if is_pause {
                self.pause(io, at, true);
            } else {
                self.resume(io, at, true);
            }
        }
    }

    /// The end as of the latest fetch.
    #[must_use]
    pub fn known_end(&self, at: TopicPartition) -> Option<i64> {
        self.partitions.get(&at)?.known_end
    }

    /// Takes what waits in the queue of a partition.
    pub fn take(&mut self, io: &Io<'_>, at: TopicPartition, at_most: usize) -> Taken<Vec<(i64, Record)>> {
        let mut taken = Taken { records: Vec::new(), end: None, error: None };
        let Some(partition) = self.partitions.get_mut(&at) else { return taken };
        for op in partition.queue.drain(..at_most.min(partition.queue.len())) {
            let offset = match &op {
                Op::Record(offset, _) | Op::End(offset) | Op::Error(offset, ..) => *offset,
            };
            partition.taken = partition.taken.max(Some(offset + 1));
            partition.strays = 0;
            match op {
                Op::Record(offset, record) => {
                    partition.queued_bytes -= bytes(&record);
                    if taken.error.is_none() {
                        taken.end = None;
                        taken.records.push((offset, record));
                    }
                }
                Op::End(end) if taken.error.is_none() => taken.end = Some(end),
                Op::Error(_, code, text) if taken.error.is_none() => {
                    taken.end = None;
                    taken.error = Some((code, text));
                }
                Op::End(_) | Op::Error(..) => {}
            }
        }
        self.serve(io);
        taken
    }

    /// What comes by the main queue: the first records of a partition that was assigned a moment ago.
    pub fn stray(&mut self, io: &Io<'_>) -> Option<(TopicPartition, i64, Record)> {
        if !io.world.has_strays.get() {
            return None;
        }
        for (at, partition) in &mut self.partitions {
            let is_first = partition.strays > 0 && matches!(partition.queue.front(), Some(Op::Record(..)));
            if let (true, Some(Op::Record(offset, record))) = (is_first, is_first.then(|| partition.queue.pop_front()).flatten())
            {
                partition.strays -= 1;
                partition.queued_bytes -= bytes(&record);
                partition.taken = partition.taken.max(Some(offset + 1));
                return Some((*at, offset, record));
            }
        }
        None
    }

    /// Asks for whatever there is room for.
    pub fn serve(&mut self, io: &Io<'_>) {
        for (at, partition) in &mut self.partitions {
            let Some(offset) = partition.next else { continue };
            let room = self.ahead.records.saturating_sub(partition.queue.len());
            let is_full = room == 0 || partition.queued_bytes >= self.ahead.bytes;
            if partition.request.is_some() || partition.is_paused || partition.is_paused_by_library || is_full {
                continue;
            }
            if partition.retry_at > io.now() {
                io.call_at(partition.retry_at);
                continue;
            }
            let fetch = Request::Fetch {
                at: *at,
                offset,
                epoch: partition.epoch,
                max_records: room.min(self.ahead.records_at_once),
                max_bytes: self.ahead.bytes,
                committed: true,
                wait: if partition.said_end == Some(offset) { WAIT_AT_END } else { WAIT },
            };
            partition.request = Some(io.send(fetch));
        }
    }

    /// An answer that may be one to a fetch; handed back if it is none.
    pub fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) -> Option<Answer> {
        let Some((at, partition)) = self.partitions.iter_mut().find(|(_, p)| p.request == Some(ticket)) else {
            return Some(answer);
        };
        partition.request = None;
        let was_empty = partition.queue.is_empty();
        match answer {
            Answer::Fetched { records, next, at_end, epoch } => partition.fetched(records, next, at_end, epoch),
            Answer::Diverged { end } => {
                let told = Told { at: *at, end, when: io.now(), worker: io.worker };
                io.world.told.borrow_mut().push(told);
                partition.diverged(io, end);
            }
            Answer::Damaged { next } => {
                io.cover("fetch: damaged record");
                let offset = partition.next.replace(next).unwrap_or(next);
                // What can't be read is passed over.
                partition.queue.push_back(Op::Error(
                    offset,
                    Code::BadMessage,
                    format!("MessageSet at offset {offset} failed CRC32C check"),
                ));
            }
            Answer::Failed(code) => partition.failed(io, *at, code),
            _ => {}
        }
        if was_empty && !partition.queue.is_empty() {
            io.unpark();
        }
        self.serve(io);
        None
    }
}

impl Partition {
    fn fetched(&mut self, records: Vec<(i64, Record)>, next: i64, at_end: bool, epoch: i32) {
        let is_empty = records.is_empty();
        for (offset, record) in records {
            if self.next.is_some_and(|next| offset >= next) {
                self.queued_bytes += bytes(&record);
                self.queue.push_back(Op::Record(offset, record));
            }
        }
        self.epoch = epoch;
        if at_end {
            self.known_end = Some(next);
        }
        if is_empty && at_end && self.next == Some(next) && self.said_end != Some(next) {
            self.said_end = Some(next);
            self.queue.push_back(Op::End(next));
        }
        self.next = Some(next);
    }

    /// What was taken last is gone: records of an older leader were truncated.
    fn diverged(&mut self, io: &Io<'_>, end: i64) {
        io.cover("fetch: log truncated");
        let (offset, epoch) = (self.next.take().unwrap_or(-1), self.epoch);
        let text = format!(
            "Partition log truncation detected at offset {offset} (leader epoch {epoch}): broker end offset is {end} (offset leader epoch \
             {epoch}). Reset to INVALID.: Local: Partition log truncation detected"
        );
        self.queue.push_back(Op::Error(offset, Code::LogTruncation, text));
    }

    fn failed(&mut self, io: &Io<'_>, at: TopicPartition, code: Code) {
        self.retry_at = io.now() + BACKOFF;
        let offset = self.next.unwrap_or(-1);
        match code {
            code if is_passing(code) => io.cover("fetch: the library tries again by itself"),
            Code::FencedLeaderEpoch | Code::UnknownLeaderEpoch | Code::OffsetNotAvailable | Code::ReplicaNotAvailable => {}
            Code::OffsetOutOfRange => {
                io.cover("fetch: offset out of range");
                let text =
                    format!("fetch failed due to requested offset not available on the broker: {code} ({at:?}, offset {offset})");
                self.next = None;
                self.queue.push_back(Op::Error(offset, Code::AutoOffsetReset, text));
            }
            code => {
                io.cover("fetch: other error");
                self.queue.push_back(Op::Error(offset, code, format!("Fetch failed at offset {offset}: {code}")));
            }
        }
    }
}
