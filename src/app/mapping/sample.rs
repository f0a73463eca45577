//! Records of a file, to try a mapping on: a line is a record's value, or a record with its headers and key.

use crate::app::replay::{next_line, open};
use leadstream_mapping::Record;
use serde_json::{Map, Value};
use std::path::Path;

/// A record that a line holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// From 1 on.
    pub line: u64,
    pub topic: String,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Sample {
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        Record {
            topic: &self.topic,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect(),
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

/// `{"headers": …, "key": …, "value": …}` as `kcat -J` or `rpk topic consume` write a record (`payload` there), else the value itself.
fn of_line(number: u64, line: &[u8]) -> Sample {
    let value = || Sample { line: number, value: Some(line.to_vec()), ..Sample::default() };
    let Ok(mut whole) = serde_json::from_slice::<Map<String, Value>>(line) else { return value() };
    let is_record = ["headers", "topic"].iter().any(|name| whole.contains_key(*name));
    let Some(payload) = whole.remove("payload").or_else(|| whole.remove("value")).filter(|_| is_record) else { return value() };
    let bytes = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.into_bytes()),
        other => Some(other.to_string().into_bytes()),
    };
    let header = |name: &str, value: Value| Some((name.to_owned(), bytes(value)?));
    let headers = match whole.remove("headers") {
        // kcat writes names and values in turn, rpk objects of both.
        Some(Value::Array(all)) if all.iter().all(Value::is_object) => {
            all.into_iter().filter_map(|mut one| header(one["key"].clone().as_str()?, one["value"].take())).collect()
        }
        Some(Value::Array(all)) => all.chunks_exact(2).filter_map(|pair| header(pair[0].as_str()?, pair[1].clone())).collect(),
        Some(Value::Object(all)) => all.into_iter().filter_map(|(name, value)| header(&name, value)).collect(),
        _ => Vec::new(),
    };
    Sample {
        line: number,
        topic: whole.get("topic").and_then(Value::as_str).unwrap_or_default().to_owned(),
        key: whole.remove("key").and_then(bytes),
        value: bytes(payload),
        headers,
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
            key: Some(b"7".to_vec()),
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
