//! Sources that don't write JSON: the same mapping gives the same events, whatever the bytes are.

use super::{folder, of_record};
use leadstream_mapping::{Files, Record, SHIPPED, parse_with};
use serde_json::Value;
use std::sync::Arc;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder().join(path)).unwrap()).unwrap()
}

/// A shipped mapping for records of another form.
fn becomes(source: &str, head: &str, schema: String, topic: &str, value: &[u8]) -> Value {
    let text = SHIPPED.iter().find(|(name, _)| *name == source).unwrap().1;
    let files: Files = Arc::new(move |_| Ok(schema.clone().into_bytes()));
    // Its examples are JSON of this source's files, which stays as it is.
    let mapping = parse_with(source, &format!("{head}\n{text}"), &files).unwrap_or_else(|faults| panic!("{faults:?}"));
    of_record(&mapping, &Record { topic, value: Some(value), ..Record::default() })
}

#[test]
fn avro_gives_the_events_of_the_same_record_in_json() {
    for case in json("../serialised/sources.json").as_array().unwrap() {
        let text = |key: &str| case[key].as_str().unwrap();
        let name = format!("{}/{}", text("source"), text("case"));
        let (of_json, want) = (json(&format!("{name}.in.json")), json(&format!("{name}.out.json")));
        let (schema, topic) = (text("schema").to_owned(), of_json["topic"].as_str().unwrap_or("topic"));
        let head = "format = \"avro\"\nschema = \"value.avsc\"";
        let found = becomes(text("source"), head, schema, topic, &hex(text("hex")));
        // The only difference: a price of 32 bits is 3.14, and not what a wider number makes of it.
        let want = serde_json::from_str::<Value>(&want.to_string().replace("3.140000104904175", "3.14")).unwrap();
        assert_eq!(found, want, "{name}");
    }
}

#[test]
fn json_with_the_id_of_its_schema_gives_the_events_of_the_same_record_without() {
    let (of_json, want) = (json("jitsu/cart.in.json"), json("jitsu/cart.out.json"));
    for id in ["0000000007", "0100112233445566778899aabbccddeeff"] {
        let value = [hex(id), of_json["value"].to_string().into_bytes()].concat();
        assert_eq!(becomes("jitsu", "prefix = \"confluent\"", String::new(), "topic", &value), want);
    }
}
