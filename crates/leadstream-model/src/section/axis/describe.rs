//! An axis in words.

use super::spec::{AxisSpec, MoveSpec};
use crate::condition::describe::{condition, tests_in_words};
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::words::length;
use leadstream_core::domain::names::canonical;
use leadstream_core::domain::terms::movement::Axis;
use std::fmt::Write;

pub(super) fn describe(axis: Axis, spec: &AxisSpec, say: &mut dyn FnMut(&str, String)) {
    let name = axis.name();
    let stages: Vec<&str> = spec.stages.iter().map(|s| s.value.as_str()).collect();
    if stages.is_empty() {
        return;
    }
    say(&format!("{name}: the stages are"), stages.join(", "));
    for rule in spec.moves.iter().map(|m| &m.value) {
        let to = rule.to.as_ref().map_or("", |t| t.value.as_str());
        say(&format!("{name}: {} leads to {to} from {}", one_move(rule), origins(rule)), String::new());
    }
    if let Some(all) = &spec.stale_all {
        let except: Vec<&str> = all.value.except.iter().map(|e| e.value.as_str()).collect();
        let but = if except.is_empty() { String::new() } else { format!(" (but {})", except.join(", ")) };
        let stale = &all.value.stale;
        say(&format!("{name}: every stage{but} goes stale"), after_to(stale.after_ms.value, &stale.to.value));
    }
    for (stage, stale) in &spec.stale_by_stage {
        say(&format!("{name}: {} goes stale", stage.value), after_to(stale.after_ms.value, &stale.to.value));
    }
    if let Some(lapse) = &spec.lapse {
        let from: Vec<&str> = lapse.value.from.iter().map(|f| f.value.as_str()).collect();
        let stale = &lapse.value.stale;
        say(&format!("{name}: {} lapses", from.join(" or ")), after_to(stale.after_ms.value, &stale.to.value));
    }
    if !spec.closed_by.is_empty() {
        let closers: Vec<&str> = spec.closed_by.iter().map(|event| canonical(&event.value)).collect();
        say(&format!("{name}: it is closed, and the next one begins with the next visit, by"), closers.join(" or "));
    }
    for (old, new) in &spec.renamed {
        say(&format!("{name}: {} is called", old.value), new.value.clone());
    }
}

fn after_to(after_ms: Ms, to: &str) -> String {
    format!("after {} without activity, to {to}", length(after_ms))
}

/// Where a move may come from.
#[must_use]
pub fn origins(rule: &MoveSpec) -> String {
    match rule.from.as_slice() {
        [] => "any earlier stage".to_owned(),
        names => names.iter().map(|f| f.value.as_str()).collect::<Vec<_>>().join(" or "),
    }
}

/// What a move asks for.
#[must_use]
pub fn one_move(spec: &MoveSpec) -> String {
    let mut text = condition(&spec.when);
    if let Some(times) = &spec.times {
        let _never = write!(text, ", {} times", times.value);
        if let Some(within) = &spec.within_ms {
            let _never = write!(text, " within {}", length(within.value));
        }
        if let Some(same) = &spec.same {
            let _never = write!(text, ", the same {} each time", same.value);
        }
        if let Some(distinct) = &spec.distinct {
            let _never = write!(text, ", another {} each time", distinct.value);
        }
    }
    for (what, tests) in &spec.cart {
        let _never = write!(text, ", the cart's {what} then {}", tests_in_words(&tests.value));
    }
    if let Some(sessions) = &spec.sessions {
        let _never = write!(text, ", from visit {} on", sessions.value);
    }
    text
}
