//! Lines of dumps of topics, as `kcat -J` and `rpk topic consume` write them: each a record with its headers, key, time and place.

use base64::Engine as _;
use memchr::memmem::Finder;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// One record of a dump.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dumped {
    pub topic: String,
    /// Partition and offset.
    pub place: Option<(i32, i64)>,
    pub timestamp_ms: Option<i64>,
    pub headers: Vec<(String, String)>,
    pub key: Option<String>,
    /// `None`: a tombstone.
    pub value: Option<String>,
}

/// What one of stands in every record of a dump: most lines are recognised by what they don't contain.
static NAMES: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["\"headers\"", "\"topic\""].map(Finder::new));
static OFFSET: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"offset\""));

/// Reads a line that has a record's value (`payload` or `value`) and its headers or its topic. `None`: it is none.
pub(super) fn read(line: &[u8]) -> Option<Dumped> {
    NAMES.iter().find_map(|name| name.find(line))?;
    let mut record: Map<String, Value> = serde_json::from_slice(line).ok()?;
    if !["headers", "topic"].iter().any(|name| record.contains_key(*name)) {
        return None;
    }
    let value = record.remove("payload").or_else(|| record.remove("value"))?;
    let whole = |key: &str| record.get(key).and_then(Value::as_i64);
    let place = match (record.contains_key("topic") && record.contains_key("partition"), whole("offset")) {
        (true, Some(offset)) => {
            Some((whole("partition").and_then(|partition| i32::try_from(partition).ok()).unwrap_or(-1), offset))
        }
        _ => None,
    };
    // -1: the record has none.
    let timestamp_ms = whole("ts").or_else(|| whole("timestamp")).filter(|ms| *ms >= 0);
    let topic = record.get("topic").and_then(Value::as_str).unwrap_or_default().to_owned();
    let headers = record.remove("headers").map(headers).unwrap_or_default();
    let key = record.remove("key").and_then(text);
    Some(Dumped { topic, place, timestamp_ms, headers, key, value: text(value) })
}

/// The same of lines that say where the record stood, with partition and offset.
pub(super) fn read_placed(line: &[u8]) -> Option<(Dumped, (i32, i64))> {
    OFFSET.find(line)?;
    let dumped = read(line)?;
    let place = dumped.place?;
    Some((dumped, place))
}

/// kcat writes names and values in turn, rpk objects of both; an object of them is how a person writes it.
fn headers(all: Value) -> Vec<(String, String)> {
    let header = |name: &str, value: Value| Some((name.to_owned(), text(value)?));
    match all {
        Value::Array(all) if all.iter().all(Value::is_object) => {
            all.into_iter().filter_map(|mut one| header(one["key"].clone().as_str()?, one["value"].take())).collect()
        }
        Value::Array(all) => all.chunks_exact(2).filter_map(|pair| header(pair[0].as_str()?, pair[1].clone())).collect(),
        Value::Object(all) => all.into_iter().filter_map(|(name, value)| header(&name, value)).collect(),
        _ => Vec::new(),
    }
}

/// What a text stands for of a record that is no text. `None`: it is no base64.
pub(super) fn bytes_of(text: &[u8]) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text.trim_ascii()).ok()
}

/// Why such a record can't be read.
pub(super) fn no_base64(what: &str) -> String {
    format!("{what} is no base64, as records that are no text are written in files")
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
    fn a_record_keeps_headers_key_time_and_place() {
        let line = br#"{"topic":"cart","partition":3,"offset":7,"tstype":"create","ts":1789380000000,"broker":1,"headers":["a","b"],"key":"ann","payload":"{\"type\":\"page\"}"}"#;
        let ann = |headers: &[(&str, &str)]| {
            let dumped = Dumped {
                topic: "cart".to_owned(),
                place: Some((3, 7)),
                timestamp_ms: Some(1_789_380_000_000),
                headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                key: Some("ann".to_owned()),
                value: Some(r#"{"type":"page"}"#.to_owned()),
            };
            Some((dumped, (3, 7)))
        };
        assert_eq!(read_placed(line), ann(&[("a", "b")]));
        let rpk =
            br#"{"topic":"cart","key":"ann","value":"{\"type\":\"page\"}","timestamp":1789380000000,"partition":3,"offset":7}"#;
        assert_eq!(read_placed(rpk), ann(&[]));
        let unpacked = br#"{"topic":"cart","partition":3,"offset":7,"ts":1789380000000,"key":"ann","payload":{"type":"page"}}"#;
        assert_eq!(read_placed(unpacked), ann(&[]));
        let tombstone = br#"{"topic":"cart","partition":0,"offset":8,"ts":-1,"key":null,"payload":null}"#;
        let want = Dumped { topic: "cart".to_owned(), place: Some((0, 8)), ..Dumped::default() };
        assert_eq!(read_placed(tombstone), Some((want, (0, 8))));
    }

    #[test]
    fn headers_are_read_in_every_form() {
        let want = [("x-topic".to_owned(), "orders/create".to_owned()), ("n".to_owned(), "5".to_owned())];
        for line in [
            r#"{"topic":"shop","headers":["x-topic","orders/create","n",5],"payload":"{}"}"#,
            r#"{"topic":"shop","headers":[{"key":"x-topic","value":"orders/create"},{"key":"n","value":"5"}],"value":{}}"#,
        ] {
            assert_eq!(read(line.as_bytes()).expect(line).headers, want, "{line}");
        }
        let mut sorted = read(br#"{"headers":{"x-topic":"orders/create","n":"5"},"value":{}}"#).expect("a record").headers;
        sorted.sort_by(|one, other| other.cmp(one));
        assert_eq!(sorted, want);
        assert_eq!(read(br#"{"headers":["alone"],"value":{}}"#).expect("a record").headers, []);
    }

    #[test]
    fn an_event_is_no_record_of_a_dump() {
        for line in [
            r#"{"type":"page","offset":1,"userId":"ann"}"#,
            r#"{"type":"page","topic":"a","partition":1,"offset":1}"#,
            r#"{"event":"open","value":5}"#,
            "not json \"offset\"",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
        let line = br#"{"topic":"a","partition":1,"offset":"x","payload":"{}"}"#;
        assert_eq!(read_placed(line), None, "it doesn't say where it stood");
    }
}
