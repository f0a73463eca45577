//! Records of a file, to try a mapping on: a line is a record's value, or a record with its headers and key. Values that are no text
//! are written as base64.

use crate::app::dump;
use crate::app::exit::UsageError;
use crate::app::replay::{next_line, open};
use anyhow::Context as _;
use leadstream_mapping::{Format, Record, SCHEMA_HEADER};
use std::path::Path;

/// A record that a line holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// From 1 on.
    pub line: u64,
    pub topic: String,
    pub key: Option<String>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Sample {
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        Record {
            topic: &self.topic,
            key: self.key.as_deref().map(str::as_bytes),
            value: self.value.as_deref(),
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect(),
        }
    }
}

/// Reads a file (`.gz`, `.zst` and `-` work) and hands on each record, until it is told that it's enough.
///
/// # Errors
/// The file can't be read, or whoever gets the records fails.
pub fn each(path: &Path, format: &Format, mut take: impl FnMut(&Sample) -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let mut from = open(path)?;
    let (mut line, mut number) = (Vec::new(), 0);
    while next_line(from.as_mut(), &mut line)? {
        number += 1;
        if number == 1 {
            if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
                let path = path.display();
                return Err(UsageError(format!("{path} is UTF-16: write it as UTF-8 first (iconv -f utf-16 -t utf-8)")).into());
            }
            // As editors put it there.
            if line.starts_with("\u{feff}".as_bytes()) {
                line.drain(..3);
            }
        }
        if line.is_empty() {
            continue;
        }
        let mut sample = of_line(number, &line);
        if matches!(format, Format::Binary(_)) {
            decode(&mut sample)?;
        }
        if !take(&sample)? {
            break;
        }
    }
    Ok(())
}

fn decode(sample: &mut Sample) -> anyhow::Result<()> {
    let why = |what| format!("line {}: {}", sample.line, dump::no_base64(what));
    if let Some(value) = &mut sample.value {
        *value = dump::bytes_of(value).with_context(|| why("its value"))?;
    }
    for (_, id) in sample.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case(SCHEMA_HEADER)) {
        *id = dump::bytes_of(id).with_context(|| why(SCHEMA_HEADER))?;
    }
    Ok(())
}

/// A record as programs dump it, else the value itself.
fn of_line(line: u64, bytes: &[u8]) -> Sample {
    match dump::read(bytes) {
        Some(dumped) => Sample {
            line,
            topic: dumped.topic,
            key: dumped.key,
            value: dumped.value.map(String::into_bytes),
            headers: dumped.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect(),
        },
        None => Sample { line, value: Some(bytes.to_vec()), ..Sample::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_base64() {
        let mut sample = of_line(1, br#"{"topic":"shop","headers":["__value_schema_id","AAAAAAc="],"value":"AP8="}"#);
        decode(&mut sample).expect("base64");
        assert_eq!(sample.value.as_deref(), Some([0, 255].as_slice()));
        assert_eq!(sample.headers[0].1, [0, 0, 0, 0, 7]);
        let error = decode(&mut of_line(4, b"{}")).expect_err("JSON").to_string();
        assert!(error.contains("line 4") && error.contains("base64"), "{error}");
    }

    #[test]
    fn a_line_is_a_value_or_a_record() {
        let plain = of_line(3, br#"{"event":"open","value":5}"#);
        assert_eq!((plain.line, plain.value.as_deref()), (3, Some(br#"{"event":"open","value":5}"#.as_slice())));
        let want = Sample {
            line: 1,
            topic: "shop".to_owned(),
            key: Some("7".to_owned()),
            value: Some(br#"{"id":7}"#.to_vec()),
            headers: vec![("x-topic".to_owned(), b"orders/create".to_vec())],
        };
        for line in [
            r#"{"topic":"shop","headers":["x-topic","orders/create"],"key":"7","payload":"{\"id\":7}"}"#,
            r#"{"topic":"shop","headers":[{"key":"x-topic","value":"orders/create"}],"key":7,"value":{"id":7}}"#,
            r#"{"topic":"shop","headers":{"x-topic":"orders/create"},"key":"7","value":{"id":7}}"#,
        ] {
            assert_eq!(of_line(1, line.as_bytes()), want, "{line}");
        }
        assert_eq!(of_line(1, br#"{"topic":"shop","key":"7","payload":null}"#).value, None, "a tombstone");
    }
}
