//! Dead letters: the original record plus headers that say why it could not be used and where it came from.

use crate::domain::Ms;
use crate::runtime::ports::{Headers, RecordView, Rejected};
use std::borrow::Cow;

pub const REASON: &str = "leadstream-reason";
pub const DETAIL: &str = "leadstream-detail";
pub const TOPIC: &str = "leadstream-topic";
pub const PARTITION: &str = "leadstream-partition";
pub const OFFSET: &str = "leadstream-offset";
pub const TIMESTAMP: &str = "leadstream-timestamp";
/// The value was cut; tells how many bytes it had.
pub const TRUNCATED: &str = "leadstream-truncated";
/// On a record that `deadletters redrive` sent back.
pub const REDRIVEN: &str = "leadstream-redriven";

/// What the headers of a dead letter say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    pub reason: String,
    pub detail: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Of the original record, as it was written; -1: none.
    pub timestamp_ms: Ms,
    /// Size of the original value when it was cut.
    pub truncated_from_bytes: Option<u64>,
}

/// Appends the headers of a dead letter; the original record's own headers are kept before them.
pub fn push_headers(record: &RecordView<'_>, topic: &str, rejected: &Rejected, headers: &mut Headers) {
    let mut push = |name: &'static str, value: String| headers.push((Cow::Borrowed(name), value.into_bytes()));
    push(REASON, rejected.reason.name().to_owned());
    push(DETAIL, rejected.detail.clone());
    push(TOPIC, topic.to_owned());
    push(PARTITION, record.partition.to_string());
    push(OFFSET, record.offset.to_string());
    // As Kafka itself writes it: -1 for none.
    push(TIMESTAMP, record.timestamp_ms.unwrap_or(-1).to_string());
}

/// Cuts a value that the broker refuses to at most `limit_bytes`, and marks it with its original size.
#[must_use]
pub fn truncate<'a>(value: &'a [u8], limit_bytes: usize, headers: &mut Headers) -> &'a [u8] {
    if value.len() <= limit_bytes {
        return value;
    }
    headers.push((Cow::Borrowed(TRUNCATED), value.len().to_string().into_bytes()));
    value.get(..limit_bytes).unwrap_or(value)
}

/// Whether a header was added by us, to be left out when a dead letter is sent back.
#[must_use]
pub fn is_ours(header: &str) -> bool {
    [REASON, DETAIL, TOPIC, PARTITION, OFFSET, TIMESTAMP, TRUNCATED].contains(&header)
}

/// Reads the headers back; `None` when the record is no dead letter of ours. Of a header that is there twice the last one
/// counts: ours come after the original record's own.
pub fn parse<'a>(headers: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) -> Option<Info> {
    let mut info = Info { partition: -1, offset: -1, timestamp_ms: -1, ..Info::default() };
    for (name, value) in headers {
        let text = || String::from_utf8_lossy(value.unwrap_or_default());
        match name {
            REASON => info.reason = text().into_owned(),
            DETAIL => info.detail = text().into_owned(),
            TOPIC => info.topic = text().into_owned(),
            PARTITION => info.partition = text().parse().ok()?,
            OFFSET => info.offset = text().parse().ok()?,
            TIMESTAMP => info.timestamp_ms = text().parse().ok()?,
            TRUNCATED => info.truncated_from_bytes = Some(text().parse().ok()?),
            _ => {}
        }
    }
    (!info.reason.is_empty() && !info.topic.is_empty() && info.partition >= 0 && info.offset >= 0).then_some(info)
}
