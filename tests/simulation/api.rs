//! Requests of clients and answers of the broker.

#![allow(dead_code, reason = "filled in step by step")]

use rdkafka::types::RDKafkaErrorCode;
use std::rc::Rc;

pub type Us = u64;
/// One request on its way: its answer has the same.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct Ticket(pub u64);
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct TopicPartition {
    pub topic: u16,
    pub partition: i32,
} // topic = index into the cluster's list of names
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub key: Option<Rc<[u8]>>,
    pub value: Option<Rc<[u8]>>,
    pub timestamp_ms: Option<i64>,
    pub headers: Rc<[(String, Option<Vec<u8>>)]>,
}
#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub struct ProducerId {
    pub id: i64,
    pub epoch: i16,
}
#[derive(Copy, Clone, Debug)]
pub enum OffsetSpec {
    Earliest,
    End,    /* high watermark, open transactions included */
    Stable, /* LSO */
    AtTime(i64),
}
#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub enum Protocol {
    Classic,
    Consumer,
}
#[derive(Clone, Debug)]
pub enum Request {
    Produce {
        transactional_id: Option<String>,
        producer: Option<ProducerId>,
        at: TopicPartition,
        first_sequence: i32,
        records: Vec<Record>,
    },
    Fetch {
        at: TopicPartition,
        offset: i64,
        epoch: i32, /* leader epoch of the last record taken, -1 none */
        max_records: usize,
        max_bytes: usize,
        committed: bool,
    },
    ListOffsets {
        at: TopicPartition,
        spec: OffsetSpec,
    },
    InitProducerId {
        transactional_id: String,
        timeout: Us,
    },
    AddPartitions {
        transactional_id: String,
        producer: ProducerId,
        partitions: Vec<TopicPartition>,
    },
    AddOffsets {
        transactional_id: String,
        producer: ProducerId,
    },
    TxnOffsetCommit {
        transactional_id: String,
        producer: ProducerId,
        member: String,
        generation: i32,
        offsets: Vec<(TopicPartition, i64)>,
    },
    EndTxn {
        transactional_id: String,
        producer: ProducerId,
        commit: bool,
    },
    OffsetFetch {
        partitions: Vec<TopicPartition>,
    }, // require-stable: UnstableOffsetCommit while a pending transactional offset is there
    Join {
        member: Option<String>,
        protocol: Protocol,
        session: Us,
        rebalance: Us,
    }, // classic: the answer comes when the generation is complete (deferred)
    Heartbeat {
        member: String,
        generation: i32,
        owned: Vec<TopicPartition>,
    }, // Consumer protocol: generation = member epoch, owned reported
    Leave {
        member: String,
    },
}
#[derive(Clone, Debug)]
pub enum Answer {
    Produced { base: i64 },
    Fetched { records: Vec<(i64, Record)>, next: i64 /* past markers */, at_end: bool /* read up to LSO */, epoch: i32 },
    Offset(i64),
    Producer(ProducerId),
    Done,
    Committed(Vec<Option<i64>>),
    Joined { member: String, generation: i32, assigned: Vec<TopicPartition> },
    Beat { generation: i32, assigned: Option<Vec<TopicPartition>> /* target, Consumer protocol */ },
    Failed(RDKafkaErrorCode),
}
