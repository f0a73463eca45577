//! A small world of records: events go to prospects, timers fire, and two prospects become one.

use crate::harness::{Did, Line, START_MS, ms, say, script};
use leadstream_core::domain::identity::merge::merge;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::{Body, Effects, Output, ProspectMerged};
use leadstream_core::domain::rules::forget::next_timer;
use leadstream_core::domain::state::limits::MAX_RECORD_BYTES;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::state::weight;
use leadstream_core::domain::step::{fire, step};
use leadstream_core::engine::codec::Codec;
use leadstream_core::state_record::StateCodec;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All records by their keys, and what left.
pub struct World {
    pub models: Arc<Models>,
    pub records: BTreeMap<String, Prospect>,
    /// Of whom, and what.
    pub outputs: Vec<(String, Output)>,
    pub merged: Vec<ProspectMerged>,
    pub effects: Effects,
    pub now_ms: i64,
}

impl World {
    pub fn new(models: &Arc<Models>) -> Self {
        Self {
            models: Arc::clone(models),
            records: BTreeMap::new(),
            outputs: Vec::new(),
            merged: Vec::new(),
            effects: Effects::default(),
            now_ms: START_MS,
        }
    }

    /// Plays a script; a line may end in `by=WHO`. `TIME merge FROM INTO` makes two one.
    pub fn play(&mut self, text: &str) -> &mut Self {
        for line in text.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let [time, "merge", from, into] = words[..] {
                self.merge(from, into, START_MS + ms(time));
                continue;
            }
            for line in script(line) {
                match line {
                    Line::Event(mut did) => {
                        // Scripts number lines from their own beginning.
                        did.message_id = Some(message_of(&did, words.join(" ")));
                        self.apply(&did);
                    }
                    Line::Until(until_ms) => self.advance(until_ms),
                    other => panic!("{other:?}"),
                }
            }
        }
        self
    }

    pub fn apply(&mut self, did: &Did) {
        self.advance(did.record_ms.min(did.time_ms).max(self.now_ms) - 1);
        self.now_ms = self.now_ms.max(did.record_ms);
        let is_new = !self.records.contains_key(&did.prospect);
        let record = self.records.entry(did.prospect.clone()).or_default();
        step(record, is_new, &did.event(&self.models), &self.models, &mut self.effects);
        self.take(&did.prospect.clone());
    }

    /// Fires what is due up to then, of all.
    pub fn advance(&mut self, until_ms: i64) {
        self.fire_until(until_ms, until_ms);
        self.now_ms = self.now_ms.max(until_ms);
    }

    /// Fires what is due; `now_ms`: a clock that is later than the deadlines.
    pub fn fire_until(&mut self, until_ms: i64, clock_ms: i64) {
        loop {
            let due = self.records.iter().filter_map(|(key, record)| {
                let timer = next_timer(record, false, &self.models).filter(|timer| timer.deadline_ms <= until_ms)?;
                Some((timer.deadline_ms, key.clone(), timer.kind))
            });
            let Some((deadline_ms, key, kind)) = due.min() else { break };
            let now_ms = if clock_ms > until_ms { clock_ms } else { deadline_ms.max(self.now_ms) };
            let record = self.records.get_mut(&key).unwrap();
            fire(&key, record, kind, now_ms, &self.models, &mut self.effects);
            self.now_ms = self.now_ms.max(deadline_ms);
            self.take(&key);
        }
    }

    pub fn merge(&mut self, from: &str, into: &str, at_ms: i64) {
        self.advance(at_ms - 1);
        self.merge_now(from, into, at_ms);
    }

    /// Without firing what is due before.
    pub fn merge_now(&mut self, from: &str, into: &str, at_ms: i64) {
        self.now_ms = self.now_ms.max(at_ms);
        let theirs = self.records.remove(from).unwrap_or_default();
        let own = self.records.entry(into.to_owned()).or_default();
        merge(into, own, from, theirs, at_ms, &self.models, &mut self.effects);
        check(own);
        for output in std::mem::take(&mut self.effects.outputs_of_merged) {
            self.outputs.push((from.to_owned(), output));
        }
        self.take(into);
        self.merged.append(&mut self.effects.merged);
    }

    fn take(&mut self, key: &str) {
        self.outputs.extend(self.effects.outputs.drain(..).map(|output| (key.to_owned(), output)));
        if std::mem::take(&mut self.effects.erase) && self.records[key].erasure().is_none() {
            self.records.remove(key);
        }
        self.effects.notes.clear();
    }

    /// What left that is wanted, as short lines; of another than `u` with its name.
    pub fn said(&self, keep: fn(&Body) -> bool) -> Vec<String> {
        let line = |(who, output): &(String, Output)| {
            if who == "u" { say(output) } else { format!("{who}: {}", say(output)) }
        };
        self.outputs.iter().filter(|(_, output)| keep(&output.body)).map(line).collect()
    }

    pub fn of(&self, key: &str) -> &Prospect {
        &self.records[key]
    }
}

/// The id that a line names, else the line itself.
fn message_of(did: &Did, text: String) -> String {
    let is_given = text.split_whitespace().any(|word| word.starts_with("id="));
    if is_given { did.message_id.clone().unwrap_or_default() } else { format!("{text} {}", did.time_ms) }
}

/// What holds for any record.
fn check(record: &Prospect) {
    let mut bytes = Vec::new();
    StateCodec.encode(record, &mut bytes);
    assert!(weight::record(record) <= MAX_RECORD_BYTES);
    assert!(bytes.len() <= MAX_RECORD_BYTES);
    assert_eq!(&StateCodec.decode(&bytes).unwrap(), record, "it is read as it was written");
}

pub fn is_any(_: &Body) -> bool {
    true
}

pub fn is_cart(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_))
}

pub fn is_move(body: &Body) -> bool {
    matches!(body, Body::StageChanged(_) | Body::ScoreChanged(_))
}
