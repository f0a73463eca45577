//! What is wrong with a model spec: every fault with its place and what to do.

mod cart;
mod contradictions;
pub mod graph;
mod moves;
mod notes;
mod score;
pub(super) mod tests_of;

pub use contradictions::contradictions;
pub(super) use moves::distinct;
pub use notes::notes;
pub(super) use tests_of::all as tests;

use super::spec::{At, AxisSpec, CartSpec, Fault, LapseSpec, ModelSpec, Place};
use super::{MAX_RULES, MAX_STAGES, absence, accounts, compile, contact, internal, machine, people, sales, won};
use crate::domain::model::kept::MIN_KEPT_MS;
use crate::domain::state::limits::MAX_MODELS;
use crate::domain::terms::movement::Axis;

/// How faults begin that can follow from another fault in the same section.
const UNREACHABLE: &str = "nothing leads to this stage";
const UNKNOWN_STAGE: &str = "unknown stage";
const MISSING: &str = "is missing";

/// Most stages left that a record can keep.
const MAX_HISTORY: i64 = 32;
/// Longest name of a model, stage, label or group.
const MAX_NAME_BYTES: usize = 64;

/// Faults of one spec, collected.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<Fault>);

impl Found {
    pub(super) fn take(self) -> Vec<Fault> {
        self.0
    }

    pub(super) fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.0.push(Fault { place: place.clone(), message: message.into() });
    }

    pub(super) fn missing(&mut self, parent: &Place, key: &str, example: &str) {
        self.add(&parent.child(key), format!("{MISSING}: write {example}"));
    }
}

/// Checks all specs; the index says whose fault it is.
#[must_use]
pub fn check_all(specs: &[ModelSpec], cart_overrides: &CartSpec) -> Vec<(usize, Fault)> {
    let mut all = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let mut found = check(spec, cart_overrides);
        if let Some(name) = &spec.name
            && specs[..index].iter().any(|other| other.name.as_ref().is_some_and(|n| n.value == name.value))
        {
            let message = format!("another model that runs is called {:?} too: give each its own name", name.value);
            found.push(Fault { place: name.place.clone(), message });
        }
        found.sort();
        all.extend(found.into_iter().map(|fault| (index, fault)));
    }
    all.extend(people::across(specs));
    if let Some(one_too_many) = specs.get(MAX_MODELS) {
        let place = one_too_many.name.as_ref().map_or_else(Place::default, |name| name.place.clone());
        let message = format!("one model too many: {MAX_MODELS} may run together, for each takes its share of every record");
        all.push((MAX_MODELS, Fault { place, message }));
    }
    if specs.is_empty() {
        let message = "no model is configured: name a file or a shipped model".to_owned();
        all.push((0, Fault { place: Place { line: 0, path: "model.files".to_owned() }, message }));
    }
    all
}

/// Who is forgotten starts anew: what must not come twice within some time has to be remembered for as long.
fn check_forgetting(spec: &ModelSpec, cart_overrides: &CartSpec, found: &mut Found) {
    let Some(At { value: Some(kept_ms), place }) = &spec.forget_anonymous_ms else { return };
    if *kept_ms < MIN_KEPT_MS {
        found.add(place, "must be at least \"1d\", for what comes again is known by the record; \"off\" keeps everybody");
        return;
    }
    let cooldown_ms = compile::cart(&cart_overrides.over(&spec.cart)).cooldown_ms;
    if cooldown_ms.is_some_and(|cooldown_ms| *kept_ms < cooldown_ms) {
        found.add(place, "must not be shorter than the cooldown of the cart series: whoever is forgotten is reminded anew");
    }
}

/// Checks one spec.
#[must_use]
pub fn check(spec: &ModelSpec, cart_overrides: &CartSpec) -> Vec<Fault> {
    let mut found = Found::default();
    let top = Place::default();
    match &spec.name {
        None => found.missing(&top, "name", "name = \"my-model\""),
        Some(name) => check_name(name, "a model", &mut found),
    }
    if let Some(gap) = spec.session_gap_ms.as_ref().filter(|gap| gap.value <= 0) {
        found.add(&gap.place, "must be longer than nothing: the usual pause between two sessions is \"30m\"");
    }
    check_forgetting(spec, cart_overrides, &mut found);
    if spec.axes.iter().all(|axis| !axis.given) {
        found.missing(&top, "journey", "a section [journey], [funnel] or both, with stages and moves");
    }
    for axis in Axis::ALL {
        check_axis(axis, &spec.axes[axis.index()], &mut found);
    }
    score::check(&spec.score, spec.people.highest_fit(), &mut found);
    cart::check(&cart_overrides.over(&spec.cart), &mut found);
    people::check(&spec.people, spec, &mut found);
    sales::check(&spec.sales, spec, &mut found);
    won::check(&spec.won, spec, &mut found);
    contact::check(&spec.contact, spec, &mut found);
    absence::check(&spec.absence, spec, &mut found);
    machine::check(&spec.machine, spec, &mut found);
    internal::check(&spec.internal, &mut found);
    accounts::check(&spec.accounts, spec, &mut found);
    found.0
}

fn check_axis(axis: Axis, spec: &AxisSpec, found: &mut Found) {
    if !spec.given {
        return;
    }
    if spec.stages.is_empty() {
        found.missing(&spec.place, "stages", "stages = [\"first\", \"second\"], from earlier to later");
    }
    if spec.stages.len() > MAX_STAGES {
        let message = format!("has {} stages, at most {MAX_STAGES} fit on an axis", spec.stages.len());
        found.add(&spec.place.child("stages"), message);
    }
    for (n, stage) in spec.stages.iter().enumerate() {
        check_name(stage, "a stage", found);
        if spec.stages[..n].iter().any(|other| other.value == stage.value) {
            found.add(&stage.place, format!("stage {:?} is there twice: stages need different names", stage.value));
        }
    }
    if spec.moves.len() > MAX_RULES {
        let message = format!("has {} moves, at most {MAX_RULES} fit on an axis", spec.moves.len());
        found.add(&spec.place.child("moves"), message);
    }
    if let Some(history) = spec.history.as_ref().filter(|h| !(0..=MAX_HISTORY).contains(&h.value)) {
        found.add(&history.place, format!("must be 0 to {MAX_HISTORY} stages"));
    }
    moves::check(axis, spec, found);
    stale(spec, found);
    over(spec, found);
    for (n, (old, new)) in spec.renamed.iter().enumerate() {
        if stage_index(spec, &old.value).is_some() {
            let message = format!("{:?} is a stage of this model: only a name that is no longer used can be renamed", old.value);
            found.add(&old.place, message);
        }
        if spec.renamed[..n].iter().any(|(other, _)| other.value == old.value) {
            found.add(&old.place, format!("{:?} is renamed twice", old.value));
        }
        known_stage(spec, new, found);
    }
}

fn stale(spec: &AxisSpec, found: &mut Found) {
    const BACK: &str = "going stale leads back: name an earlier stage";
    if let Some(all) = &spec.stale_all {
        let stale = &all.value.stale;
        positive(&stale.after_ms, found);
        let to = known_stage(spec, &stale.to, found);
        for except in &all.value.except {
            known_stage(spec, except, found);
        }
        if to.is_some_and(|to| to + 1 == spec.stages.len()) {
            found.add(&stale.to.place, format!("{:?} is the last stage, so no stage could go stale: {BACK}", stale.to.value));
        }
    }
    for (n, (stage, stale)) in spec.stale_by_stage.iter().enumerate() {
        positive(&stale.after_ms, found);
        let from = known_stage(spec, stage, found);
        let to = known_stage(spec, &stale.to, found);
        if let (Some(from), Some(to)) = (from, to) {
            if from == to {
                found.add(&stale.to.place, format!("{:?} would go stale to itself: {BACK}", stage.value));
            } else if from < to {
                found.add(&stale.to.place, format!("{:?} comes after {:?}: {BACK}", stale.to.value, stage.value));
            }
        }
        if spec.stale_by_stage[..n].iter().any(|(other, _)| other.value == stage.value) {
            found.add(&stage.place, format!("{:?} goes stale twice", stage.value));
        }
    }
}

/// `closed_by` and `lapse`.
fn over(spec: &AxisSpec, found: &mut Found) {
    for (n, name) in spec.closed_by.iter().enumerate() {
        if name.value.trim().is_empty() || name.value == "*" {
            found.add(&name.place, "must name the events that close a journey, such as \"Order Completed\"");
        } else if spec.closed_by[..n].iter().any(|other| other.value == name.value) {
            found.add(&name.place, format!("{:?} is named twice", name.value));
        }
    }
    let Some(lapse) = &spec.lapse else { return };
    let LapseSpec { stale, from } = &lapse.value;
    positive(&stale.after_ms, found);
    known_stage(spec, &stale.to, found);
    for (n, stage) in from.iter().enumerate() {
        known_stage(spec, stage, found);
        if stage.value == stale.to.value {
            found.add(&stage.place, format!("{:?} would lapse to itself: name another stage", stage.value));
        } else if from[..n].iter().any(|other| other.value == stage.value) {
            found.add(&stage.place, format!("{:?} is named twice", stage.value));
        } else if spec.stale_by_stage.iter().any(|(own, _)| own.value == stage.value) {
            found.add(&stage.place, format!("{:?} goes stale and lapses: leave one out", stage.value));
        }
    }
}

pub(super) fn positive(after: &At<crate::domain::Ms>, found: &mut Found) {
    if after.value <= 0 {
        found.add(&after.place, "must be longer than nothing, such as \"14d\"");
    }
}

fn stage_index(spec: &AxisSpec, name: &str) -> Option<usize> {
    spec.stages.iter().position(|s| s.value == name)
}

/// The index of a stage; a fault with the nearest name when there is none.
pub(super) fn known_stage(spec: &AxisSpec, stage: &At<String>, found: &mut Found) -> Option<usize> {
    let index = stage_index(spec, &stage.value);
    if index.is_none() {
        let names = spec.stages.iter().map(|s| s.value.as_str());
        let hint = match nearest(&stage.value, names.clone()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("the stages are {}", names.collect::<Vec<_>>().join(", ")),
        };
        found.add(&stage.place, format!("{UNKNOWN_STAGE} {:?}: {hint}", stage.value));
    }
    index
}

pub(super) fn check_name(name: &At<String>, what: &str, found: &mut Found) {
    let text = &name.value;
    if text.trim().is_empty() {
        found.add(&name.place, format!("{what} needs a name"));
    } else if text.len() > MAX_NAME_BYTES || text.chars().any(char::is_control) || text.trim() != text {
        let message =
            format!("{text:?} can't name {what}: at most {MAX_NAME_BYTES} bytes, no control characters, no space around");
        found.add(&name.place, message);
    }
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

/// The known name that is nearest, when one is near enough to be meant.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = name.to_lowercase();
    known
        .map(|k| (strsim::damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= (k.chars().count().min(wanted.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}
