//! Records become events.

use crate::domain::Ms;
use crate::domain::event::{Event, Position};
use crate::domain::names::Vocabulary;
use crate::runtime::ports::{DeadReason, Decode, RecordView, Rejected};
use std::borrow::Cow;

/// How the values of a topic are written, unless a record's `content-type` header says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Json,
    Protobuf,
}

/// One input topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    /// One of `topics.email`: unknown names there are no activity.
    pub is_email: bool,
    pub format: Format,
}

/// What a [`Decoder`] needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// All input topics in configured order: `RecordView::input` is an index into it.
    pub topics: Vec<Topic>,
    /// An event later than its record by more than this is set to the record's time.
    pub allowed_skew_ms: Ms,
    /// An event older than its record by more than this is refused.
    pub max_age_ms: Ms,
    pub max_value_bytes: usize,
    pub max_key_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        use crate::domain::{DAY_MS, MINUTE_MS};
        Self {
            topics: Vec::new(),
            allowed_skew_ms: 5 * MINUTE_MS,
            max_age_ms: 90 * DAY_MS,
            max_value_bytes: 1 << 20,
            max_key_bytes: 256,
        }
    }
}

/// Turns records into events. Cheap to clone, shared by nobody: each worker has its own.
#[derive(Debug, Clone)]
pub struct Decoder {
    options: Options,
}

impl Decoder {
    #[must_use]
    pub fn new(options: Options, vocabulary: &Vocabulary) -> Self {
        let _ = vocabulary;
        Self { options }
    }

    /// Decodes one line of a file in a single pass: the prospect is `userId`, else `anonymousId`; the record's time is
    /// `receivedAt`, else `sentAt`, else the event's own. `position.partition` may be filled in afterwards, when the prospect
    /// is known.
    ///
    /// # Errors
    /// The line can't be used; the reason says why.
    pub fn decode_line<'a>(&self, line: &'a [u8], position: Position) -> Result<Event<'a>, Rejected> {
        let _ = (line, position, &self.options);
        Err(Rejected { reason: DeadReason::UnreadableValue, detail: "not built yet".to_owned() })
    }
}

impl Decode for Decoder {
    fn decode<'a>(&self, record: &RecordView<'a>) -> Result<Event<'a>, Rejected> {
        let _ = record;
        Err(Rejected { reason: DeadReason::UnreadableValue, detail: "not built yet".to_owned() })
    }
}

/// What a line of a file says about itself as a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileHead<'a> {
    /// `userId`, else `anonymousId`.
    pub prospect: Option<Cow<'a, str>>,
    /// `receivedAt`, else `sentAt`.
    pub record_ms: Option<Ms>,
    /// `timestamp`, else `originalTimestamp`.
    pub event_ms: Option<Ms>,
}

/// Reads the head of a line without decoding the rest.
///
/// # Errors
/// The line is no JSON object.
pub fn file_head(line: &[u8]) -> Result<FileHead<'_>, Rejected> {
    let _ = line;
    Err(Rejected { reason: DeadReason::UnreadableValue, detail: "not built yet".to_owned() })
}
