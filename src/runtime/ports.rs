//! What the runtime needs from the outside, as traits and plain data; adapters live in `kafka` and `wire`.

mod failure;
mod names;
mod peers;
mod position;
mod prepared;
mod progress;
mod purge;
mod record;

use crate::domain::Ms;
use crate::domain::identity::message::Message;
use crate::engine::codec::{Codec, CodecError};
use crate::engine::routed::{LastRouted, RoutedPartition};
use crate::engine::task::{ProspectOutput, StagedRecord, TaskInput};
pub use failure::{Failure, Refusal};
pub(crate) use names::closed_set;
pub use names::{Cause, DeadReason, MappingOutcome, OutTopic};
pub use peers::{PeerLane, Peers};
pub use position::{InputPartition, Mark, Position, Reached};
pub use prepared::{Prepared, Waiting};
pub use progress::Progress;
pub use purge::Purge;
pub use record::{RecordBatch, RecordView, Rejected, credible_ms};
use std::borrow::Cow;
use std::time::Duration;

/// Turns records into what a task takes in. `wire::decode::Decoder` is the real one.
pub trait Decode {
    /// Fetched records of an input, as its mapping sees them, without what routers say of themselves, which `progress` gets; else they
    /// stay as they are.
    #[expect(unused_variables, reason = "an input whose records are read as they are needs nothing of this")]
    fn prepare(&self, records: Box<dyn RecordBatch>, input: u16, progress: &mut dyn FnMut(Progress)) -> Prepared {
        Prepared::all(records)
    }

    /// Tries those again that could not be read yet.
    #[expect(unused_variables, reason = "where every record can be read at once, none waits")]
    fn resume(&self, waiting: Waiting, input: u16) -> Prepared {
        Prepared { records: None, waiting: Some(waiting) }
    }

    /// Fills in the bytes of the event that a message sends on: it is this record.
    #[expect(unused_variables, reason = "without identity no event is sent on")]
    fn forwarded(&self, record: &RecordView<'_>, message: &mut Message) {}

    /// # Errors
    /// The record can't be used; the reason says why.
    fn decode<'a>(&self, record: &RecordView<'a>) -> Result<TaskInput<'a>, Rejected>;
}

/// Key of the task record in the changelog. Not UTF-8, so it can't be a prospect's.
pub const TASK_KEY: &[u8] = b"\xffleadstream-task";

/// What one transaction leaves behind about its task: read back at a restore and compared with the committed offsets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskRecord {
    pub time_ms: Ms,
    /// Input topic (with its prefix) and the next offset to read, in configured order.
    pub positions: Vec<(String, i64)>,
    /// Drawn once when a changelog partition is first written: a snapshot of another changelog is not ours.
    pub incarnation: u64,
    /// `transactional.id` of the writer, for people.
    pub writer: String,
    /// How far each partition that routers read has come.
    pub routed: Vec<(RoutedPartition, LastRouted)>,
}

/// Headers of a record to be written; a header may have no value.
pub type Headers = Vec<(Cow<'static, str>, Option<Vec<u8>>)>;

/// A dead letter as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Headers,
}

/// An encoded output; reused between records (the encoder clears it).
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub value: Vec<u8>,
    pub headers: Headers,
}

/// Turns outputs, dead letters and task records into bytes. `wire` has the real one.
pub trait Encode {
    /// Encodes one output and says where it goes. The key is the prospect, the record's time is `output.at_ms`.
    fn output(&self, output: &ProspectOutput, into: &mut Encoded) -> OutTopic;

    /// The same for an output that its topic found too large: without the parts that it can do without, if it has any.
    fn short_output(&self, output: &ProspectOutput, into: &mut Encoded) -> OutTopic;

    /// The dead letter of a record: its key, value and `original` headers as far as `budget_bytes` allow, and `leadstream-*`
    /// headers that say why and where from.
    fn dead_letter<'a>(
        &self,
        record: &RecordView<'a>,
        original: Vec<(String, Option<Vec<u8>>)>,
        topic: &str,
        rejected: &Rejected,
        budget_bytes: usize,
    ) -> DeadLetter<'a>;

    /// The headers of a record that says how far a worker's tasks are: it has neither key nor value.
    fn progress(&self, progress: &Progress) -> Headers;

    /// Encodes a task record (appends).
    fn task_record(&self, record: &TaskRecord, into: &mut Vec<u8>);

    /// # Errors
    /// The record is damaged or of a newer version.
    fn read_task_record(&self, bytes: &[u8]) -> Result<TaskRecord, CodecError>;
}

/// How much more of an input partition there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchRoom {
    pub records: usize,
    pub bytes: usize,
}

/// What one fetch gave.
pub struct Fetched {
    pub records: Box<dyn RecordBatch>,
    /// The input's end was reached after these records: the offset that the next record will have.
    pub end: Option<i64>,
    /// What was fetched before these records and not handed out was thrown away, and comes again: that the end was reached before says
    /// nothing any more.
    pub is_anew: bool,
}

/// What the consumer group says. Partitions count as assigned once [`EventSource::start`] is called, as revoked once
/// [`EventSource::stop`] is: the group waits for these calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupEvent {
    Assigned(Vec<InputPartition>),
    /// `lost`: another member may own them already; nothing of them may be committed.
    Revoked {
        partitions: Vec<InputPartition>,
        lost: bool,
    },
}

/// First and next offset of an input partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub low: i64,
    pub high: i64,
}

/// An input partition that can't be read just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub at: InputPartition,
    /// What is wrong.
    pub text: String,
}

/// The input topics, as a member of a consumer group.
pub trait EventSource {
    /// Serves the group. Never blocks.
    ///
    /// # Errors
    /// The consumer can't continue.
    fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure>;

    /// Asks for the stable committed offsets; what was asked before is forgotten. Never blocks.
    fn ask_committed(&mut self, partitions: &[InputPartition]);

    /// The stable committed positions asked for last, in that order (an inner `None`: none committed yet); `None`: the answer has not
    /// come. [`Failure::Retry`]: none came in time, as while a transaction that holds some is open. Never blocks.
    ///
    /// # Errors
    /// They can't be read.
    fn committed(&mut self) -> Result<Option<Vec<Option<Position>>>, Failure>;

    /// Whether the group counts it as a member just now, whatever it has given it.
    fn is_member(&self) -> bool;

    /// Why the committed offsets may not come, and what to do, for people.
    fn waiting_for_offsets(&self) -> String;

    /// # Errors
    /// They can't be read.
    fn bounds(&mut self, partition: InputPartition) -> Result<Bounds, Failure>;

    /// The offset of the first record at or after a time, for groups that start at a time; the end when there is none.
    ///
    /// # Errors
    /// It can't be read.
    fn offset_at(&mut self, partition: InputPartition, time_ms: Ms) -> Result<i64, Failure>;

    /// Starts (or starts again) to fetch from these offsets, on top of what is fetched already.
    ///
    /// # Errors
    /// The consumer can't continue.
    fn start(&mut self, from: &[(InputPartition, i64)]) -> Result<(), Failure>;

    /// Stops fetching and releases the partitions.
    ///
    /// # Errors
    /// The consumer can't continue.
    fn stop(&mut self, partitions: &[InputPartition]) -> Result<(), Failure>;

    /// What is available of one partition, at most this many records and about this many bytes (one record comes whatever its size). Never
    /// blocks.
    ///
    /// # Errors
    /// The partition can't be read.
    fn fetch(&mut self, from: InputPartition, room: FetchRoom) -> Result<Option<Fetched>, Failure>;

    /// What can't be read just now; it is tried again by itself.
    fn broken(&self) -> Vec<Broken>;

    /// Records that were replaced by others after they were read, since this was last asked (`on_gap = "skip"`).
    fn lost(&mut self) -> Vec<(InputPartition, u64)>;

    /// The newest end of a partition that is known without asking, for the lag.
    #[expect(unused_variables, reason = "known to sources that fetch ahead")]
    fn known_end(&mut self, partition: InputPartition) -> Option<i64> {
        None
    }

    /// Sleeps until something may have arrived, or the time is over.
    fn wait(&mut self, at_most: Duration);

    /// Lets go of everything, so that the group is left as soon as the source is dropped. Never blocks.
    fn leave(&mut self);
}

/// One record to be written inside the open transaction.
#[derive(Debug, Clone, Copy)]
pub struct OutRecord<'a> {
    /// The task that writes it.
    pub task: i32,
    pub topic: OutTopic,
    /// `None`: by murmur2 of the key.
    pub partition: Option<i32>,
    pub key: Option<&'a [u8]>,
    /// `None`: a tombstone.
    pub value: Option<&'a [u8]>,
    /// `None`: the broker's or client's clock.
    pub timestamp_ms: Option<Ms>,
    pub headers: &'a [(Cow<'static, str>, Option<Vec<u8>>)],
}

/// The transactional writer of one worker.
pub trait CommitLog {
    /// Opens a transaction.
    ///
    /// # Errors
    /// See [`Failure`].
    fn begin(&mut self) -> Result<(), Failure>;

    /// Writes a record into the open transaction.
    ///
    /// # Errors
    /// See [`Failure`].
    fn send(&mut self, record: &OutRecord<'_>) -> Result<(), Failure>;

    /// Writes changed records of a task into the open transaction, in their order.
    ///
    /// # Errors
    /// See [`Failure`].
    fn send_state(&mut self, partition: i32, records: &[StagedRecord<'_>]) -> Result<(), Failure>;

    /// Waits until everything is written, adds the consumed positions and commits. `meanwhile` is called while it waits and
    /// says whether it did something.
    ///
    /// # Errors
    /// See [`Failure`]; only `Ok` means committed, only `Abort` and `Refused` mean not committed.
    fn commit(&mut self, positions: &[(InputPartition, Position)], meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure>;

    /// Aborts the open transaction.
    ///
    /// # Errors
    /// See [`Failure`].
    fn abort(&mut self) -> Result<(), Failure>;

    /// A new producer of the same name: fences the old one, and whatever it left open is aborted.
    ///
    /// # Errors
    /// See [`Failure`].
    fn rebuild(&mut self) -> Result<(), Failure>;

    /// The writer's name in task records.
    fn name(&self) -> &str;
}

/// How far the restore of one partition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoreProgress {
    pub partition: i32,
    /// Next offset to read, and the end that must be reached.
    pub position: i64,
    pub end: i64,
    /// The end is reached.
    pub done: bool,
}

/// Takes one committed record of the changelog: partition, key, value.
pub type EachRecord<'a> = dyn FnMut(i32, &[u8], Option<&[u8]>) -> Result<(), Failure> + 'a;

/// The changelog, read back.
pub trait StateSource {
    /// Starts to read a partition from `from` (`None`: its beginning) to the end it has now, open transactions included. Nothing is
    /// asked yet: what fails is said by [`StateSource::step`], so that no task is left half begun.
    fn begin(&mut self, partition: i32, from: Option<i64>);

    /// Reads on for a short while and hands every committed record (partition, key, value) to `each`, which may fail.
    /// Partitions that are done have been released when this returns.
    ///
    /// # Errors
    /// See [`Failure`].
    fn step(&mut self, each: &mut EachRecord<'_>) -> Result<Vec<RestoreProgress>, Failure>;

    /// Forgets a partition that is being read.
    fn cancel(&mut self, partition: i32);

    /// The changelog's name, for people.
    fn topic(&self) -> &str;

    /// Why a partition may not be readable past an offset for long, and what to do, for people.
    fn held_up(&self, partition: i32, offset: i64) -> String;

    /// The end of the changelog, open transactions included.
    ///
    /// # Errors
    /// See [`Failure`].
    fn end(&mut self, partition: i32) -> Result<i64, Failure>;
}

/// The world's time. The demo's runs faster.
pub trait Clock {
    /// Milliseconds since the epoch.
    fn now_ms(&self) -> Ms;

    /// A clock that never jumps, in real time.
    fn monotonic(&self) -> Duration;

    /// How much faster than real time [`Clock::now_ms`] runs.
    fn speed(&self) -> f64 {
        1.0
    }
}

/// The ports of one worker and its formats, named together: the only parameter of its type, so that their bounds stand here alone.
/// Everything is called directly, never through a table.
pub trait Ports {
    type Source: EventSource;
    type Log: CommitLog;
    type State: StateSource;
    type Decoder: Decode;
    type Encoder: Encode;
    type Codec: Codec + Clone;
}
