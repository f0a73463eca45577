//! From the specification of an axis to the one that steps run on.

use super::canonical;
use super::spec::{AxisSpec, MoveSpec, StaleSpec};
use crate::common::compile::distinct;
use crate::condition::compile::{condition, predicate};
use leadstream_core::domain::ids::event_mark;
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::{AxisModel, CountRule, Move, OfCart, On, Stale};
use leadstream_core::domain::names::{self, Vocabulary};
use leadstream_core::domain::terms::movement::Axis;

pub(super) fn axis_model(axis: Axis, spec: &AxisSpec, vocabulary: &mut Vocabulary) -> AxisModel {
    // Every name was found by the check.
    let stage = |name: &str| spec.stages.iter().position(|s| s.value == name).unwrap_or_default();
    let moves = spec.moves.iter().map(|m| one_move(axis, &m.value, &stage, vocabulary)).collect();
    let stale_of = |s: &StaleSpec| Stale { after_ms: s.after_ms.value, to: stage(&s.to.value) };
    let stale = (0..spec.stages.len())
        .map(|index| {
            let name = &spec.stages[index].value;
            if let Some(lapse) = spec.lapse.as_ref().filter(|lapse| lapse.value.from.iter().any(|from| from.value == *name)) {
                return Some(stale_of(&lapse.value.stale));
            }
            if let Some((_, own)) = spec.stale_by_stage.iter().find(|(of, _)| of.value == *name) {
                return Some(stale_of(own));
            }
            let all = &spec.stale_all.as_ref()?.value;
            // Going stale leads back, so it concerns the later stages only.
            let concerned = index > stage(&all.stale.to.value) && !all.except.iter().any(|e| e.value == *name);
            concerned.then(|| stale_of(&all.stale))
        })
        .collect();
    AxisModel {
        stages: spec.stages.iter().map(|s| s.value.as_str().into()).collect(),
        hashes: spec.stages.iter().map(|s| name_hash(&s.value)).collect(),
        moves,
        moves_by_name: Vec::new(),
        moves_on_any: Vec::new(),
        asks_for_cart: On::default(),
        stale,
        renamed: spec.renamed.iter().map(|(old, new)| (old.value.as_str().into(), stage(&new.value))).collect(),
        history: spec.history().try_into().unwrap_or_default(),
        closed_by: On::Names(spec.closed_by.iter().map(|name| vocabulary.intern_name(&name.value)).collect()),
        closing_marks: spec.closed_by.iter().map(|name| event_mark(names::canonical(&name.value))).collect(),
        lapsed: spec.lapse.as_ref().map(|lapse| stage(&lapse.value.stale.to.value)),
        pipeline: None,
    }
}

fn one_move(axis: Axis, spec: &MoveSpec, stage: &impl Fn(&str) -> usize, vocabulary: &mut Vocabulary) -> Move {
    let mut from: Vec<usize> = spec.from.iter().map(|f| stage(&f.value)).collect();
    from.sort_unstable();
    from.dedup();
    Move {
        to: spec.to.as_ref().map(|t| stage(&t.value)).unwrap_or_default(),
        from,
        condition: condition(&spec.when, vocabulary),
        count: spec.times.as_ref().map(|times| CountRule {
            times: usize::try_from(times.value).unwrap_or(1),
            within_ms: spec.within_ms.as_ref().map(|w| w.value),
            match_by: spec.same.as_ref().map(|s| vocabulary.intern_property(&s.value)),
            distinct: spec.distinct.as_ref().map(|d| distinct(&d.value, vocabulary)),
        }),
        cart: spec.cart.iter().filter_map(|(what, tests)| Some((OfCart::named(what)?, predicate(&tests.value)))).collect(),
        sessions: spec.sessions.as_ref().map_or(0, |s| u32::try_from(s.value).unwrap_or(u32::MAX)),
        rule: name_hash(&canonical::one_move(axis, spec)),
    }
}
