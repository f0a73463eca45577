//! What is wrong with an axis: stages, staleness, what closes a journey.

use super::moves;
use super::reach;
use super::spec::{AxisSpec, LapseSpec};
use crate::common::check::{check_name, known_stage, positive, stage_index};
use crate::fault::Faults;
use leadstream_core::domain::model::MAX_STAGES;
use leadstream_core::domain::terms::movement::Axis;

/// Most moves of one axis.
pub(super) const MAX_MOVES: usize = 1_000;

/// Most stages left that a record can keep.
const MAX_HISTORY: i64 = 32;

pub(super) fn check_axis(axis: Axis, spec: &AxisSpec, faults: &mut Faults) {
    if !spec.given {
        return;
    }
    if spec.stages.is_empty() {
        faults.missing(&spec.place, "stages", "stages = [\"first\", \"second\"], from earlier to later");
    }
    if spec.stages.len() > MAX_STAGES {
        let message = format!("has {} stages, at most {MAX_STAGES} fit on an axis", spec.stages.len());
        faults.add(&spec.place.child("stages"), message);
    }
    for (n, stage) in spec.stages.iter().enumerate() {
        check_name(stage, "a stage", faults);
        if spec.stages[..n].iter().any(|other| other.value == stage.value) {
            faults.add(&stage.place, format!("stage {:?} is there twice: stages need different names", stage.value));
        }
    }
    if spec.moves.len() > MAX_MOVES {
        let message = format!("has {} moves, at most {MAX_MOVES} fit on an axis", spec.moves.len());
        faults.add(&spec.place.child("moves"), message);
    }
    if let Some(history) = spec.history.as_ref().filter(|h| !(0..=MAX_HISTORY).contains(&h.value)) {
        faults.add(&history.place, format!("must be 0 to {MAX_HISTORY} stages"));
    }
    moves::check(axis, spec, faults);
    if !spec.moves.is_empty() || !spec.stages.is_empty() {
        reach::check(spec, faults);
    }
    stale(spec, faults);
    over(spec, faults);
    for (n, (old, new)) in spec.renamed.iter().enumerate() {
        if stage_index(spec, &old.value).is_some() {
            let message = format!("{:?} is a stage of this model: only a name that is no longer used can be renamed", old.value);
            faults.add(&old.place, message);
        }
        if spec.renamed[..n].iter().any(|(other, _)| other.value == old.value) {
            faults.add(&old.place, format!("{:?} is renamed twice", old.value));
        }
        known_stage(spec, new, faults);
    }
}

fn stale(spec: &AxisSpec, faults: &mut Faults) {
    const BACK: &str = "going stale leads back: name an earlier stage";
    if let Some(all) = &spec.stale_all {
        let stale = &all.value.stale;
        positive(&stale.after_ms, faults);
        let to = known_stage(spec, &stale.to, faults);
        for except in &all.value.except {
            known_stage(spec, except, faults);
        }
        if to.is_some_and(|to| to + 1 == spec.stages.len()) {
            faults.add(&stale.to.place, format!("{:?} is the last stage, so no stage could go stale: {BACK}", stale.to.value));
        }
    }
    for (n, (stage, stale)) in spec.stale_by_stage.iter().enumerate() {
        positive(&stale.after_ms, faults);
        let from = known_stage(spec, stage, faults);
        let to = known_stage(spec, &stale.to, faults);
        if let (Some(from), Some(to)) = (from, to) {
            if from == to {
                faults.add(&stale.to.place, format!("{:?} would go stale to itself: {BACK}", stage.value));
            } else if from < to {
                faults.add(&stale.to.place, format!("{:?} comes after {:?}: {BACK}", stale.to.value, stage.value));
            }
        }
        if spec.stale_by_stage[..n].iter().any(|(other, _)| other.value == stage.value) {
            faults.add(&stage.place, format!("{:?} goes stale twice", stage.value));
        }
    }
}

/// `closed_by` and `lapse`.
fn over(spec: &AxisSpec, faults: &mut Faults) {
    for (n, name) in spec.closed_by.iter().enumerate() {
        if name.value.trim().is_empty() || name.value == "*" {
            faults.add(&name.place, "must name the events that close a journey, such as \"Order Completed\"");
        } else if spec.closed_by[..n].iter().any(|other| other.value == name.value) {
            faults.add(&name.place, format!("{:?} is named twice", name.value));
        }
    }
    let Some(lapse) = &spec.lapse else { return };
    let LapseSpec { stale, from } = &lapse.value;
    positive(&stale.after_ms, faults);
    known_stage(spec, &stale.to, faults);
    for (n, stage) in from.iter().enumerate() {
        known_stage(spec, stage, faults);
        if stage.value == stale.to.value {
            faults.add(&stage.place, format!("{:?} would lapse to itself: name another stage", stage.value));
        } else if from[..n].iter().any(|other| other.value == stage.value) {
            faults.add(&stage.place, format!("{:?} is named twice", stage.value));
        } else if spec.stale_by_stage.iter().any(|(own, _)| own.value == stage.value) {
            faults.add(&stage.place, format!("{:?} goes stale and lapses: leave one out", stage.value));
        }
    }
}
