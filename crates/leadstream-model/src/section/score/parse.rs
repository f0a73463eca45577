//! `[score]`: labels, groups and their rules.

use super::spec::{GroupSpec, ScoreRuleSpec, ScoreSpec};
use crate::common::parse::{at_most, cap};
use crate::condition::parse::condition;
use crate::fault::{Faults, Place, Spanned};
use crate::fields::{Fields, number_of, text_of};
use crate::tree::{Node, Value};

pub(super) fn score(mut fields: Fields<'_>, faults: &mut Faults) -> ScoreSpec {
    let mut spec = ScoreSpec { cap: cap(&mut fields, faults), ..ScoreSpec::default() };
    if let Some(table) = fields.table("labels", faults) {
        for (name, node, place) in table.entries() {
            let (score, fit, engagement) = label(node, &place, faults);
            let name = Spanned { value: name.to_owned(), place };
            let gate = |gate: Spanned<f64>| (Spanned { value: name.value.clone(), place: gate.place }, gate.value);
            spec.gates.extend(fit.map(gate));
            spec.engagement_gates.extend(engagement.map(gate));
            spec.labels.extend(score.map(|score| (name, score)));
        }
    }
    spec.groups = fields.tables("groups", faults).into_iter().map(|f| group(f, faults)).collect();
    fields.finish(faults);
    spec
}

/// A number, or `{ score = n, fit = m, engagement = k }`: score, fit and engagement.
fn label(node: &Node, place: &Place, faults: &mut Faults) -> (Option<f64>, Option<Spanned<f64>>, Option<Spanned<f64>>) {
    let Value::Table(table) = &node.value else { return (number_of(node, place, faults), None, None) };
    let mut fields = Fields::new(table, place.clone());
    let score = fields.number("score", faults);
    let fit = fields.number("fit", faults);
    let engagement = fields.number("engagement", faults);
    if score.is_none() && table.entries.iter().all(|e| matches!(e.key.as_str(), "fit" | "engagement")) {
        faults.add(place, "says no score: write a number, or { score = 50, fit = 30, engagement = 20 }");
    }
    fields.finish(faults);
    (score.map(|s| s.value), fit, engagement)
}

fn group(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<GroupSpec> {
    let place = fields.place.clone();
    let value = GroupSpec {
        name: fields.text("name", faults),
        half_life_ms: fields.duration_or_off("half_life", faults),
        cap: cap(&mut fields, faults),
        rules: fields.tables("rules", faults).into_iter().map(|f| rule(f, faults)).collect(),
    };
    fields.finish(faults);
    Spanned { value, place }
}

fn rule(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<ScoreRuleSpec> {
    let place = fields.place.clone();
    let value = ScoreRuleSpec {
        when: condition(&mut fields, faults),
        points: fields.number("points", faults),
        at_most: fields.node("at_most").and_then(|(node, place)| {
            let text = text_of(node, &place, faults)?;
            let Some(value) = at_most(&text) else {
                faults.add(&place, format!("{text:?} must read like \"10 per 1d\": so many times, then the period"));
                return None;
            };
            Some(Spanned { value, place })
        }),
    };
    fields.finish(faults);
    Spanned { value, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_for_labels() {
        let node = Node { line: 3, value: Value::Integer(20) };
        assert_eq!(label(&node, &Place::default(), &mut Faults::default()), (Some(20.0), None, None));
    }
}
