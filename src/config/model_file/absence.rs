//! `[[triggers]]`.

use super::condition::condition;
use super::contact::times_per;
use crate::config::fields::{Faults, Fields};
use crate::domain::model::absence::{AbsenceSpec, AfterSpec, TriggerSpec};
use crate::domain::model::spec::At;

pub(super) fn absence(fields: &mut Fields<'_>, faults: &mut Faults) -> AbsenceSpec {
    AbsenceSpec { triggers: fields.tables("triggers", faults).into_iter().map(|f| trigger(f, faults)).collect() }
}

fn trigger(mut fields: Fields<'_>, faults: &mut Faults) -> At<TriggerSpec> {
    let place = fields.place.clone();
    let value = TriggerSpec {
        name: fields.text("name", faults),
        after: fields.table("after", faults).map(|f| after(f, faults)),
        after_stage: fields.text("after_stage", faults),
        after_label: fields.text("after_label", faults),
        unless: fields.table("unless", faults).map(|mut f| {
            let place = f.place.clone();
            let value = condition(&mut f, faults);
            f.finish(faults);
            At { value, place }
        }),
        unless_stage: fields.texts("unless_stage", faults).unwrap_or_default(),
        within_ms: fields.duration("within", faults),
        at_most: fields.text("at_most", faults).and_then(|text| times_per(&text, faults)),
        same: fields.text("same", faults),
        restart: fields.bool("restart", faults),
        if_viewed_ms: fields.duration("if_viewed", faults),
        if_carted_ms: fields.duration("if_carted", faults),
        mail: fields.bool("mail", faults),
        max_lateness_ms: fields.duration_or_off("max_lateness", faults),
    };
    fields.finish(faults);
    At { value, place }
}

fn after(mut fields: Fields<'_>, faults: &mut Faults) -> At<AfterSpec> {
    let place = fields.place.clone();
    let value = AfterSpec {
        when: condition(&mut fields, faults),
        times: fields.integer("times", faults),
        within_ms: fields.duration("within", faults),
    };
    fields.finish(faults);
    At { value, place }
}
