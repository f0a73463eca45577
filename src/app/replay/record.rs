//! Records as they lie in the logs between the two passes: where they stand in time, where they came from, and their bytes.

use crate::domain::Ms;
use crate::runtime::ports::RecordView;
use anyhow::Context;

/// Marks a record of a dump, in the length before it.
const DUMPED: u32 = 1 << 31;
/// Length, place in time, number of the file and of the line.
const HEAD_BYTES: usize = 4 + 8 + 4 + 8;

/// Where a line stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Source {
    /// Index of the file among the inputs, as they were given.
    pub file: u32,
    /// From 1 on.
    pub line: u64,
}

/// One record of a log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stored<'a> {
    /// What logs are sorted by: the record's time.
    pub order_ms: Ms,
    pub source: Source,
    pub what: What<'a>,
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
    into.extend_from_slice(&record.order_ms.to_le_bytes());
    into.extend_from_slice(&record.source.file.to_le_bytes());
    into.extend_from_slice(&record.source.line.to_le_bytes());
    let mark = match record.what {
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
    let length = u32::try_from(into.len() - start).ok().filter(|length| *length < DUMPED).context("a line of more than 2 GiB")?;
    if let Some(place) = into.get_mut(start..start + 4) {
        place.copy_from_slice(&(length | mark).to_le_bytes());
    }
    Ok(())
}

/// The length of the first record of a block, and its place in time. `None` at the end.
pub(super) fn first(block: &[u8]) -> Option<(usize, Ms)> {
    let (length, rest) = block.split_first_chunk::<4>()?;
    Some(((u32::from_le_bytes(*length) & !DUMPED) as usize, Ms::from_le_bytes(*rest.first_chunk()?)))
}

/// Takes the first record off a block. `None` at the end.
pub(super) fn take<'a>(block: &mut &'a [u8]) -> Option<Stored<'a>> {
    let (length, order_ms) = first(block)?;
    let (record, rest) = block.split_at_checked(length)?;
    let is_dumped = u32::from_le_bytes(*record.first_chunk()?) & DUMPED != 0;
    let (head, mut bytes) = record.split_at_checked(HEAD_BYTES)?;
    *block = rest;
    let source =
        Source { file: u32::from_le_bytes(*head.get(12..)?.first_chunk()?), line: u64::from_le_bytes(*head.last_chunk()?) };
    let what = if is_dumped { dumped(&mut bytes)? } else { What::Line(bytes) };
    Some(Stored { order_ms, source, what })
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
        let records = [
            Stored { order_ms: Ms::MIN, source: source(1), what: What::Line(b"") },
            Stored { order_ms: 5, source: source(u64::MAX), what: What::Line(b"{}") },
            Stored { order_ms: 6, source: source(3), what: dumped(Some(b"ann"), Some(b"{}"), Some(6)) },
            Stored { order_ms: 7, source: source(4), what: dumped(None, None, None) },
            Stored { order_ms: 8, source: source(5), what: dumped(Some(b""), Some(b""), Some(0)) },
        ];
        let mut block = Vec::new();
        records.iter().for_each(|record| put(record, &mut block).unwrap());
        let mut rest = &*block;
        for record in &records {
            assert_eq!(first(rest).unwrap().1, record.order_ms);
            assert_eq!(take(&mut rest).as_ref(), Some(record));
        }
        assert_eq!((take(&mut rest), first(rest)), (None, None));
    }
}
