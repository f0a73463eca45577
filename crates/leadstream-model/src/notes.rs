//! What is no fault but may not be meant: event names that look like a known one, and paths of pages whose kind could be asked for.

use crate::condition::spec::{ConditionSpec, PredicateSpec};
use crate::fault::Fault;
use crate::section::ModelSpec;
use leadstream_core::domain::model::predicate::Literal;
use leadstream_core::domain::names::pages::{KINDS, kind_of};
use leadstream_core::domain::names::{canonical, canonical_names, nearest, usual};
use leadstream_core::domain::terms::movement::Axis;

/// Event names that nothing knows and that look like a known one, and paths that stand for what a page is for. A model may name any
/// event and any path, so this is no fault.
#[must_use]
pub fn notes(spec: &ModelSpec) -> Vec<Fault> {
    let moves = Axis::ALL.into_iter().flat_map(|axis| spec.axes[axis].moves.iter().map(|m| &m.value.when));
    let rules = spec.score.groups.iter().flat_map(|g| g.value.rules.iter().map(|r| &r.value.when));
    moves.chain(rules).flat_map(|when| of_condition(when).chain(of_path(when))).collect()
}

/// Calls, and the canonical names of the dictionary.
fn known() -> impl Iterator<Item = &'static str> {
    ["page", "screen", "identify", "group", "alias"].into_iter().chain(canonical_names())
}

fn of_condition(when: &ConditionSpec) -> impl Iterator<Item = Fault> + '_ {
    when.on.iter().filter_map(|name| {
        let text = canonical(&name.value);
        if text == "*" || known().chain(usual().map(|(name, _)| name)).any(|known| known == text) {
            return None;
        }
        let near = nearest(text, known())?;
        let message = format!("{text:?} is an event of your own; if {near:?} is meant, it is spelled differently");
        Some(Fault { place: name.place.clone(), message })
    })
}

/// A rule about pages asks for a path that is called like the kind of page that it is: other languages call it otherwise.
fn of_path(when: &ConditionSpec) -> Option<Fault> {
    if when.on.is_empty() || !when.on.iter().all(|name| matches!(name.value.as_str(), "page" | "screen")) {
        return None;
    }
    let (_, tests) = when.tests.iter().find(|(property, _)| property == "path")?;
    let [test] = tests.value.as_slice() else { return None };
    let paths: Vec<&str> = match test {
        PredicateSpec::Equals(Literal::Text(path)) | PredicateSpec::Prefix(path) | PredicateSpec::Contains(path) => vec![path],
        PredicateSpec::OneOf(all) => {
            all.iter().filter_map(|one| if let Literal::Text(path) = one { Some(path.as_str()) } else { None }).collect()
        }
        _ => return None,
    };
    let mut kinds: Vec<Option<&str>> = paths.iter().map(|path| kind_called(path)).collect();
    kinds.dedup();
    let [Some(kind)] = kinds.as_slice() else { return None };
    let others = KINDS.iter().find(|(name, _)| name == kind).map_or(&[][..], |(_, called)| called);
    let other = others.iter().rev().find(|called| !paths.iter().any(|path| path.contains(**called))).copied().unwrap_or_default();
    let message = format!(
        "finds pages called so only; where = {{ page_kind = {kind:?} }} finds those of every language and place, such as /{other}, and screens"
    );
    Some(Fault { place: tests.place.clone(), message })
}

/// The kind of page that a path names by its last part alone, whatever language stands before it.
fn kind_called(path: &str) -> Option<&'static str> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let kind = kind_of(Some(path), [])?;
    (kind_of(Some(last), []) == Some(kind)).then_some(kind)
}
