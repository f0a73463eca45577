//! `[journey]` and `[funnel]`: stages, moves, staleness.

use super::spec::{AxisSpec, LapseSpec, MoveSpec, StaleAllSpec, StaleSpec};
use crate::condition::parse::{condition, of_properties};
use crate::fault::{Faults, Spanned};
use crate::fields::{Fields, text_of};
use crate::tree::Value;

pub(super) fn axis(mut fields: Fields<'_>, faults: &mut Faults) -> AxisSpec {
    let mut spec = AxisSpec {
        place: fields.place.clone(),
        given: true,
        stages: fields.texts("stages", faults).unwrap_or_default(),
        moves: fields.tables("moves", faults).into_iter().map(|f| one_move(f, faults)).collect(),
        history: fields.integer("history", faults),
        ..AxisSpec::default()
    };
    if let Some(table) = fields.table("renamed", faults) {
        for (old, node, place) in table.entries() {
            if let Some(new) = text_of(node, &place, faults) {
                spec.renamed.push((Spanned { value: old.to_owned(), place: place.clone() }, Spanned { value: new, place }));
            }
        }
    }
    if let Some(table) = fields.table("stale", faults) {
        stale(table, &mut spec, faults);
    }
    spec.closed_by = fields.texts("closed_by", faults).unwrap_or_default();
    if let Some(table) = fields.table("lapse", faults) {
        spec.lapse = lapse(table, faults);
    }
    fields.finish(faults);
    spec
}

fn one_move(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<MoveSpec> {
    let place = fields.place.clone();
    let from = fields.texts("from", faults);
    if from.as_ref().is_some_and(Vec::is_empty) {
        faults.add(&fields.place_of("from"), "names no stage: leave `from` out for any earlier stage");
    }
    let value = MoveSpec {
        to: fields.text("to", faults),
        from: from.unwrap_or_default(),
        when: condition(&mut fields, faults),
        times: fields.integer("times", faults),
        within_ms: fields.duration("within", faults),
        same: fields.text("same", faults),
        distinct: fields.text("distinct", faults),
        sessions: fields.integer("sessions", faults),
        cart: fields.table("cart", faults).map_or_else(Vec::new, |table| of_properties(&table, faults)),
    };
    fields.finish(faults);
    Spanned { value, place }
}

/// `{ after, to, except }` for all stages, `{ stage = { after, to } }` by stage, or both: the stage's own wins.
fn stale(mut fields: Fields<'_>, spec: &mut AxisSpec, faults: &mut Faults) {
    for (stage, node, place) in fields.entries() {
        if let Value::Table(table) = &node.value {
            let mut own = Fields::new(table, place.clone());
            if let Some(stale) = after_to(&mut own, faults) {
                spec.stale_by_stage.push((Spanned { value: stage.to_owned(), place }, stale));
            }
            own.finish(faults);
        } else if !["after", "to", "except"].contains(&stage) {
            faults.add(&place, "must be { after = \"14d\", to = \"stage\" }");
        }
    }
    let place = fields.place.clone();
    let for_all = fields.entries().any(|(_, node, _)| !matches!(node.value, Value::Table(_)));
    if for_all && let Some(stale) = after_to(&mut fields, faults) {
        let except = fields.texts("except", faults).unwrap_or_default();
        spec.stale_all = Some(Spanned { value: StaleAllSpec { stale, except }, place });
    }
}

/// `{ after, to, from }`: all three.
fn lapse(mut fields: Fields<'_>, faults: &mut Faults) -> Option<Spanned<LapseSpec>> {
    let place = fields.place.clone();
    let stale = after_to(&mut fields, faults);
    let from = fields.texts("from", faults).unwrap_or_default();
    if from.is_empty() {
        faults.add(&fields.place_of("from"), "names no stage: say whose customers lapse, such as from = [\"purchase\"]");
    }
    fields.finish(faults);
    Some(Spanned { value: LapseSpec { stale: stale?, from }, place })
}

fn after_to(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<StaleSpec> {
    let before = faults.0.len();
    let after_ms = fields.duration("after", faults);
    let to = fields.text("to", faults);
    if faults.0.len() == before && (after_ms.is_none() || to.is_none()) {
        faults.add(&fields.place, "says after how long, or where to, but not both: write { after = \"14d\", to = \"stage\" }");
    }
    Some(StaleSpec { after_ms: after_ms?, to: to? })
}
