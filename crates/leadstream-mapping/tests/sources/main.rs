//! Every source with its records: `tests/mappings/SOURCE/CASE.in.json` and what becomes of it, `CASE.out.json`.
//!
//! `LEADSTREAM_TESTS_WRITE=1` writes what comes out; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail loudly, and reads its environment")]

mod proposed;
mod serialised;
mod table;

use leadstream_mapping::{Mapping, NoSchemas, Record, SHIPPED, What, load};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mappings")
}

/// A record as a case writes it: `value` is JSON, or `text` is the bytes.
struct Case {
    topic: String,
    key: Option<String>,
    value: Option<String>,
    headers: Vec<(String, String)>,
}

impl Case {
    fn of(case: &Value) -> Self {
        let text = |name: &str| case[name].as_str().map(str::to_owned);
        let header = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
        Self {
            topic: text("topic").unwrap_or_else(|| "topic".to_owned()),
            key: text("key"),
            value: (!case["is_tombstone"].as_bool().unwrap_or(false))
                .then(|| text("text").unwrap_or_else(|| case["value"].to_string())),
            headers: case["headers"].as_object().into_iter().flatten().map(header).collect(),
        }
    }

    fn record(&self) -> Record<'_> {
        Record {
            topic: &self.topic,
            key: self.key.as_deref().map(str::as_bytes),
            value: self.value.as_deref().map(str::as_bytes),
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect(),
        }
    }
}

fn outcomes(mapping: &Mapping, case: &Value) -> Value {
    of_record(mapping, &Case::of(case).record())
}

/// What becomes of a record, as cases write it.
fn of_record(mapping: &Mapping, record: &Record<'_>) -> Value {
    let one = |what: What| match what {
        What::Event(event) => {
            let (kind, id) = event.prospect.clone().unwrap_or_default();
            json!({ "prospect": format!("{kind}:{id}"), "event": serde_json::from_str::<Value>(&event.json()).unwrap() })
        }
        What::Skipped => json!("skipped"),
        What::Dead { reason, .. } => json!({ "dead": reason.name() }),
    };
    mapping.apply(record, &NoSchemas).unwrap().into_iter().map(|outcome| one(outcome.what)).collect()
}

#[test]
fn every_case_of_every_source_comes_out_as_it_is_written() {
    let writes = std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some();
    let mut wrong = Vec::new();
    let mut sources = BTreeSet::new();
    for source in std::fs::read_dir(folder()).unwrap() {
        let source = source.unwrap().path();
        let name = source.file_name().unwrap().to_string_lossy().into_owned();
        let file = folder().join(format!("../../config/mappings/{name}.toml"));
        let mapping = load(&file.to_string_lossy()).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        sources.insert(name.clone());
        let mut cases = 0;
        for file in std::fs::read_dir(&source).unwrap() {
            let file = file.unwrap().path();
            let text = file.to_string_lossy().into_owned();
            let Some(stem) = text.strip_suffix(".in.json") else { continue };
            cases += 1;
            let case: Value =
                serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap_or_else(|e| panic!("{text}: {e}"));
            let found = outcomes(&mapping, &case);
            let out = format!("{stem}.out.json");
            if writes {
                std::fs::write(&out, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
            }
            let want: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap_or_default()).unwrap_or_default();
            if want != found {
                wrong.push(format!("{text}\n  wanted {want}\n  found  {found}"));
            }
        }
        assert!(cases >= 3, "{name}: {cases} cases: an ordinary, a sparse and a hostile one at least");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let shipped: BTreeSet<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(sources, shipped, "every shipped mapping has cases, and every folder a mapping");
}
