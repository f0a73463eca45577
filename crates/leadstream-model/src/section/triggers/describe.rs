//! Triggers in words.

use super::spec::{TriggerSpec, TriggersSpec, is_set};
use crate::condition::describe;
use crate::fault::Spanned;
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::triggers::PRODUCT;
use leadstream_core::domain::model::words::length;
use std::fmt::Write;

/// What it says, in words.
pub(super) fn describe(spec: &TriggersSpec, say: &mut dyn FnMut(&str, String)) {
    for spec in spec.triggers.iter().map(|t| &t.value) {
        let mut text = rule(spec);
        if let Some(limit) = &spec.at_most {
            let _never = write!(text, "; at most {} per {}", limit.value.0, length(limit.value.1));
        }
        if spec.mail.as_ref().is_some_and(|m| !m.value) {
            text.push_str("; leads to no mail");
        }
        if is_set(spec.not_with_open_cart.as_ref()) {
            text.push_str("; not while a cart has something in it");
        }
        if is_set(spec.after_visit.as_ref()) {
            text.push_str("; never during a visit, but at its end");
        }
        if let Some(max) = &spec.max_lateness_ms {
            let late = max.value.map_or_else(|| "never".to_owned(), |ms| format!("when late by {}", length(ms)));
            let _never = write!(text, "; skipped {late}");
        }
        say(&format!("trigger {}", spec.name()), text);
    }
}

/// The rule in words: what it comes after, how long after, and what prevents it.
pub(super) fn rule(spec: &TriggerSpec) -> String {
    let mut text = match spec.within_ms() {
        0 => format!("at once after {}", after_words(spec)),
        ms => format!("{} after {}", length(ms), after_words(spec)),
    };
    if spec.restart.as_ref().is_some_and(|r| r.value) {
        text.push_str(", counted from the latest");
    }
    if let Some(interest) = interests(spec) {
        let _never = write!(text, ", if {interest}");
    }
    if let Some(unless) = unless_words(spec) {
        let _never = write!(text, ", unless {unless}");
    }
    text
}

fn after_words(spec: &TriggerSpec) -> String {
    match (&spec.after, &spec.after_stage, &spec.after_label) {
        (Some(after), _, _) => {
            let mut text = describe::condition(&after.value.when);
            if let Some(times) = &after.value.times {
                let _never = write!(text, ", {} times", times.value);
                if let Some(within) = &after.value.within_ms {
                    let _never = write!(text, " within {}", length(within.value));
                }
            }
            text
        }
        (None, Some(stage), _) => format!("entering {}", stage.value),
        (None, None, Some(label)) => format!("reaching {}", label.value),
        (None, None, None) => String::new(),
    }
}

fn unless_words(spec: &TriggerSpec) -> Option<String> {
    let mut parts: Vec<String> = spec.unless.iter().map(|u| describe::condition(&u.value)).collect();
    parts.extend(spec.unless_stage.iter().map(|s| format!("entering {}", s.value)));
    if parts.is_empty() {
        return None;
    }
    let same = spec
        .same
        .as_ref()
        .map(|s| if s.value == PRODUCT { " of the same product".to_owned() } else { format!(" with the same {}", s.value) });
    Some(parts.join(" or ") + &same.unwrap_or_default())
}

/// "the product was viewed within 30 days".
fn interests(spec: &TriggerSpec) -> Option<String> {
    let part = |what: &str, ms: &Option<Spanned<Ms>>| ms.as_ref().map(|ms| format!("{what} within {}", length(ms.value)));
    let parts: Vec<String> =
        [part("viewed", &spec.if_viewed_ms), part("put into a cart", &spec.if_carted_ms)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("the product was {}", parts.join(" or ")))
}

/// Why it leaves: what happened, and what did not.
pub(super) fn reasons(spec: &TriggerSpec) -> Vec<String> {
    let mut reasons = vec![after_words(spec)];
    reasons.extend(interests(spec));
    if let Some(unless) = unless_words(spec) {
        reasons.push(format!("no {unless} for {}", length(spec.within_ms())));
    }
    reasons
}
