//! A second reference, of which the judge knows nothing: what `replay` writes for the same records. Whoever died over a backlog, and
//! whatever was lost on the way, the outputs are those, to the byte.

use super::api::TopicPartition;
use super::service::decode_options;
use super::setup::Simulation;
use leadstream::app::replay::{self, Options, Until};
use leadstream::domain::Ms;
use leadstream::runtime::horizon::Horizon;
use leadstream::runtime::ports::OutTopic;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What is compared.
const OUTPUTS: [OutTopic; 4] = [OutTopic::StageChanges, OutTopic::ScoreChanges, OutTopic::CartAbandoned, OutTopic::CartOutcomes];

/// Outputs of a topic by prospect, in their order.
type Answers = BTreeMap<String, Vec<Value>>;

/// # Errors
/// The first prospect whose outputs differ.
pub fn check(simulation: &Simulation) -> Result<(), String> {
    let dir = tempfile::tempdir().expect("a folder for temporary files");
    let last_ms = replay(simulation, dir.path());
    let mut compared = 0;
    for topic in OUTPUTS {
        let (want, got) = (written(dir.path(), topic, last_ms), found(simulation, topic, last_ms));
        compared += want.values().map(Vec::len).sum::<usize>();
        compare(topic, &want, &got)?;
    }
    if compared == 0 { Err("SameAsReplay: nothing to compare".to_owned()) } else { Ok(()) }
}

fn compare(topic: OutTopic, want: &Answers, got: &Answers) -> Result<(), String> {
    let mut keys = want.keys().chain(got.keys());
    let Some(key) = keys.find(|key| want.get(*key) != got.get(*key)) else { return Ok(()) };
    let (want, got) = (want.get(key), got.get(key));
    Err(format!("SameAsReplay: {} of {key}: found {got:?}; replay writes {want:?}", topic.short_name()))
}

/// Replays what lies in the inputs; the last event's time.
fn replay(simulation: &Simulation, dir: &Path) -> Ms {
    let formats = &simulation.fleet.plan().formats;
    let topics = &simulation.topics;
    let broker = simulation.world.broker.borrow();
    let mut inputs = Vec::new();
    for (n, topic) in topics.inputs.iter().enumerate() {
        let mut lines = Vec::new();
        for partition in 0..topics.partitions {
            let visible = broker.history().visible.get(&TopicPartition { topic: *topic, partition });
            lines.extend(visible.into_iter().flatten().filter_map(|v| Some((v.record.timestamp_ms?, v.record.value.clone()?))));
        }
        // Each partition is in that order already.
        lines.sort_by_key(|(record_ms, _)| *record_ms);
        let path = dir.join(format!("{n}.jsonl"));
        let text: Vec<u8> = lines.iter().flat_map(|(_, line)| line.iter().copied().chain([b'\n'])).collect();
        std::fs::write(&path, text).expect("an input file");
        inputs.push(replay::Input { topic: n, path });
    }
    let tally = replay::replay(
        &Options {
            inputs,
            out: dir.to_owned(),
            partitions: topics.partitions.unsigned_abs(),
            until: Until::End,
            horizon: Horizon { wall_ms: Ms::MAX / 4, max_ahead_ms: Ms::MAX / 4 },
            models: std::sync::Arc::clone(&formats.models),
            max_records: None,
            decode: decode_options(&formats.settings),
            mappings: Vec::new(),
            ids: None,
        },
        &indicatif::ProgressBar::hidden(),
    );
    tally.expect("a replay").last_ms.expect("a last event")
}

fn at_ms(value: &Value) -> Ms {
    value["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()).expect("an instant").as_millisecond()
}

fn add(answers: &mut Answers, value: Value, last_ms: Ms) {
    if at_ms(&value) <= last_ms {
        answers.entry(value["prospect"].as_str().expect("a prospect").to_owned()).or_default().push(value);
    }
}

fn written(dir: &Path, topic: OutTopic, last_ms: Ms) -> Answers {
    let mut answers = Answers::new();
    let text = std::fs::read_to_string(dir.join(format!("{}.jsonl", topic.short_name()))).expect("an output file");
    for line in text.lines() {
        add(&mut answers, serde_json::from_str(line).expect("JSON"), last_ms);
    }
    answers
}

fn found(simulation: &Simulation, topic: OutTopic, last_ms: Ms) -> Answers {
    let mut answers = Answers::new();
    let broker = simulation.world.broker.borrow();
    for partition in 0..simulation.topics.partitions {
        let at = TopicPartition { topic: simulation.topics.outputs[topic as usize], partition };
        for visible in broker.history().visible.get(&at).into_iter().flatten() {
            let value = visible.record.value.as_deref().expect("outputs have values");
            add(&mut answers, serde_json::from_slice(value).expect("JSON"), last_ms);
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_doubled_or_another_is_seen() {
        let want = Answers::from([("u1".to_owned(), vec![json!({"id": 1}), json!({"id": 2})])]);
        let differs = |got: &[Value]| {
            let got = if got.is_empty() { Answers::new() } else { Answers::from([("u1".to_owned(), got.to_vec())]) };
            compare(OutTopic::CartAbandoned, &want, &got).is_err()
        };
        let all = want["u1"].as_slice();
        assert!(!differs(all));
        assert!(differs(&[]) && differs(&all[..1]) && differs(&[&all[..1], all].concat()));
        assert!(differs(&[all[1].clone(), all[0].clone()]) && differs(&[all[0].clone(), json!({"id": 3})]));
        let more = Answers::from([("u1".to_owned(), all.to_vec()), ("u2".to_owned(), all.to_vec())]);
        assert!(compare(OutTopic::CartAbandoned, &want, &more).is_err());
    }
}
