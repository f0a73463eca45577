//! Records of a file, to try a mapping on: a line is a record's value, or a record with its headers and key.

use crate::app::dump;
use crate::app::replay::{next_line, open};
use leadstream_mapping::Record;
use std::path::Path;

/// A record that a line holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// From 1 on.
    pub line: u64,
    pub topic: String,
    pub key: Option<String>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, String)>,
}

impl Sample {
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        Record {
            topic: &self.topic,
            key: self.key.as_deref().map(str::as_bytes),
            value: self.value.as_deref(),
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect(),
        }
    }
}

/// Reads a file (`.gz`, `.zst` and `-` work) and hands on each record.
///
/// # Errors
/// The file can't be read, or whoever gets the records fails.
pub fn each(path: &Path, mut take: impl FnMut(&Sample) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut from = open(path)?;
    let (mut line, mut number) = (Vec::new(), 0);
    while next_line(from.as_mut(), &mut line)? {
        number += 1;
        if !line.is_empty() {
            take(&of_line(number, &line))?;
        }
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
            headers: dumped.headers,
        },
        None => Sample { line, value: Some(bytes.to_vec()), ..Sample::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_value_or_a_record() {
        let plain = of_line(3, br#"{"event":"open","value":5}"#);
        assert_eq!((plain.line, plain.value.as_deref()), (3, Some(br#"{"event":"open","value":5}"#.as_slice())));
        let want = Sample {
            line: 1,
            topic: "shop".to_owned(),
            key: Some("7".to_owned()),
            value: Some(br#"{"id":7}"#.to_vec()),
            headers: vec![("x-topic".to_owned(), "orders/create".to_owned())],
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
