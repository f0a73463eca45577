//! Records as they lie in the logs between the two passes: where they stand in time, where they came from, and their bytes.

use crate::domain::Ms;
use crate::runtime::ports::{DeadReason, RecordView, Rejected};
use anyhow::Context;

/// Marks a record of a dump, in the length before it.
const DUMPED: u32 = 1 << 31;
/// The same of one that a mapping can't use.
const REFUSED: u32 = 1 << 30;
/// Length, order, number of the file and of the line.
const HEAD_BYTES: usize = 4 + (8 + 4) + 4 + 8;

/// Where a line stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Source {
    /// Index of the file among the inputs, as they were given.
    pub file: u32,
    /// From 1 on.
    pub line: u64,
}

/// What logs are sorted by, as routers take records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    /// The record's time, as far as it is known.
    pub ms: Ms,
    /// Its partition: at the same time the lower one comes first. -1: a line that stood nowhere.
    pub partition: i32,
}

/// One record of a log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stored<'a> {
    pub order: Order,
    pub source: Source,
    pub what: What<'a>,
    /// The mapping of its topic can't use it.
    pub refused: Option<Refused<'a>>,
}

/// Why a mapping can't use a record, or an element of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused<'a> {
    pub reason: DeadReason,
    pub detail: &'a str,
    /// Number of the element in its record, from 0; `None`: the record has no others.
    pub element: Option<u32>,
}

impl Refused<'_> {
    pub(super) fn rejected(self) -> Rejected {
        Rejected { reason: self.reason, detail: self.detail.to_owned() }
    }
}

/// A line that says its prospect and time itself, or a record that was dumped with its key and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What<'a> {
    Line(&'a [u8]),
    Dumped { partition: i32, offset: i64, timestamp_ms: Option<Ms>, key: Option<&'a [u8]>, value: Option<&'a [u8]> },
}

impl<'a> What<'a> {
    /// The value as bytes.
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Line(line) => line,
            Self::Dumped { value, .. } => value.unwrap_or_default(),
        }
    }

    /// As the client library would give a dumped one.
    pub(super) fn view(self, input: u16) -> Option<RecordView<'a>> {
        match self {
            Self::Line(_) => None,
            Self::Dumped { partition, offset, timestamp_ms, key, value } => Some(RecordView {
                input,
                partition,
                offset,
                timestamp_ms,
                key,
                value,
                content_type: None,
                ..RecordView::default()
            }),
        }
    }
}

/// Appends a record.
pub(super) fn put(record: &Stored<'_>, into: &mut Vec<u8>) -> anyhow::Result<()> {
    let start = into.len();
    into.extend_from_slice(&[0; 4]);
    into.extend_from_slice(&record.order.ms.to_le_bytes());
    into.extend_from_slice(&record.order.partition.to_le_bytes());
    into.extend_from_slice(&record.source.file.to_le_bytes());
    into.extend_from_slice(&record.source.line.to_le_bytes());
    if let Some(refused) = record.refused {
        put_refused(refused, into)?;
    }
    let dumped = match record.what {
        What::Line(line) => {
            into.extend_from_slice(line);
            0
        }
        What::Dumped { partition, offset, timestamp_ms, key, value } => {
            into.extend_from_slice(&partition.to_le_bytes());
            into.extend_from_slice(&offset.to_le_bytes());
            into.extend_from_slice(&timestamp_ms.unwrap_or(Ms::MIN).to_le_bytes());
            let key_bytes =
                key.map_or(Some(u32::MAX), |key| u32::try_from(key.len()).ok()).context("a key of more than 4 GiB")?;
            into.extend_from_slice(&key_bytes.to_le_bytes());
            into.extend_from_slice(key.unwrap_or_default());
            into.push(u8::from(value.is_some()));
            into.extend_from_slice(value.unwrap_or_default());
            DUMPED
        }
    };
    let refused = record.refused.map_or(0, |_| REFUSED);
    let length =
        u32::try_from(into.len() - start).ok().filter(|length| *length < REFUSED).context("a line of more than 1 GiB")?;
    if let Some(place) = into.get_mut(start..start + 4) {
        place.copy_from_slice(&(length | dumped | refused).to_le_bytes());
    }
    Ok(())
}

fn put_refused(refused: Refused<'_>, into: &mut Vec<u8>) -> anyhow::Result<()> {
    let reason = DeadReason::ALL.iter().position(|reason| *reason == refused.reason).unwrap_or_default();
    let detail_bytes = u32::try_from(refused.detail.len()).context("a detail of more than 4 GiB")?;
    into.push(u8::try_from(reason)?);
    into.extend_from_slice(&refused.element.unwrap_or(u32::MAX).to_le_bytes());
    into.extend_from_slice(&detail_bytes.to_le_bytes());
    into.extend_from_slice(refused.detail.as_bytes());
    Ok(())
}

/// The length of the first record of a block, and its order. `None` at the end.
pub(super) fn first(mut block: &[u8]) -> Option<(usize, Order)> {
    let length = u32::from_le_bytes(chunk(&mut block)?) & !(DUMPED | REFUSED);
    let order = Order { ms: Ms::from_le_bytes(chunk(&mut block)?), partition: i32::from_le_bytes(chunk(&mut block)?) };
    Some((length as usize, order))
}

/// Takes the first record off a block. `None` at the end.
pub(super) fn take<'a>(block: &mut &'a [u8]) -> Option<Stored<'a>> {
    let (length, order) = first(block)?;
    let (record, rest) = block.split_at_checked(length)?;
    let marks = u32::from_le_bytes(*record.first_chunk()?);
    let (head, mut bytes) = record.split_at_checked(HEAD_BYTES)?;
    *block = rest;
    let source =
        Source { file: u32::from_le_bytes(*head.get(16..)?.first_chunk()?), line: u64::from_le_bytes(*head.last_chunk()?) };
    let refused = if marks & REFUSED == 0 { None } else { Some(refused(&mut bytes)?) };
    let what = if marks & DUMPED == 0 { What::Line(bytes) } else { dumped(&mut bytes)? };
    Some(Stored { order, source, what, refused })
}

fn refused<'a>(bytes: &mut &'a [u8]) -> Option<Refused<'a>> {
    let [reason] = chunk(bytes)?;
    let element = Some(u32::from_le_bytes(chunk(bytes)?)).filter(|element| *element != u32::MAX);
    let detail_bytes = u32::from_le_bytes(chunk(bytes)?);
    let (detail, rest) = bytes.split_at_checked(detail_bytes as usize)?;
    *bytes = rest;
    Some(Refused { reason: *DeadReason::ALL.get(usize::from(reason))?, detail: std::str::from_utf8(detail).ok()?, element })
}

fn dumped<'a>(bytes: &mut &'a [u8]) -> Option<What<'a>> {
    let partition = i32::from_le_bytes(chunk(bytes)?);
    let offset = i64::from_le_bytes(chunk(bytes)?);
    let timestamp_ms = Some(Ms::from_le_bytes(chunk(bytes)?)).filter(|ms| *ms != Ms::MIN);
    let key_bytes = u32::from_le_bytes(chunk(bytes)?);
    let mut key = None;
    if key_bytes != u32::MAX {
        let (this, rest) = bytes.split_at_checked(key_bytes as usize)?;
        (key, *bytes) = (Some(this), rest);
    }
    let [has_value] = chunk(bytes)?;
    Some(What::Dumped { partition, offset, timestamp_ms, key, value: (has_value == 1).then_some(*bytes) })
}

fn chunk<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were_put() {
        let source = |line| Source { file: 2, line };
        let dumped = |key, value, timestamp_ms| What::Dumped { partition: -1, offset: 7, timestamp_ms, key, value };
        let good = |ms, line, what| Stored { order: Order { ms, partition: 7 }, source: source(line), what, refused: None };
        let refused =
            |reason, detail, element, what| Stored { refused: Some(Refused { reason, detail, element }), ..good(9, 6, what) };
        let records = [
            good(Ms::MIN, 1, What::Line(b"")),
            good(5, u64::MAX, What::Line(b"{}")),
            good(6, 3, dumped(Some(b"ann"), Some(b"{}"), Some(6))),
            good(7, 4, dumped(None, None, None)),
            good(8, 5, dumped(Some(b""), Some(b""), Some(0))),
            refused(DeadReason::UnreadableValue, "", None, What::Line(b"x")),
            refused(DeadReason::UnwantedName, "it is \u{e4}", Some(3), dumped(None, Some(b"[1]"), Some(6))),
        ];
        let mut block = Vec::new();
        records.iter().for_each(|record| put(record, &mut block).unwrap());
        let mut rest = &*block;
        for record in &records {
            assert_eq!(first(rest).unwrap().1, record.order);
            assert_eq!(take(&mut rest).as_ref(), Some(record));
        }
        assert_eq!((take(&mut rest), first(rest)), (None, None));
    }
}
