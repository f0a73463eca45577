//! Every output once, and none outside of a transaction.

use super::evidence::Evidence;
use super::{Findings, Rule};
use crate::api::TopicPartition;
use leadstream::runtime::ports::OutTopic;
use std::collections::BTreeMap;

/// Looks at everything that was ever visible in the topics of outputs.
pub fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<(OutTopic, &[u8]), (TopicPartition, i64)> = BTreeMap::new();
    for topic in OutTopic::ALL {
        if matches!(topic, OutTopic::State | OutTopic::Events) {
            continue;
        }
        // The original's position is what a dead letter is known by; what ids are told has only its place.
        let has_ids = !matches!(topic, OutTopic::DeadLetters | OutTopic::Forwards | OutTopic::Identity);
        for partition in 0..evidence.topics.partitions {
            let at = evidence.topics.output(topic, partition);
            for output in evidence.history.visible.get(&at).into_iter().flatten() {
                let place = (at, output.offset);
                if output.transaction.is_none() {
                    findings.add(Rule::InTransactions, format!("{topic:?} {place:?}: written outside of any transaction"));
                }
                let id = output.record.headers.iter().find(|(name, _)| name == "ce_id").and_then(|(_, id)| id.as_deref());
                let Some(id) = id else {
                    if has_ids {
                        findings.add(Rule::IdsOnce, format!("{topic:?} {place:?}: an output without an id"));
                    }
                    continue;
                };
                if !has_ids {
                    // The original's own header.
                    continue;
                }
                if let Some(first) = seen.insert((topic, id), place) {
                    let id = String::from_utf8_lossy(id);
                    let value = String::from_utf8_lossy(output.record.value.as_deref().unwrap_or_default());
                    findings.add(
                        Rule::IdsOnce,
                        format!("{topic:?}: {id} is visible at {first:?} and again at {place:?}: {value:.500}"),
                    );
                }
            }
        }
    }
}
