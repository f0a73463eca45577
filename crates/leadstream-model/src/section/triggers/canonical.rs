//! The lines of triggers in the canonical text of their model.

use super::spec::{TriggerSpec, TriggersSpec, is_set};
use crate::condition::canonical;
use crate::fault::Spanned;
use std::fmt::Write;

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &TriggersSpec) -> Vec<String> {
    let mut lines: Vec<String> = spec.triggers.iter().map(|t| line(&t.value)).collect();
    lines.sort();
    lines
}

pub(super) fn after_text(spec: &TriggerSpec) -> String {
    let Some(after) = &spec.after else {
        return format!("stage {:?} label {:?}", texts(spec.after_stage.as_slice()), texts(spec.after_label.as_slice()));
    };
    let mut text = canonical::condition(&after.value.when);
    if let Some(times) = &after.value.times {
        let _never = write!(text, " times {} within {:?}", times.value, after.value.within_ms.as_ref().map(|w| w.value));
    }
    if let Some(distinct) = &after.value.distinct {
        let _never = write!(text, " distinct {:?}", distinct.value);
    }
    text
}

fn texts(list: &[Spanned<String>]) -> Vec<&str> {
    let mut texts: Vec<&str> = list.iter().map(|t| t.value.as_str()).collect();
    texts.sort_unstable();
    texts
}

fn line(spec: &TriggerSpec) -> String {
    let unless = spec.unless.as_ref().map_or_else(String::new, |u| canonical::condition(&u.value));
    let mut text = format!("trigger {:?} after {} unless {unless}", spec.name(), after_text(spec));
    let mut add = |what: String| text.push_str(&what);
    add(format!(" stages {:?} within {}", texts(&spec.unless_stage), spec.within_ms()));
    add(format!(" at most {:?} same {:?}", spec.at_most.as_ref().map(|l| l.value), texts(spec.same.as_slice())));
    add(format!(
        " restart {} mail {}",
        spec.restart.as_ref().is_some_and(|r| r.value),
        spec.mail.as_ref().is_none_or(|m| m.value)
    ));
    add(format!(" viewed {:?}", spec.if_viewed_ms.as_ref().map(|v| v.value)));
    add(format!(" carted {:?}", spec.if_carted_ms.as_ref().map(|v| v.value)));
    add(format!(" lateness {:?}", spec.max_lateness_ms()));
    if is_set(spec.not_with_open_cart.as_ref()) {
        add(" no open cart".to_owned());
    }
    if is_set(spec.after_visit.as_ref()) {
        add(" after visit".to_owned());
    }
    text
}
