//! Dead letters: the original record plus headers that say why it could not be used and where it came from.
//!
//! Our headers come last and begin with [`REASON`]; everything before it is the original record's own. What of that has a name
//! like ours is kept under another one (`original-leadstream-…`): a record can't say of itself what only we say.

use crate::domain::Ms;
use crate::runtime::ports::{DeadLetter, Headers, RecordView, Rejected};
use std::borrow::Cow;

pub const REASON: &str = "leadstream-reason";
pub const DETAIL: &str = "leadstream-detail";
pub const TOPIC: &str = "leadstream-topic";
pub const PARTITION: &str = "leadstream-partition";
pub const OFFSET: &str = "leadstream-offset";
/// Of a record that holds several events, the number of the one that can't be used, from 0: a redrive sends that one only.
pub const ELEMENT: &str = "leadstream-element";
pub const TIMESTAMP: &str = "leadstream-timestamp";
/// The value was cut: how many bytes it had.
pub const TRUNCATED: &str = "leadstream-truncated";
/// The key was cut: how many bytes it had.
pub const KEY_TRUNCATED: &str = "leadstream-key-truncated";
/// How many of the original record's headers found no room.
pub const HEADERS_LEFT_OUT: &str = "leadstream-headers-left-out";
/// On a record that `deadletters redrive` sent back.
pub const REDRIVEN: &str = "leadstream-redriven";

/// Names that begin so are ours, however they are written.
const OURS: &str = "leadstream-";
const ORIGINAL: &str = "original-";

/// Longest detail: more explains nothing.
const MAX_DETAIL_BYTES: usize = 1_024;
/// The most that lengths and counts of a part take in a record, beside its bytes.
const PART_OVERHEAD_BYTES: usize = 10;
/// The digits of a 64-bit number.
const NUMBER_BYTES: usize = 20;
/// What a batch of one record takes beside the record's parts.
const BATCH_OVERHEAD_BYTES: usize = 128;

/// What a dead letter's parts may take together, in a topic whose largest batch has this many bytes. Compression is not counted
/// on: the client leaves it where it doesn't help, and a broker that recompresses adds less than a 256th.
#[must_use]
pub const fn budget_bytes(max_message_bytes: usize) -> usize {
    max_message_bytes.saturating_sub(BATCH_OVERHEAD_BYTES + max_message_bytes / 256)
}

/// What a letter's parts take of the budget.
#[must_use]
pub fn size_bytes(letter: &DeadLetter<'_>) -> usize {
    let headers: usize = letter.headers.iter().map(|(name, value)| header_bytes(name, value.as_deref())).sum();
    headers + part_bytes(letter.key) + part_bytes(letter.value)
}

fn part_bytes(part: Option<&[u8]>) -> usize {
    PART_OVERHEAD_BYTES + part.map_or(0, <[u8]>::len)
}

fn header_bytes(name: &str, value: Option<&[u8]>) -> usize {
    name.len() + part_bytes(value)
}

/// What the headers of a dead letter say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    pub reason: String,
    pub detail: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Which of the original record's events it is about; `None`: the record.
    pub element: Option<u32>,
    /// Of the original record, as it was written; -1: none.
    pub timestamp_ms: Ms,
    /// Size of the original value when it was cut.
    pub truncated_from_bytes: Option<u64>,
    /// Size of the original key when it was cut.
    pub key_truncated_from_bytes: Option<u64>,
    /// Original headers that found no room.
    pub headers_left_out: u64,
}

impl Info {
    /// Whether the letter holds the whole original record.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.truncated_from_bytes.is_none() && self.key_truncated_from_bytes.is_none() && self.headers_left_out == 0
    }
}

/// The dead letter of a record. Its parts take at most `budget_bytes` together (our own headers always go): ours first, then the
/// key, then the original headers in their order, then the value; what finds no room is cut and marked, or left out and counted.
#[must_use]
pub fn write<'a>(
    record: &RecordView<'a>,
    original: Vec<(String, Option<Vec<u8>>)>,
    topic: &str,
    rejected: &Rejected,
    budget_bytes: usize,
) -> DeadLetter<'a> {
    write_element(record, original, topic, None, rejected, budget_bytes)
}

/// [`write()`] of one element of a record: the letter has the whole record's bytes, and says which element it is about.
#[must_use]
pub fn write_element<'a>(
    record: &RecordView<'a>,
    original: Vec<(String, Option<Vec<u8>>)>,
    topic: &str,
    element: Option<u32>,
    rejected: &Rejected,
    budget_bytes: usize,
) -> DeadLetter<'a> {
    let mut ours = own_headers(record, topic, rejected);
    ours.extend(element.map(|element| (Cow::Borrowed(ELEMENT), Some(element.to_string().into_bytes()))));
    let ours_bytes: usize = ours.iter().map(|(name, value)| header_bytes(name, value.as_deref())).sum();
    // Room of both lengths and of every mark is kept from the beginning: marking must not cost what it marks.
    let marks: usize = [TRUNCATED, KEY_TRUNCATED, HEADERS_LEFT_OUT].iter().map(|name| name.len()).sum();
    let kept_free = ours_bytes + 2 * PART_OVERHEAD_BYTES + marks + 3 * (PART_OVERHEAD_BYTES + NUMBER_BYTES);
    let mut room = budget_bytes.saturating_sub(kept_free);

    let mut mark = |name: &'static str, number: usize| ours.push((Cow::Borrowed(name), Some(number.to_string().into_bytes())));
    let key = record.key.map(|key| cut(key, &mut room, |whole| mark(KEY_TRUNCATED, whole)));
    let (mut headers, mut left_out) = (Headers::new(), 0);
    for (name, value) in original {
        let name = if is_like_ours(&name) { format!("{ORIGINAL}{name}") } else { name };
        match room.checked_sub(header_bytes(&name, value.as_deref())) {
            Some(rest) => {
                room = rest;
                headers.push((Cow::Owned(name), value));
            }
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        mark(HEADERS_LEFT_OUT, left_out);
    }
    let value = record.value.map(|value| cut(value, &mut room, |whole| mark(TRUNCATED, whole)));
    headers.append(&mut ours);
    DeadLetter { key, value, headers }
}

/// What fits; `mark` is given the whole length when that is not all.
fn cut<'a>(bytes: &'a [u8], room: &mut usize, mark: impl FnOnce(usize)) -> &'a [u8] {
    let fits = bytes.len().min(*room);
    if fits < bytes.len() {
        mark(bytes.len());
    }
    *room -= fits;
    &bytes[..fits]
}

fn own_headers(record: &RecordView<'_>, topic: &str, rejected: &Rejected) -> Headers {
    let detail = &rejected.detail;
    [
        (REASON, rejected.reason.name().to_owned()),
        (DETAIL, detail[..detail.floor_char_boundary(MAX_DETAIL_BYTES)].to_owned()),
        (TOPIC, topic.to_owned()),
        (PARTITION, record.partition.to_string()),
        (OFFSET, record.offset.to_string()),
        // As Kafka itself writes it: -1 for none.
        (TIMESTAMP, record.timestamp_ms.unwrap_or(-1).to_string()),
    ]
    .map(|(name, value)| (Cow::Borrowed(name), Some(value.into_bytes())))
    .into()
}

/// Whether a name is like ours, or like one that was kept so: each gets one more [`ORIGINAL`] in front, so that one can be taken
/// away again whatever the name was.
fn is_like_ours(name: &str) -> bool {
    let mut rest = name;
    while let Some(behind) = strip_prefix(rest, ORIGINAL) {
        rest = behind;
    }
    strip_prefix(rest, OURS).is_some()
}

/// As `str::strip_prefix`, without regard to case.
fn strip_prefix<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = name.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The original record's headers, as they came.
#[must_use]
pub fn original_headers(headers: Vec<(String, Option<Vec<u8>>)>) -> Vec<(String, Option<Vec<u8>>)> {
    let ours = headers.iter().rposition(|(name, _)| name == REASON).unwrap_or(headers.len());
    let restored = |(name, value): (String, _)| match name.strip_prefix(ORIGINAL) {
        Some(original) if is_like_ours(original) => (original.to_owned(), value),
        _ => (name, value),
    };
    headers.into_iter().take(ours).map(restored).collect()
}

/// Reads our headers back; `None` when the record is no dead letter. Ours begin with the last [`REASON`]: what stands before it
/// came with the record, also in letters of versions that kept such headers under their names.
pub fn parse<'a>(headers: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) -> Option<Info> {
    let none = || Info { partition: -1, offset: -1, timestamp_ms: -1, ..Info::default() };
    let mut info = none();
    let mut is_readable = true;
    for (name, value) in headers {
        let value = value.unwrap_or_default();
        let text = || String::from_utf8_lossy(value).into_owned();
        match name {
            REASON => {
                info = Info { reason: text(), ..none() };
                is_readable = true;
            }
            DETAIL => info.detail = text(),
            TOPIC => info.topic = text(),
            PARTITION => is_readable &= number(value).map(|n| info.partition = n).is_some(),
            OFFSET => is_readable &= number(value).map(|n| info.offset = n).is_some(),
            ELEMENT => is_readable &= number(value).map(|n| info.element = Some(n)).is_some(),
            TIMESTAMP => is_readable &= number(value).map(|n| info.timestamp_ms = n).is_some(),
            TRUNCATED => is_readable &= number(value).map(|n| info.truncated_from_bytes = Some(n)).is_some(),
            KEY_TRUNCATED => is_readable &= number(value).map(|n| info.key_truncated_from_bytes = Some(n)).is_some(),
            HEADERS_LEFT_OUT => is_readable &= number(value).map(|n| info.headers_left_out = n).is_some(),
            _ => {}
        }
    }
    let is_ours = !info.reason.is_empty() && !info.topic.is_empty() && info.partition >= 0 && info.offset >= 0;
    (is_readable && is_ours).then_some(info)
}

fn number<N: std::str::FromStr>(value: &[u8]) -> Option<N> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
