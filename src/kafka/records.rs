//! Fetched records as the runtime sees them.

use super::context::Context;
use super::ffi::{self, Messages};
use crate::domain::Ms;
use crate::runtime::ports::{RecordBatch, RecordView, credible_ms};
use rdkafka::message::{BorrowedMessage, Message};

/// Records straight from a partition queue.
pub struct Records {
    pub input: u16,
    pub partition: i32,
    pub messages: Messages<Context>,
    /// Of all keys, values and headers.
    pub bytes: usize,
}

impl RecordBatch for Records {
    fn len(&self) -> usize {
        self.messages.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        RecordView {
            input: self.input,
            partition: self.partition,
            offset: self.messages.offset(n),
            timestamp_ms: self.messages.timestamp_ms(n),
            key: self.messages.key(n),
            value: self.messages.value(n),
            content_type: self.messages.header(n, c"content-type"),
        }
    }

    fn offset(&self, n: usize) -> i64 {
        self.messages.offset(n)
    }

    fn record_ms(&self, n: usize) -> Option<Ms> {
        credible_ms(self.messages.timestamp_ms(n))
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.messages.headers(n)
    }
}

/// A record that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedRecord {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<Ms>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl OwnedRecord {
    /// Copies a record.
    #[must_use]
    pub fn new(message: &BorrowedMessage<'_>) -> Self {
        Self {
            partition: message.partition(),
            offset: message.offset(),
            timestamp_ms: message.timestamp().to_millis(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: ffi::headers_of(message),
        }
    }
}

/// Strays, copied.
pub struct OwnedRecords {
    pub input: u16,
    pub records: Vec<OwnedRecord>,
}

impl RecordBatch for OwnedRecords {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let record = &self.records[n];
        RecordView {
            input: self.input,
            partition: record.partition,
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            content_type: record.headers.iter().rfind(|(name, _)| name == "content-type").and_then(|(_, value)| value.as_deref()),
        }
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.records[n].headers.clone()
    }
}
