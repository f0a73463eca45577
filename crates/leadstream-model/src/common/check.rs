//! Checks that several sections share: names, stages, lengths of time, time zones.

use crate::fault::{Faults, Spanned};
use crate::section::axis::spec::AxisSpec;
use leadstream_core::domain::Ms;
use leadstream_core::domain::names::nearest;
use leadstream_core::domain::zones::{self, Zone};

/// How the fault of a stage that is not there begins.
pub(crate) const UNKNOWN_STAGE: &str = "unknown stage";

/// Longest name of a model, stage, label or group.
const MAX_NAME_BYTES: usize = 64;

pub(crate) fn check_name(name: &Spanned<String>, what: &str, faults: &mut Faults) {
    let text = &name.value;
    if text.trim().is_empty() {
        faults.add(&name.place, format!("{what} needs a name"));
    } else if text.len() > MAX_NAME_BYTES || text.chars().any(char::is_control) || text.trim() != text {
        let message =
            format!("{text:?} can't name {what}: at most {MAX_NAME_BYTES} bytes, no control characters, no space around");
        faults.add(&name.place, message);
    }
}

pub(crate) fn positive(after: &Spanned<Ms>, faults: &mut Faults) {
    if after.value <= 0 {
        faults.add(&after.place, "must be longer than nothing, such as \"14d\"");
    }
}

pub(crate) fn stage_index(spec: &AxisSpec, name: &str) -> Option<usize> {
    spec.stages.iter().position(|s| s.value == name)
}

/// The index of a stage; a fault with the nearest name when there is none.
pub(crate) fn known_stage(spec: &AxisSpec, stage: &Spanned<String>, faults: &mut Faults) -> Option<usize> {
    let index = stage_index(spec, &stage.value);
    if index.is_none() {
        let names = spec.stages.iter().map(|s| s.value.as_str());
        let hint = match nearest(&stage.value, names.clone()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("the stages are {}", names.collect::<Vec<_>>().join(", ")),
        };
        faults.add(&stage.place, format!("{UNKNOWN_STAGE} {:?}: {hint}", stage.value));
    }
    index
}

/// `distinct` of anything that counts.
pub(crate) fn distinct(distinct: Option<&Spanned<String>>, counts: bool, same: Option<&Spanned<String>>, faults: &mut Faults) {
    let Some(distinct) = distinct else { return };
    if distinct.value.trim().is_empty() {
        faults.add(&distinct.place, "must name the property whose value is another one each time");
    } else if !counts {
        faults.add(&distinct.place, "says nothing without `times`: add times = 2, or leave this out");
    } else if same.is_some_and(|same| same.value == distinct.value) {
        faults.add(&distinct.place, "asks for another value each time, and `same` for the same one: nothing fits both");
    }
}

/// Notes where a time zone is none.
pub(crate) fn check_zone(zone: &Spanned<String>, faults: &mut Faults) {
    if Zone::find(&zone.value).is_some() {
        return;
    }
    let names = zones::names();
    // People write the city.
    let city = |n: &&String| n.rsplit('/').next().is_some_and(|c| c.eq_ignore_ascii_case(&zone.value.replace(' ', "_")));
    let near = names.iter().find(city).map(String::as_str);
    let near = near.or_else(|| nearest(&zone.value, names.iter().map(String::as_str)));
    let hint = near.map_or_else(|| "write it like \"Europe/Berlin\"".to_owned(), |near| format!("did you mean {near:?}?"));
    faults.add(&zone.place, format!("{:?} is no time zone: {hint}", zone.value));
}
