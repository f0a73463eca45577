//! What clients ask the broker, and what it answers: Kafka's requests as far as this service's client library uses them, without
//! their encoding. There is one cluster, and each group reads topics of its own, so neither has a name here; who leads or coordinates what is found without
//! a question, and a client only learns that it asked at the wrong moment.

#![allow(dead_code, reason = "filled in step by step")]

use leadstream::runtime::ports::Position;
use leadstream::runtime::route::ROUTED;
use rdkafka::types::RDKafkaErrorCode;
use std::rc::Rc;

/// Microseconds of virtual time since the run began.
pub type Us = u64;

/// A partition of a topic.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct TopicPartition {
    /// Index into the cluster's list of topics.
    pub topic: u16,
    pub partition: i32,
}

/// A record as its producer sends it, and as readers get it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub key: Option<Rc<[u8]>>,
    /// `None`: a tombstone.
    pub value: Option<Rc<[u8]>>,
    /// `None`: the producer gave none. A topic with the broker's time overwrites it.
    pub timestamp_ms: Option<i64>,
    pub headers: Headers,
}

impl Record {
    /// The header that routers write.
    #[must_use]
    pub fn routed(&self) -> Option<&[u8]> {
        self.headers.iter().rev().find(|(name, _)| name == ROUTED)?.1.as_deref()
    }
}

/// Headers of a record in their order; a value may be null.
pub type Headers = Rc<[(String, Option<Vec<u8>>)]>;

/// Who writes: a lower epoch of the same id is fenced.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct ProducerId {
    pub id: i64,
    pub epoch: i16,
}

/// Names a request, so that its answer, which may come later, finds the way back. Chosen by whoever sends the request; a request
/// that is delivered twice may have the same ticket twice.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct Ticket(pub u64);

/// Which offset of a partition is asked for.
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum OffsetSpec {
    /// The first one that is there.
    Earliest,
    /// The high watermark: behind records of open transactions too.
    End,
    /// The last stable offset: what a reader of committed records may read up to.
    Stable,
    /// The first one below the last stable offset whose record has this time in ms or a later one; -1: none.
    AtTime(i64),
}

/// How a group agrees on who has what.
#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub enum Protocol {
    /// All members join anew at each rebalance; `range` over all topics.
    Classic,
    /// KIP-848: the broker assigns, by heartbeats, one partition after the other.
    Consumer,
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A batch of one partition. Answer: `Produced`.
    Produce {
        transactional_id: Option<String>,
        /// `None`: neither idempotent nor transactional.
        producer: Option<ProducerId>,
        at: TopicPartition,
        /// Of the first record; counted per partition and producer id, from 0 in each epoch that begins anew.
        first_sequence: i32,
        records: Vec<Record>,
    },
    /// Answers: `Fetched`, `Diverged`, `Damaged`.
    Fetch {
        at: TopicPartition,
        offset: i64,
        /// As the answer said that led to this offset; -1: not known, then no truncation is noticed that has grown over again.
        epoch: i32,
        max_records: usize,
        /// The first record comes whatever its size.
        max_bytes: usize,
        /// Only what is committed, up to the last stable offset.
        committed: bool,
        /// The answer may wait so long for the first record.
        wait: Us,
    },
    /// Answer: `Offset`.
    ListOffsets { at: TopicPartition, spec: OffsetSpec },
    /// Answer: `Producer`. Fences who had the id, and aborts what is open: `ConcurrentTransactions` until that is done.
    InitProducerId {
        transactional_id: String,
        /// The broker aborts a transaction that is older.
        timeout: Us,
        /// Who asks for a higher epoch of its own (KIP-360), after a gap in its sequence; `None`: a producer that begins.
        producer: Option<ProducerId>,
    },
    /// Answer: `Done`.
    AddPartitions { transactional_id: String, producer: ProducerId, partitions: Vec<TopicPartition> },
    /// The group's offsets become part of the transaction. Answer: `Done`.
    AddOffsets { transactional_id: String, producer: ProducerId },
    /// Answer: `Done`.
    TxnOffsetCommit {
        transactional_id: String,
        producer: ProducerId,
        /// Empty, with generation -1: not checked.
        member: String,
        /// Classic: generation; Consumer: the member's epoch.
        generation: i32,
        offsets: Vec<(TopicPartition, Position)>,
    },
    /// Answer: `Done`, before the markers are written.
    EndTxn { transactional_id: String, producer: ProducerId, commit: bool },
    /// Committed offsets. With require-stable: `UnstableOffsetCommit` while a transaction has offsets pending. Answer: `Committed`.
    OffsetFetch {
        /// Empty, with generation -1: not checked.
        member: String,
        generation: i32,
        partitions: Vec<TopicPartition>,
    },
    /// Committed offsets, whatever is pending, and who has committed each. Answer: `Said`.
    OffsetFetchUnstable { partitions: Vec<TopicPartition> },
    /// Answers: `Joined`; first `MemberIdRequired` in the classic protocol, where `Joined` comes when the generation is complete.
    Join {
        member: Option<String>,
        protocol: Protocol,
        topics: Vec<u16>,
        /// Without a heartbeat so long, a member is thrown out.
        session: Us,
        /// So long a member may take to join anew (Classic) or to give away what it is asked for (Consumer).
        rebalance: Us,
    },
    /// Answers: `Beat`; Classic: `RebalanceInProgress` asks to join anew.
    Heartbeat {
        member: String,
        /// Classic: generation; Consumer: the member's epoch.
        generation: i32,
        /// Consumer: what the member holds just now.
        owned: Vec<TopicPartition>,
    },
    /// Answer: `Done`.
    Leave { member: String },
}

impl Request {
    /// Whose transaction it is part of, where a client writes to one.
    #[must_use]
    pub fn transactional_id(&self) -> Option<&str> {
        match self {
            Self::Produce { transactional_id, .. } => transactional_id.as_deref(),
            Self::AddPartitions { transactional_id, .. }
            | Self::TxnOffsetCommit { transactional_id, .. }
            | Self::EndTxn { transactional_id, .. } => Some(transactional_id),
            _ => None,
        }
    }
}

/// What the broker answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The offset of the batch's first record.
    Produced {
        base: i64,
    },
    Fetched {
        /// By offset.
        records: Vec<(i64, Record)>,
        /// Where to go on: past markers and aborted records.
        next: i64,
        /// `next` is the last stable offset; of all records: the high watermark.
        at_end: bool,
        /// Leader epoch of what is before `next`, be it a record, a marker or an aborted record; nothing was passed: as asked.
        epoch: i32,
    },
    /// The records of the epoch that the reader names end earlier than where it wants to go on: they were truncated.
    Diverged {
        end: i64,
    },
    /// The batch at the offset that was asked for can't be read.
    Damaged {
        /// The first offset behind the batch.
        next: i64,
    },
    Offset(i64),
    Producer(ProducerId),
    Done,
    /// In the order of the question; `None`: none committed.
    Committed(Vec<Option<Position>>),
    /// The same with the transactional id that has committed it.
    Said(Vec<Option<(Position, String)>>),
    /// Classic: join anew with this name (KIP-394).
    MemberIdRequired {
        member: String,
    },
    Joined {
        member: String,
        generation: i32,
        assigned: Vec<TopicPartition>,
    },
    Beat {
        generation: i32,
        /// Consumer: what the member shall hold from now on; `None`: as it was told last.
        assigned: Option<Vec<TopicPartition>>,
    },
    Failed(RDKafkaErrorCode),
}
