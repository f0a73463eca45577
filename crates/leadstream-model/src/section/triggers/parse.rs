//! `[[triggers]]` and `ready_triggers`.

use super::spec::{AfterSpec, TriggerSpec, TriggersSpec};
use crate::common::parse::times_per;
use crate::condition::parse::condition;
use crate::fault::{Faults, Place, Spanned};
use crate::fields::{Fields, unknown};
use crate::tree;

/// Triggers that are built into the binary.
const READY: &str = include_str!("../../../../../config/triggers/ready.toml");

pub(super) fn triggers(fields: &mut Fields<'_>, faults: &mut Faults) -> TriggersSpec {
    let named = fields.texts("ready_triggers", faults).unwrap_or_default();
    let mut triggers = Vec::new();
    if !named.is_empty() {
        let ready = ready();
        for name in &named {
            if let Some(trigger) = ready.iter().find(|t| t.name() == name.value) {
                // It stands where it is named.
                let value = TriggerSpec { name: Some(name.clone()), ..trigger.clone() };
                triggers.push(Spanned { value, place: name.place.clone() });
            } else {
                let names: Vec<&str> = ready.iter().map(TriggerSpec::name).collect();
                faults.add(&name.place, unknown(&name.value, "ready trigger", &names));
            }
        }
    }
    triggers.extend(fields.tables("triggers", faults).into_iter().map(|f| trigger(f, faults)));
    TriggersSpec { triggers }
}

fn ready() -> Vec<TriggerSpec> {
    let Ok(table) = tree::parse(READY) else { return Vec::new() };
    // A test of this module holds that they have no faults.
    let (mut faults, mut fields) = (Faults::default(), Fields::new(&table, Place::default()));
    fields.tables("triggers", &mut faults).into_iter().map(|f| trigger(f, &mut faults).value).collect()
}

fn trigger(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<TriggerSpec> {
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
            Spanned { value, place }
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
        not_with_open_cart: fields.bool("not_with_open_cart", faults),
        after_visit: fields.bool("after_visit", faults),
    };
    fields.finish(faults);
    Spanned { value, place }
}

fn after(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<AfterSpec> {
    let place = fields.place.clone();
    let value = AfterSpec {
        when: condition(&mut fields, faults),
        times: fields.integer("times", faults),
        distinct: fields.text("distinct", faults),
        within_ms: fields.duration("within", faults),
    };
    fields.finish(faults);
    Spanned { value, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_triggers_have_no_fault() {
        let names: Vec<String> = ready().iter().filter_map(|t| t.name.as_ref()).map(|n| format!("{:?}", n.value)).collect();
        assert_eq!(names.len(), READY.matches("\n[[triggers]]").count());
        let model = include_str!("../../../../../config/models/ecommerce.toml");
        for text in [format!("ready_triggers = [{}]\n{model}", names.join(", ")), format!("{model}\n{READY}")] {
            let faults = crate::from_texts(&[&text]).err().unwrap_or_default();
            assert!(faults.is_empty(), "{faults:#?}");
        }
    }
}
