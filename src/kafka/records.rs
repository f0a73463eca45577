//! Copied records, as the runtime sees them.

use crate::domain::Ms;
use crate::runtime::ports::{RecordBatch, RecordView};
use crate::runtime::route::ROUTED;

/// A record that was copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnedRecord {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<Ms>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl OwnedRecord {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().rfind(|(known, _)| known == name)?.1.as_deref()
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
            content_type: record.header("content-type"),
            ids: None,
            mapped: None,
            routed: record.header(ROUTED),
        }
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.records[n].headers.clone()
    }
}
