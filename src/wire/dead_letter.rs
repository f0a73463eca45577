//! Dead letters: the original record plus headers that say why and where from.

use super::headers::HeaderBuf;
use crate::domain::Ms;
use crate::runtime::ports::Rejected;

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

/// Where a dead letter came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Ms,
}

/// What the headers of a dead letter say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    pub reason: String,
    pub detail: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Ms,
    /// Size of the original value when it was cut.
    pub truncated_from_bytes: Option<u64>,
}

/// Appends the headers of a dead letter. The original record's own headers are kept beside them.
pub fn push_headers(rejected: &Rejected, source: &Source<'_>, headers: &mut HeaderBuf) {
    headers.push(REASON, rejected.reason.name().as_bytes());
    headers.push(DETAIL, rejected.detail.as_bytes());
    headers.push(TOPIC, source.topic.as_bytes());
    headers.push_with(PARTITION, |out| out.extend_from_slice(source.partition.to_string().as_bytes()));
    headers.push_with(OFFSET, |out| out.extend_from_slice(source.offset.to_string().as_bytes()));
    headers.push_with(TIMESTAMP, |out| out.extend_from_slice(source.timestamp_ms.to_string().as_bytes()));
}

/// Cuts a value that the broker refuses to at most `limit_bytes`, and marks it with its original size.
#[must_use]
pub fn truncate<'a>(value: &'a [u8], limit_bytes: usize, headers: &mut HeaderBuf) -> &'a [u8] {
    let Some(cut) = value.get(..limit_bytes).filter(|_| value.len() > limit_bytes) else { return value };
    headers.push_with(TRUNCATED, |out| out.extend_from_slice(value.len().to_string().as_bytes()));
    cut
}

/// Whether a header is one of ours, to be left out when a dead letter is sent back.
#[must_use]
pub fn is_ours(header: &str) -> bool {
    [REASON, DETAIL, TOPIC, PARTITION, OFFSET, TIMESTAMP, TRUNCATED].contains(&header)
}

/// Reads the headers back; `None` when the record is no dead letter of ours. A record that died twice has each header twice:
/// the last one counts.
pub fn parse<'a>(headers: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) -> Option<Info> {
    let mut info = Info { partition: -1, offset: -1, timestamp_ms: -1, ..Info::default() };
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.unwrap_or_default());
        match name {
            REASON => info.reason = text.into_owned(),
            DETAIL => info.detail = text.into_owned(),
            TOPIC => info.topic = text.into_owned(),
            PARTITION => info.partition = text.parse().ok()?,
            OFFSET => info.offset = text.parse().ok()?,
            TIMESTAMP => info.timestamp_ms = text.parse().ok()?,
            TRUNCATED => info.truncated_from_bytes = Some(text.parse().ok()?),
            _ => {}
        }
    }
    (!info.reason.is_empty() && !info.topic.is_empty() && info.partition >= 0 && info.offset >= 0).then_some(info)
}
