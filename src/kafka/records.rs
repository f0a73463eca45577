//! Fetched records as the runtime sees them.

use super::batch::Messages;
use super::context::Context;
use crate::domain::Ms;
use crate::runtime::ports::{RecordBatch, RecordView, credible_ms};
use rdkafka::message::{Headers, Message, OwnedMessage};

/// Records straight from a partition queue.
pub struct Records {
    pub input: u16,
    pub partition: i32,
    pub messages: Messages<Context>,
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

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.messages.headers(n)
    }
}

/// Strays, copied.
pub struct OwnedRecords {
    pub input: u16,
    pub records: Vec<OwnedMessage>,
}

impl RecordBatch for OwnedRecords {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let record = &self.records[n];
        RecordView {
            input: self.input,
            partition: record.partition(),
            offset: record.offset(),
            timestamp_ms: record.timestamp().to_millis(),
            key: record.key(),
            value: record.payload(),
            content_type: record
                .headers()
                .and_then(|h| h.iter().filter(|h| h.key == "content-type").last())
                .and_then(|header| header.value),
        }
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        let headers = self.records[n].headers();
        headers.map_or_else(Vec::new, |h| h.iter().map(|h| (h.key.to_owned(), h.value.map(<[u8]>::to_vec))).collect())
    }
}
