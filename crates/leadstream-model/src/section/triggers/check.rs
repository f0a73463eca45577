//! Faults of triggers.

use super::spec::{AfterSpec, TriggerSpec, TriggersSpec};
use crate::common::check::{check_name, distinct as check_distinct, positive};
use crate::condition::check;
use crate::fault::{Faults, Place, Spanned};
use crate::section::view::ModelView;
use leadstream_core::domain::model::MAX_COUNT_MEMORY;
use leadstream_core::domain::model::contact::CART;
use leadstream_core::domain::names::nearest;
use leadstream_core::domain::state::triggers::MAX_LEFT;
use leadstream_core::domain::{DAY_MS, Ms};

/// Most triggers of a model.
const MAX_TRIGGERS: usize = 32;

/// Longest time that a trigger waits, and that products and past triggers are remembered.
const MAX_WAIT_MS: Ms = 732 * DAY_MS;

/// Notes what is wrong.
pub(super) fn check(spec: &TriggersSpec, model: &ModelView<'_>, faults: &mut Faults) {
    if let Some(trigger) = spec.triggers.get(MAX_TRIGGERS) {
        faults.add(&trigger.place, format!("is one trigger too many: at most {MAX_TRIGGERS} fit"));
    }
    let remembered = |t: &Spanned<TriggerSpec>| t.value.at_most.as_ref().map_or(1, |l| usize::try_from(l.value.0).unwrap_or(1));
    if spec.triggers.iter().map(remembered).sum::<usize>() > MAX_LEFT
        && let Some(last) = spec.triggers.last()
    {
        let message = format!(
            "the at_most of all triggers together count more than {MAX_LEFT} times: so many are remembered of a prospect"
        );
        faults.add(&last.place, message);
    }
    for (n, one) in spec.triggers.iter().enumerate() {
        trigger(one, model, faults);
        if let Some(name) = &one.value.name
            && spec.triggers[..n].iter().any(|o| o.value.name() == name.value)
        {
            faults.add(&name.place, format!("trigger {:?} is there twice: triggers need different names", name.value));
        }
    }
}

fn trigger(one: &Spanned<TriggerSpec>, model: &ModelView<'_>, faults: &mut Faults) {
    let (spec, place) = (&one.value, &one.place);
    match &spec.name {
        None => faults.missing(place, "name", "name = \"browse-abandoned\""),
        Some(name) if name.value == CART => {
            faults.add(&name.place, "\"cart\" means the reminders of [cart]: choose another name");
        }
        Some(name) => check_name(name, "a trigger", faults),
    }
    after(spec, place, model, faults);
    if let Some(unless) = &spec.unless {
        check::condition(&unless.value, &unless.place, faults);
    }
    for stage in &spec.unless_stage {
        known_stage(stage, model, faults);
        if spec.after_stage.as_ref().is_some_and(|s| s.value == stage.value) {
            faults.add(&stage.place, "is the stage that the trigger comes after: it would never leave");
        }
    }
    match &spec.within_ms {
        None => faults.missing(place, "within", "within = \"4h\", the time to wait; \"0s\" to leave at once"),
        Some(within) if !(0..=MAX_WAIT_MS).contains(&within.value) => {
            faults.add(&within.place, "must be between \"0s\" and two years");
        }
        Some(within) if within.value == 0 && (spec.unless.is_some() || !spec.unless_stage.is_empty()) => {
            faults.add(&within.place, "leaves no time for what would prevent it: leave `unless` out, or wait");
        }
        Some(_) => {}
    }
    limits(spec, faults);
    same(spec, faults);
}

fn after(spec: &TriggerSpec, place: &Place, model: &ModelView<'_>, faults: &mut Faults) {
    let said = [spec.after.is_some(), spec.after_stage.is_some(), spec.after_label.is_some()];
    match said.iter().filter(|s| **s).count() {
        0 => faults.missing(place, "after", "after = { on = \"Product Viewed\" }, after_stage or after_label"),
        1 => {}
        _ => faults.add(place, "comes after too much: keep one of after, after_stage and after_label"),
    }
    if let Some(Spanned { value: AfterSpec { when, times, distinct, within_ms }, place }) = &spec.after {
        check::condition(when, place, faults);
        check_distinct(distinct.as_ref(), times.is_some(), spec.same.as_ref(), faults);
        if let Some(times) =
            times.as_ref().filter(|t| !usize::try_from(t.value).is_ok_and(|t| (2..=MAX_COUNT_MEMORY).contains(&t)))
        {
            faults.add(&times.place, format!("must be 2 to {MAX_COUNT_MEMORY} times; leave it out for the first"));
        }
        if let Some(within) = within_ms {
            positive(within, faults);
            if times.is_none() {
                faults.add(&within.place, "has no effect without `times`; how long to wait is the trigger's own `within`");
            }
        }
    }
    if let Some(stage) = &spec.after_stage {
        known_stage(stage, model, faults);
    }
    if let Some(label) = &spec.after_label
        && !model.score.labels.iter().any(|(name, _)| name.value == label.value)
    {
        let names = model.score.labels.iter().map(|(name, _)| name.value.as_str());
        faults.add(&label.place, format!("there is no label {:?}: {}", label.value, hint(&label.value, names)));
    }
}

fn known_stage(stage: &Spanned<String>, model: &ModelView<'_>, faults: &mut Faults) {
    let names = || model.axes.iter().flat_map(|a| &a.stages).map(|s| s.value.as_str());
    if !names().any(|name| name == stage.value) {
        faults.add(&stage.place, format!("there is no stage {:?}: {}", stage.value, hint(&stage.value, names())));
    }
}

fn hint<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    match nearest(name, names.clone()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("known are {}", names.map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", ")),
    }
}

fn limits(spec: &TriggerSpec, faults: &mut Faults) {
    if let Some(limit) = &spec.at_most {
        let (times, per_ms) = limit.value;
        if !(usize::try_from(times).is_ok_and(|t| (1..=MAX_LEFT).contains(&t)) && (1..=MAX_WAIT_MS).contains(&per_ms)) {
            faults.add(&limit.place, format!("must allow 1 to {MAX_LEFT} times in at most two years, such as \"1 per 7d\""));
        }
    }
    if let Some(max) = spec.max_lateness_ms.as_ref().filter(|m| m.value.is_some_and(|ms| ms < 0)) {
        faults.add(&max.place, "must not be negative: write \"2h\", or \"off\"");
    }
    for interest in [&spec.if_viewed_ms, &spec.if_carted_ms].into_iter().flatten() {
        if !(1..=MAX_WAIT_MS).contains(&interest.value) {
            faults.add(&interest.place, "must be longer than nothing and at most two years, such as \"30d\"");
        }
        if spec.after.is_none() {
            faults.add(&interest.place, "needs an event that is about a product: write after = { on = \"Price Dropped\" }");
        }
    }
    if let Some(restart) = spec.restart.as_ref().filter(|r| r.value)
        && spec.after_label.is_some()
    {
        faults.add(&restart.place, "has no effect: a label is reached once, until it is lost");
    }
}

fn same(spec: &TriggerSpec, faults: &mut Faults) {
    let Some(same) = &spec.same else { return };
    if same.value.trim().is_empty() {
        faults.add(&same.place, "a property needs a name, such as \"product_id\"");
    }
    if spec.after.is_none() {
        faults.add(&same.place, "compares events: it needs after = { on = … }");
    }
}
