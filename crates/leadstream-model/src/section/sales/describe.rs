//! The hand-over, who is disqualified and the way back in words.

use super::defaults;
use super::in_force::{self, Levels, or_default, reason_of};
use super::office;
use super::spec::{HandOverSpec, ResetSpec, SalesSpec};
use crate::condition::describe;
use crate::fault::Spanned;
use leadstream_core::domain::model::sales::{ReEntryScore, ReEntryStage, ReturnReason};
use leadstream_core::domain::model::words::length;

/// What it says, in words.
pub(super) fn describe(spec: &SalesSpec, has_accounts: bool, say: &mut dyn FnMut(&str, String)) {
    if let Some(hand_over) = &spec.hand_over {
        hand_over_statements(hand_over, has_accounts, say);
    }
    for rule in spec.disqualify.iter().flat_map(|d| &d.rules).map(|r| &r.value) {
        let reason = rule.reason.as_ref().map_or_else(String::new, |r| format!("reason: {}", r.value));
        say(&format!("disqualified by {}", describe::condition(&rule.when)), reason);
    }
    if let Some(re_entry) = &spec.re_entry {
        for rule in &re_entry.rules {
            say(&format!("disqualified comes back by {}", describe::condition(&rule.value)), String::new());
        }
        if let Some(after_ms) = re_entry.after_ms.as_ref().and_then(|a| a.value) {
            say("disqualified comes back by itself after", length(after_ms));
        }
        let (to, score) = in_force::policy(re_entry);
        let to = if to == ReEntryStage::Resume { "where it stood" } else { "as somebody new" };
        let score = if score == ReEntryScore::Keep { "with its points" } else { "without its points" };
        say("disqualified comes back", format!("{to}, {score}"));
    }
}

fn hand_over_statements(spec: &HandOverSpec, has_accounts: bool, say: &mut dyn FnMut(&str, String)) {
    let Levels { mql, sla_ms, grace_ms, sql, sql_sla_ms, age_ms } = Levels::of(spec);
    say("sales gets a lead (MQL) from label", mql.to_owned());
    say("sales answers within", length(sla_ms));
    say("sales is reminded, and without an answer loses the lead after another", length(grace_ms));
    if let Some(sql) = sql {
        say("sales gets a lead (SQL) from label", sql.to_owned());
        say("sales answers for an SQL by its label within", length(sql_sla_ms));
    }
    say("an accepted lead (SQL) ages after", age_ms.map_or_else(|| "off".to_owned(), length));
    say("a lead that went back is not handed over again for", {
        length(or_default(spec.again_after_ms.as_ref(), defaults::AGAIN_AFTER_MS))
    });
    again_statements(spec, say);
    customer_statements(spec, has_accounts, say);
    office::describe(&spec.office, say);
    for why in ReturnReason::ALL {
        say(&format!("a lead that goes back ({})", why.name()), reset(&in_force::reset_of(spec, why)));
    }
    for (answer, when) in in_force::answers(spec) {
        say(&format!("sales says {}", answer.name()), format!("by {}", describe::condition(&when)));
    }
    say("sales says why in", reason_of(spec).to_owned());
}

/// What hands a lead over again.
fn again_statements(spec: &HandOverSpec, say: &mut dyn FnMut(&str, String)) {
    let rise = match spec.again_rise.as_ref().map(|rise| rise.value) {
        None => ", or its engagement has risen by a fifth of what the MQL asks for".to_owned(),
        Some(None) => String::new(),
        Some(Some(points)) => format!(", or its engagement has risen by {points}"),
    };
    let raise = spec.hand_raise.as_ref().map_or_else(String::new, |when| format!(", or by {}", describe::condition(&when.value)));
    say(
        "a lead that went back is handed over again when it rises to the line anew",
        format!("{rise}{raise}").trim_start_matches(", ").to_owned(),
    );
    if spec.hand_raise.is_some() {
        let waits = spec.hand_raise_waits.as_ref().is_none_or(|waits| waits.value);
        say("who asks for sales within that time", if waits { "waits for its end" } else { "is handed over at once" }.to_owned());
    }
}

/// Who is handed over only where the model says so.
fn customer_statements(spec: &HandOverSpec, has_accounts: bool, say: &mut dyn FnMut(&str, String)) {
    let handed_over = |yes: &Option<Spanned<bool>>| {
        if yes.as_ref().is_some_and(|yes| yes.value) { "handed over like others" } else { "not handed over" }
    };
    say("customers are", handed_over(&spec.customers).to_owned());
    if has_accounts {
        say("colleagues of a customer are", handed_over(&spec.customers).to_owned());
        let until = if spec.disqualified_accounts.as_ref().is_some_and(|yes| yes.value) { "" } else { ", until it is reopened" };
        say("people of a disqualified account are", format!("{}{until}", handed_over(&spec.disqualified_accounts)));
    }
}

/// What a reset leaves, in words.
pub(super) fn reset(spec: &ResetSpec) -> String {
    match spec {
        ResetSpec::Keep(1.0) => "all points stay".to_owned(),
        ResetSpec::Keep(keep) => format!("{} of the points stay", percent(*keep)),
        ResetSpec::To(points) => format!("at most {points} points stay"),
        ResetSpec::Groups(groups) => {
            let mut each: Vec<String> =
                groups.iter().map(|(name, keep)| format!("{} of {}", percent(*keep), name.value)).collect();
            each.sort();
            format!("{} stay, and all other points", each.join(", "))
        }
    }
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 10_000.0).round() / 100.0)
}
