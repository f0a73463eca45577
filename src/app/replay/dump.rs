//! Lines of dumps of topics, as `kcat -J` and `rpk topic consume` write them: each a record with its key and time.

use memchr::memmem::Finder;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// One record of a dump.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dumped {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<i64>,
    pub key: Option<String>,
    /// `None`: a tombstone.
    pub value: Option<String>,
}

/// Reads a line of a dump. `None`: it is none.
pub(super) fn read(line: &[u8]) -> Option<Dumped> {
    // Most lines are recognised by what they don't contain.
    static OFFSET: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"offset\""));
    OFFSET.find(line)?;
    let mut record: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let value = record.remove("payload").or_else(|| record.remove("value"))?;
    let is_record = record.contains_key("topic") && record.contains_key("partition");
    let offset = record.get("offset").and_then(Value::as_i64).filter(|_| is_record)?;
    let whole = |key: &str| record.get(key).and_then(Value::as_i64);
    let partition = whole("partition").and_then(|partition| i32::try_from(partition).ok()).unwrap_or(-1);
    // -1: the record has none.
    let timestamp_ms = whole("ts").or_else(|| whole("timestamp")).filter(|ms| *ms >= 0);
    let key = record.remove("key").and_then(text);
    Some(Dumped { partition, offset, timestamp_ms, key, value: text(value) })
}

/// A key or value; some programs unpack what is JSON.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_key_time_and_place() {
        let line = br#"{"topic":"cart","partition":3,"offset":7,"tstype":"create","ts":1789380000000,"broker":1,"headers":["a","b"],"key":"ann","payload":"{\"type\":\"page\"}"}"#;
        let ann = || Dumped {
            partition: 3,
            offset: 7,
            timestamp_ms: Some(1_789_380_000_000),
            key: Some("ann".to_owned()),
            value: Some(r#"{"type":"page"}"#.to_owned()),
        };
        assert_eq!(read(line), Some(ann()));
        let rpk =
            br#"{"topic":"cart","key":"ann","value":"{\"type\":\"page\"}","timestamp":1789380000000,"partition":3,"offset":7}"#;
        assert_eq!(read(rpk), Some(ann()));
        let unpacked = br#"{"topic":"cart","partition":3,"offset":7,"ts":1789380000000,"key":"ann","payload":{"type":"page"}}"#;
        assert_eq!(read(unpacked), Some(ann()));
        let tombstone = br#"{"topic":"cart","partition":0,"offset":8,"ts":-1,"key":null,"payload":null}"#;
        assert_eq!(read(tombstone), Some(Dumped { partition: 0, offset: 8, timestamp_ms: None, key: None, value: None }));
    }

    #[test]
    fn an_event_is_no_record_of_a_dump() {
        for line in [
            r#"{"type":"page","offset":1,"userId":"ann"}"#,
            r#"{"type":"page","topic":"a","partition":1,"offset":1}"#,
            r#"{"topic":"a","partition":1,"offset":"x","payload":"{}"}"#,
            "not json \"offset\"",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }
}
