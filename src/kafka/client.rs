//! What the adapters need of the client library, as traits: librdkafka in the service (`producer`, `consumer`, `reader` below), a
//! model of it in `tests/simulation`. So the very adapters that production runs can be tried against a broker that misbehaves.
//!
//! A trait here is one call, or one thing that the library keeps. What is called when, how long it may take, and what an error
//! means is the adapters' own. Time comes from [`TransactionalProducer::now`] and its like; the traits are called directly, never
//! through a table.

pub mod asked;
pub mod consumer;
pub mod deliveries;
pub mod error;
pub(super) mod metadata;
pub mod producer;
pub mod reader;

use super::membership::Membership;
use super::records::OwnedRecord;
use crate::domain::Ms;
use crate::engine::task::StagedRecord;
use crate::runtime::ports::{Bounds, Failure, InputPartition, OutRecord, Position, RecordBatch};
use deliveries::Undelivered;
pub use error::{ClientError, Code};
use std::time::Duration;

/// A transactional producer of one worker. What its methods don't wait for is done in the background.
pub trait TransactionalProducer: Sized {
    /// The group's membership as the library hands it on, opaque.
    type Group;

    /// A clock that never jumps: for the bounds of waits.
    fn now(&self) -> Duration;

    /// Takes over from another producer of the same name: it is fenced, and what it left open is aborted.
    ///
    /// # Errors
    /// What the library says.
    fn init_transactions(&self, at_most: Duration) -> Result<(), ClientError>;

    /// Asks nobody. In a transaction that has failed its error says why.
    ///
    /// # Errors
    /// What the library says.
    fn begin_transaction(&self) -> Result<(), ClientError>;

    /// Puts a record into the queue; everything is copied.
    ///
    /// # Errors
    /// Why it is not taken: the queue is full, the transaction has failed, or the record is refused.
    fn send(&self, record: &OutRecord<'_>) -> Result<(), Code>;

    /// Puts records of one partition of the changelog into the queue, in their order; everything is copied. Says how many of the
    /// first were taken, and why not the next.
    fn send_all(&self, partition: i32, records: &[StagedRecord<'_>]) -> (usize, Option<Code>);

    /// Serves reports of deliveries; waits at most so long for the first.
    fn poll(&self, at_most: Duration);

    /// Lets everything that is queued leave at once, and serves reports until nothing is under way, or so long.
    fn flush(&self, at_most: Duration);

    /// Records whose report was not served.
    fn in_flight(&self) -> usize;

    /// [`deliveries::Deliveries::look`] of the reports served.
    fn undelivered(&self) -> Option<Undelivered>;

    /// [`deliveries::Deliveries::take`] of the reports served.
    fn take_undelivered(&self) -> Option<Undelivered>;

    /// [`deliveries::Deliveries::is_spoiled`] of the reports served.
    fn is_spoiled(&self) -> bool;

    /// [`deliveries::Deliveries::is_in_doubt`] of the reports served.
    fn is_in_doubt(&self) -> bool;

    /// Adds positions of the inputs to the transaction.
    ///
    /// # Errors
    /// What the library says.
    fn send_offsets(
        &self,
        positions: &[(InputPartition, Position)],
        group: &Self::Group,
        at_most: Duration,
    ) -> Result<(), ClientError>;

    /// # Errors
    /// What the library says.
    fn commit_transaction(&self, at_most: Duration) -> Result<(), ClientError>;

    /// # Errors
    /// What the library says.
    fn abort_transaction(&self, at_most: Duration) -> Result<(), ClientError>;

    /// Ends it without waiting for the broker. Its requests that are under way may still arrive.
    fn let_go(self);
}

/// Makes the producers of one worker, all of the same transactional id, and knows the consumer in whose name they commit.
pub trait ProducerFactory {
    type Producer: TransactionalProducer;

    /// A producer that has not called anybody yet.
    ///
    /// # Errors
    /// The settings are refused.
    fn open(&self) -> Result<Self::Producer, Failure>;

    /// The consumer's place in its group just now; `None`: it is in no group.
    fn membership(&self) -> Option<Membership>;

    /// The same for the library, as of this call.
    fn group_metadata(&self) -> Option<<Self::Producer as TransactionalProducer>::Group>;
}

/// A question that is asked in the background. To drop it is to give up the answer.
pub trait Asked<T> {
    /// The answer, once; `None`: not yet.
    fn answer(&self) -> Option<Result<T, ClientError>>;
}

/// What one take from a partition's queue gave.
pub struct Taken<B> {
    pub records: B,
    /// The end of the partition was reached after these records: the next offset, past markers.
    pub end: Option<i64>,
    /// An error of the partition, and what the library says of it. What came after it is not among the records: the library may
    /// have passed something over.
    pub error: Option<(Code, String)>,
}

/// The queue of one partition, split from the consumer's own. To drop it is to let go of what waits in it.
pub trait PartitionQueue {
    type Batch;

    /// Takes at most so many records, without waiting.
    fn take(&self, at_most: usize) -> Taken<Self::Batch>;
}

/// What the group says: partitions of topics that are subscribed, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebalance {
    Assign(Vec<InputPartition>),
    Revoke(Vec<InputPartition>),
}

/// What comes by the consumer's own queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// A record that was fetched before its partition was split off.
    Stray(InputPartition, OwnedRecord),
    Error(ClientError),
}

/// Committed positions by partition (`None`: none committed), as far as there are answers.
pub type CommittedOffsets = Vec<(InputPartition, Result<Option<Position>, ClientError>)>;

/// A member of a consumer group, with one queue per partition. The group waits for the assign and unassign calls that answer a
/// [`Rebalance`]. Calls with a bound wait for the broker, the others never do.
pub trait GroupConsumer {
    type Batch: RecordBatch + 'static;
    type Queue: PartitionQueue<Batch = Self::Batch>;
    type Asked<T: Send + 'static>: Asked<T>;

    /// A clock that never jumps: for pauses between two tries.
    fn now(&self) -> Duration;

    /// Serves the consumer's own queue.
    fn poll(&self) -> Option<Polled>;

    /// The oldest rebalance that was not looked at.
    fn next_rebalance(&self) -> Option<Rebalance>;

    /// Whether the group gives and takes partitions one by one.
    fn is_cooperative(&self) -> bool;

    /// Whether what is assigned is another member's already.
    fn is_assignment_lost(&self) -> bool;

    /// Its place in its group just now; `None`: it is in no group.
    fn membership(&self) -> Option<Membership>;

    /// The stable committed offsets: the answer waits while a transaction holds some.
    fn ask_committed(&self, partitions: &[InputPartition], at_most: Duration) -> Self::Asked<CommittedOffsets>;

    /// First and next offset of a partition, asked in the background.
    fn ask_bounds(&self, at: InputPartition, at_most: Duration) -> Self::Asked<Bounds>;

    /// First and next offset of a partition.
    ///
    /// # Errors
    /// What the library says.
    fn bounds(&self, at: InputPartition, at_most: Duration) -> Result<Bounds, ClientError>;

    /// The first offset whose record is as young as this; `None`: there is none.
    ///
    /// # Errors
    /// What the library says.
    fn offset_at(&self, at: InputPartition, time_ms: Ms, at_most: Duration) -> Result<Option<i64>, ClientError>;

    /// Splits a partition's queue off, before it is assigned; `None`: there is no such partition.
    fn split(&self, at: InputPartition) -> Option<Self::Queue>;

    /// Assigns these partitions and no others, to be fetched from these offsets.
    ///
    /// # Errors
    /// What the library says.
    fn assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError>;

    /// Assigns these partitions besides the others.
    ///
    /// # Errors
    /// What the library says.
    fn incremental_assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError>;

    /// Lets go of everything.
    ///
    /// # Errors
    /// What the library says.
    fn unassign(&self) -> Result<(), ClientError>;

    /// Lets go of these partitions.
    ///
    /// # Errors
    /// What the library says.
    fn incremental_unassign(&self, partitions: &[InputPartition]) -> Result<(), ClientError>;

    /// Fetches of these partitions nothing more.
    ///
    /// # Errors
    /// What the library says.
    fn pause(&self, partitions: &[InputPartition]) -> Result<(), ClientError>;

    /// # Errors
    /// What the library says.
    fn resume(&self, partitions: &[InputPartition]) -> Result<(), ClientError>;

    /// Fetches assigned partitions from these offsets on; what was fetched of them is outdated.
    ///
    /// # Errors
    /// What the library says, of all of them or of one.
    fn seek(&self, to: &[(InputPartition, i64)], at_most: Duration) -> Result<(), ClientError>;

    /// The partition's end as of the latest fetch; nothing is asked.
    fn known_end(&self, at: InputPartition) -> Option<i64>;

    /// Sleeps until something may have arrived, or the time is over.
    fn wait(&self, at_most: Duration);

    /// From here on revocations are acknowledged at once; the group is left when the consumer is dropped.
    fn close(&self);
}

/// Records of a changelog partition, in offset order.
pub trait ChangelogRecords {
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The offset of the record at `n < len()`.
    fn offset(&self, n: usize) -> i64;

    fn key(&self, n: usize) -> Option<&[u8]>;

    fn value(&self, n: usize) -> Option<&[u8]>;
}

/// First and next offset by partition, as far as there are answers.
pub type PartitionBounds = Vec<(i32, Result<Bounds, ClientError>)>;

/// Two clients for the changelog: one that sees the ends of partitions with open transactions included, and one, opened when it is
/// needed, that reads what is committed of partitions that it is told.
pub trait ChangelogConsumer {
    type Batch: ChangelogRecords;
    type Queue: PartitionQueue<Batch = Self::Batch>;
    type Asked<T: Send + 'static>: Asked<T>;

    /// A clock that never jumps: for pauses between two tries.
    fn now(&self) -> Duration;

    /// Serves what waits for the client that sees the ends, which is never polled otherwise.
    fn serve(&self) {}

    /// First and next offset of these partitions, one after the other up to the first that fails, asked in the background.
    fn ask_bounds(&self, partitions: &[i32], at_most: Duration) -> Self::Asked<PartitionBounds>;

    /// First and next offset of a partition.
    ///
    /// # Errors
    /// What the library says.
    fn bounds(&self, partition: i32, at_most: Duration) -> Result<Bounds, ClientError>;

    /// Opens the reader, unless it is open.
    ///
    /// # Errors
    /// The settings are refused.
    fn open(&mut self) -> Result<(), Failure>;

    /// Errors that came by the reader's own queue; `None`: there is nothing more, or the reader is not open.
    fn poll(&self) -> Option<ClientError>;

    /// Splits a partition's queue off, before it is assigned; `None`: there is no such partition.
    fn split(&self, partition: i32) -> Option<Self::Queue>;

    /// Reads these partitions and no others, from these offsets.
    ///
    /// # Errors
    /// What the library says.
    fn assign(&self, from: &[(i32, i64)]) -> Result<(), ClientError>;

    /// Ends the reader without waiting for the broker.
    fn close(&mut self);
}
