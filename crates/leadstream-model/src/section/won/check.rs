//! What is wrong in `[won]`.

use super::places::{may_be_sale, places};
use super::spec::WonSpec;
use crate::condition::check;
use crate::fault::{Faults, Spanned};
use crate::section::view::ModelView;
use leadstream_core::domain::model::won::Places;
use leadstream_core::domain::names::nearest;
use leadstream_core::domain::terms::movement::Axis;

/// Notes what is wrong.
pub(super) fn check(spec: &WonSpec, model: &ModelView<'_>, faults: &mut Faults) {
    let axis_of = |wanted: &Spanned<String>| {
        Axis::ALL.into_iter().rev().find_map(|axis| {
            let stages = &model.axes[axis].stages;
            Some((axis, stages.iter().position(|stage| stage.value == wanted.value)?))
        })
    };
    if spec.given && spec.stage.is_none() && spec.on.is_none() && spec.open.is_none() && spec.lost_to.is_none() {
        faults.missing(&spec.place, "stage", "stage = \"purchase\", the stage that is won");
    }
    let stage = spec.stage.as_ref().and_then(axis_of);
    for one in [&spec.stage, &spec.open, &spec.lost_to].into_iter().flatten() {
        if axis_of(one).is_none() {
            let names = || model.axes.iter().flat_map(|axis| &axis.stages).map(|stage| stage.value.as_str());
            let hint = nearest(&one.value, names()).map_or_else(String::new, |near| format!(": did you mean {near:?}?"));
            faults.add(&one.place, format!("there is no stage {:?}{hint}", one.value));
        }
    }
    if let (Some(stage), Some((_, 0))) = (&spec.stage, stage) {
        faults.add(&stage.place, format!("{:?} is the first stage: everybody would be a customer", stage.value));
    }
    let places = places(model);
    if places.is_none() && (spec.open.is_some() || spec.lost_to.is_some()) {
        faults.missing(&spec.place, "stage", "stage = \"purchase\", since no order or contract leads anywhere");
    }
    if let Some(Places { axis, open, won, lost_to }) = places {
        let stages = &model.axes[axis].stages;
        for one in [&spec.open, &spec.lost_to].into_iter().flatten() {
            if axis_of(one).is_some() && !stages.iter().any(|stage| stage.value == one.value) {
                faults.add(&one.place, format!("{:?} is no stage of the {}, in which is won", one.value, axis.name()));
            }
        }
        if let Some(one) = spec.open.as_ref().filter(|_| open >= won) {
            faults.add(&one.place, format!("{:?} is not before the stage that is won", one.value));
        }
        if let Some(one) = spec.lost_to.as_ref().filter(|_| lost_to.is_some_and(|to| to >= open)) {
            faults.add(&one.place, format!("{:?} is an opportunity still: what is lost is none any more", one.value));
        }
    }
    if let Some(on) = &spec.on {
        check::condition(&on.value, &on.place, faults);
        for name in on.value.on.iter().filter(|name| !may_be_sale(&name.value)) {
            let message = "has another meaning and can't be a sale; orders and what sales won always are";
            faults.add(&on.place, format!("{:?} {message}", name.value));
        }
    }
}
