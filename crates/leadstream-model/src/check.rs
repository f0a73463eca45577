//! Everything that is wrong with models: each section by itself, and what only shows when models run together.

use crate::common::check::UNKNOWN_STAGE;
use crate::fault::{Fault, MISSING, Place};
use crate::section::ModelSpec;
use crate::section::axis::reach::UNREACHABLE;
use crate::section::people::across::across;
use leadstream_core::domain::state::limits::MAX_MODELS;

/// Checks all specs; the index says whose fault it is.
#[must_use]
pub(crate) fn check_all(specs: &[ModelSpec]) -> Vec<(usize, Fault)> {
    let mut all = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let mut faults = spec.check();
        if let Some(name) = &spec.general.name
            && specs[..index].iter().any(|other| other.general.name.as_ref().is_some_and(|n| n.value == name.value))
        {
            let message = format!("another model that runs is called {:?} too: give each its own name", name.value);
            faults.push(Fault { place: name.place.clone(), message });
        }
        faults.sort();
        all.extend(faults.into_iter().map(|fault| (index, fault)));
    }
    all.extend(across(specs));
    if let Some(one_too_many) = specs.get(MAX_MODELS) {
        let place = one_too_many.general.name.as_ref().map_or_else(Place::default, |name| name.place.clone());
        let message = format!("one model too many: {MAX_MODELS} may run together, for each takes its share of every record");
        all.push((MAX_MODELS, Fault { place, message }));
    }
    if specs.is_empty() {
        let message = "no model is configured: name a file or a shipped model".to_owned();
        all.push((0, Fault { place: Place { line: 0, path: "model.files".to_owned() }, message }));
    }
    all
}

/// Whether a fault only follows from faults of the text (a wrong key, a wrong type) that are reported anyway.
#[must_use]
pub fn follows_from(fault: &Fault, text_faults: &[Fault]) -> bool {
    let path = fault.place.path.as_str();
    let section = path.split('.').next().unwrap_or_default();
    text_faults.iter().any(|text| {
        let other = text.place.path.as_str();
        // The text is no TOML, or can't be read at all: nothing else is known of it.
        if other.is_empty() {
            return true;
        }
        if other == path || (other.starts_with(path) && other[path.len()..].starts_with(['#', '.'])) {
            return true;
        }
        // Rules that can't be read give no points that a label could ask for.
        if path.starts_with("score.labels.") && path.rsplit('.').next() == Some("fit") && other.starts_with("fit.") {
            return true;
        }
        let in_section = other.split(['.', '#']).next() == Some(section);
        if fault.message.starts_with(UNREACHABLE) {
            return in_section && (other.contains(".moves") || other.contains(".stale"));
        }
        if fault.message.starts_with(UNKNOWN_STAGE) {
            return in_section && (other == format!("{section}.stages") || other.starts_with(&format!("{section}.stages#")));
        }
        // `too = "x"`: the unknown key says already that `to` is meant.
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        let other_parent = other.rsplit_once('.').map_or("", |(parent, _)| parent);
        fault.message.starts_with(MISSING) && parent == other_parent && text.message.contains(&format!("did you mean {key:?}"))
    })
}
