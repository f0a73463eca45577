//! A record as it is read, and why one can't be used.

use super::names::DeadReason;
use crate::domain::identity::naming::EventIds;
use crate::domain::{Ms, YEAR_2000_MS};

/// One input record as it lies in memory; nothing is copied.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordView<'a> {
    /// Index of the topic among all input topics, in configured order.
    pub input: u16,
    pub partition: i32,
    pub offset: i64,
    /// The record's timestamp as it was written; `None` when it has none. What it is worth says [`RecordView::record_ms`].
    pub timestamp_ms: Option<Ms>,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    /// The `content-type` header, when the record has one.
    pub content_type: Option<&'a [u8]>,
    /// What the mapping of its topic made of it; `None`: the value is read as it is.
    pub mapped: Option<Result<&'a str, &'a Rejected>>,
    /// The ids that its mapping read, where identity is on.
    pub ids: Option<&'a EventIds>,
    /// Where a router has it from, when it has one: the header `leadstream-routed`.
    pub routed: Option<&'a [u8]>,
}

impl RecordView<'_> {
    /// The record's time, when it has one that can be true.
    #[must_use]
    pub fn record_ms(&self) -> Option<Ms> {
        credible_ms(self.timestamp_ms)
    }
}

/// A record's timestamp that can be true. Before 2000 are only clocks that were never set, and clients that write 0 or the year 1
/// where they know no time: such a record has none, and the event's own time counts as the record's.
#[must_use]
pub fn credible_ms(timestamp_ms: Option<Ms>) -> Option<Ms> {
    timestamp_ms.filter(|ms| *ms >= YEAR_2000_MS)
}

/// A record that can't be used: it goes to the dead letters with its original bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub reason: DeadReason,
    /// For people; bounded length, no personal data.
    pub detail: String,
}

/// Owned records of one fetch from one input partition, in offset order.
pub trait RecordBatch {
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record at `n < len()`.
    fn view(&self, n: usize) -> RecordView<'_>;

    /// Its offset, without looking at the rest.
    fn offset(&self, n: usize) -> i64 {
        self.view(n).offset
    }

    /// Its value, without looking at the rest.
    fn value(&self, n: usize) -> Option<&[u8]> {
        self.view(n).value
    }

    /// [`RecordView::record_ms`], without looking at the rest.
    fn record_ms(&self, n: usize) -> Option<Ms> {
        self.view(n).record_ms()
    }

    /// Bytes of all keys, values and headers.
    fn bytes(&self) -> usize {
        let text = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
        (0..self.len()).map(|n| self.view(n)).map(|view| text(view.key) + text(view.value)).sum()
    }

    /// The original headers of a record (dead letters keep them).
    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)>;
}
