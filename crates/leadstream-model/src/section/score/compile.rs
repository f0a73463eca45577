//! From the specification of the score to the one that steps run on.

use super::canonical;
use super::spec::ScoreSpec;
use crate::common::compile::at_most;
use crate::condition::compile::condition;
use crate::condition::describe;
use crate::condition::spec::ConditionSpec;
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::{Label, ScoreGroup, ScoreModel, ScoreRule};
use leadstream_core::domain::names::{self, NameId, Vocabulary};

pub(super) fn score(spec: &ScoreSpec, vocabulary: &mut Vocabulary) -> ScoreModel {
    let groups = spec.groups.iter().map(|group| {
        let group = &group.value;
        let name = group.name.as_ref().map(|n| n.value.clone()).unwrap_or_default();
        let rules = group.rules.iter().map(|rule| ScoreRule {
            condition: condition(&rule.value.when, vocabulary),
            points: rule.value.points.as_ref().map_or(0.0, |p| p.value),
            at_most: rule.value.at_most.as_ref().map(|limit| at_most(limit.value)),
            rule: name_hash(&canonical::score_rule(&name, &rule.value)),
            number: 0,
            names: rule_names(&rule.value.when, vocabulary),
            words: describe::condition(&rule.value.when),
        });
        ScoreGroup {
            rules: rules.collect(),
            name_hash: name_hash(&name),
            half_life_ms: group.half_life_ms.as_ref().and_then(|h| h.value),
            cap: group.cap.as_ref().map(|c| c.value),
            name: name.into(),
        }
    });
    ScoreModel {
        cap: spec.cap.as_ref().map(|c| c.value),
        groups: groups.collect(),
        rules_by_name: Vec::new(),
        rules_on_any: Vec::new(),
        asks_engagement: !spec.engagement_gates.is_empty(),
        labels: spec
            .labels
            .iter()
            .map(|(name, score)| Label {
                name: name.value.as_str().into(),
                hash: name_hash(&name.value),
                score: *score,
                fit: spec.gates.iter().find(|(label, _)| label.value == name.value).map(|(_, fit)| *fit),
                engagement: spec.engagement_gates.iter().find(|(label, _)| label.value == name.value).map(|(_, least)| *least),
            })
            .collect(),
    }
}

/// The names of a rule in the order of their texts; none for any event.
fn rule_names(when: &ConditionSpec, vocabulary: &mut Vocabulary) -> Vec<NameId> {
    let mut names: Vec<&str> = when.on.iter().map(|name| names::canonical(&name.value)).filter(|name| *name != "*").collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| vocabulary.intern_name(name)).collect()
}
