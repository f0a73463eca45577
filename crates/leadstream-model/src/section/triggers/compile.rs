//! From the specification of triggers to those that steps run on.

use super::canonical::after_text;
use super::describe::{reasons, rule};
use super::spec::{TriggerSpec, TriggersSpec, is_set};
use crate::common::compile::{at_most, distinct};
use crate::condition::compile::condition;
use leadstream_core::domain::Text;
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::CountRule;
use leadstream_core::domain::model::triggers::{After, MatchBy, PRODUCT, Trigger, TriggersModel};
use leadstream_core::domain::names::Vocabulary;

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &TriggersSpec, vocabulary: &mut Vocabulary) -> TriggersModel {
    let triggers: Vec<Trigger> = spec.triggers.iter().map(|t| trigger(&t.value, vocabulary)).collect();
    TriggersModel {
        viewed_ms: triggers.iter().filter_map(|t| t.if_viewed_ms).max(),
        carted_ms: triggers.iter().filter_map(|t| t.if_carted_ms).max(),
        triggers,
    }
}

fn trigger(spec: &TriggerSpec, vocabulary: &mut Vocabulary) -> Trigger {
    let name = spec.name();
    let after = match (&spec.after, &spec.after_stage, &spec.after_label) {
        (Some(after), _, _) => After::Event {
            condition: condition(&after.value.when, vocabulary),
            count: after.value.times.as_ref().map(|times| {
                let rule = name_hash(&format!("trigger {name:?} {}", after_text(spec)));
                let times = usize::try_from(times.value).unwrap_or(1);
                let match_by = spec.same.as_ref().map(|s| vocabulary.intern_property(&s.value));
                let distinct = after.value.distinct.as_ref().map(|d| distinct(&d.value, vocabulary));
                (rule, CountRule { times, within_ms: after.value.within_ms.as_ref().map(|w| w.value), match_by, distinct })
            }),
        },
        (None, Some(stage), _) => After::Stage(stage.value.as_str().into()),
        (None, None, label) => After::Label(label.as_ref().map_or("", |l| l.value.as_str()).into()),
    };
    Trigger {
        hash: name_hash(name),
        name: name.into(),
        after,
        unless: spec.unless.as_ref().map(|u| condition(&u.value, vocabulary)),
        unless_stages: spec.unless_stage.iter().map(|s| s.value.as_str().into()).collect(),
        within_ms: spec.within_ms(),
        at_most: spec.at_most.as_ref().map(|limit| at_most(limit.value)),
        match_by: match spec.same.as_ref().map(|s| s.value.as_str()) {
            Some(PRODUCT) => Some(MatchBy::Product),
            Some(property) => Some(MatchBy::Property(vocabulary.intern_property(property))),
            // A trigger for viewers of a product is about that product.
            None => (spec.if_viewed_ms.is_some() || spec.if_carted_ms.is_some()).then_some(MatchBy::Product),
        },
        restart: spec.restart.as_ref().is_some_and(|r| r.value),
        if_viewed_ms: spec.if_viewed_ms.as_ref().map(|v| v.value),
        if_carted_ms: spec.if_carted_ms.as_ref().map(|v| v.value),
        mail: spec.mail.as_ref().is_none_or(|m| m.value),
        max_lateness_ms: spec.max_lateness_ms(),
        not_with_open_cart: is_set(spec.not_with_open_cart.as_ref()),
        after_visit: is_set(spec.after_visit.as_ref()),
        rule: rule(spec).into(),
        reasons: reasons(spec).into_iter().map(Text::from).collect(),
    }
}
