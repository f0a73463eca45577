//! The lines of an axis in the canonical text of its model.

use super::spec::{AxisSpec, MoveSpec};
use crate::condition::canonical::{all, condition};
use leadstream_core::domain::names;
use leadstream_core::domain::terms::movement::Axis;
use std::fmt::Write;

pub(super) fn lines(axis: Axis, spec: &AxisSpec) -> Vec<String> {
    let name = axis.name();
    let mut lines: Vec<String> = spec.stages.iter().map(|s| format!("{name} stage {:?}", s.value)).collect();
    let mut moves: Vec<String> = spec.moves.iter().map(|m| one_move(axis, &m.value)).collect();
    moves.sort();
    lines.extend(moves);
    if let Some(all) = &spec.stale_all {
        let mut except: Vec<&str> = all.value.except.iter().map(|e| e.value.as_str()).collect();
        except.sort_unstable();
        lines.push(format!("{name} stale {} {:?} except {except:?}", all.value.stale.after_ms.value, all.value.stale.to.value));
    }
    let mut rest: Vec<String> = spec
        .stale_by_stage
        .iter()
        .map(|(stage, stale)| format!("{name} stale {:?} {} {:?}", stage.value, stale.after_ms.value, stale.to.value))
        .chain(spec.renamed.iter().map(|(old, new)| format!("{name} renamed {:?} {:?}", old.value, new.value)))
        .collect();
    rest.sort();
    lines.extend(rest);
    if !spec.closed_by.is_empty() {
        let mut closers: Vec<&str> = spec.closed_by.iter().map(|event| names::canonical(&event.value)).collect();
        closers.sort_unstable();
        closers.dedup();
        lines.push(format!("{name} closed by {closers:?}"));
    }
    if let Some(lapse) = &spec.lapse {
        let mut from: Vec<&str> = lapse.value.from.iter().map(|f| f.value.as_str()).collect();
        from.sort_unstable();
        let stale = &lapse.value.stale;
        lines.push(format!("{name} lapse {} {:?} from {from:?}", stale.after_ms.value, stale.to.value));
    }
    lines.push(format!("{name} history {}", spec.history()));
    lines
}

/// What a move says; its hash finds the memory of a count rule again.
#[must_use]
pub fn one_move(axis: Axis, spec: &MoveSpec) -> String {
    let to = spec.to.as_ref().map_or("", |t| t.value.as_str());
    let mut from: Vec<String> = spec.from.iter().map(|f| format!("{:?}", f.value)).collect();
    from.sort();
    from.dedup();
    format!("{} move {to:?} from[{}] {}", axis.name(), from.join(","), requirement(spec))
}

/// What a move asks for: condition, count and sessions, without where it leads.
#[must_use]
pub fn requirement(spec: &MoveSpec) -> String {
    let mut text = condition(&spec.when);
    if let Some(times) = &spec.times {
        let within = spec.within_ms.as_ref().map_or_else(|| "ever".to_owned(), |w| w.value.to_string());
        let same = spec.same.as_ref().map_or("", |s| s.value.as_str());
        let _never = write!(text, " times {} within {within} same {same:?}", times.value);
    }
    if let Some(distinct) = &spec.distinct {
        let _never = write!(text, " distinct {:?}", distinct.value);
    }
    for of_cart in cart_tests(spec) {
        let _never = write!(text, " cart {of_cart}");
    }
    if let Some(sessions) = &spec.sessions {
        let _never = write!(text, " sessions {}", sessions.value);
    }
    text
}

/// What a move asks of the cart, sorted.
#[must_use]
pub fn cart_tests(spec: &MoveSpec) -> Vec<String> {
    let mut texts: Vec<String> = spec.cart.iter().map(|(what, tests)| format!("{what:?}{}", all(&tests.value))).collect();
    texts.sort();
    texts
}
