//! Fetched records, as the adapters take them.

use crate::api::Record;
use leadstream::kafka::client::ChangelogRecords;
use leadstream::runtime::ports::{RecordBatch, RecordView};

/// Records of one partition of an input.
pub struct InputRecords {
    pub input: u16,
    pub partition: i32,
    pub records: Vec<(i64, Record)>,
}

impl RecordBatch for InputRecords {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let (offset, record) = &self.records[n];
        let content_type = record.headers.iter().rev().find(|(name, _)| name == "content-type");
        RecordView {
            input: self.input,
            partition: self.partition,
            offset: *offset,
            timestamp_ms: record.timestamp_ms,
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            content_type: content_type.and_then(|(_, value)| value.as_deref()),
            routed: record.routed(),
            ..RecordView::default()
        }
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.records[n].1.headers.to_vec()
    }
}

/// Records of one partition of the changelog.
pub struct StateRecords(pub Vec<(i64, Record)>);

impl ChangelogRecords for StateRecords {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn offset(&self, n: usize) -> i64 {
        self.0[n].0
    }

    fn key(&self, n: usize) -> Option<&[u8]> {
        self.0[n].1.key.as_deref()
    }

    fn value(&self, n: usize) -> Option<&[u8]> {
        self.0[n].1.value.as_deref()
    }
}

/// What a record weighs in queues and requests.
#[must_use]
pub fn bytes(record: &Record) -> usize {
    let text = |bytes: &Option<std::rc::Rc<[u8]>>| bytes.as_ref().map_or(0, |bytes| bytes.len());
    let header = |(name, value): &(String, Option<Vec<u8>>)| name.len() + value.as_ref().map_or(0, Vec::len);
    text(&record.key) + text(&record.value) + record.headers.iter().map(header).sum::<usize>()
}
