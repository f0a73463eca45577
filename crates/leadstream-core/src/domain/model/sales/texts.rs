//! What the sections say: as canonical lines, and in words.

use super::{
    Back, DEFAULT_AGAIN_AFTER_MS, DEFAULT_AGE_MS, DEFAULT_GRACE_MS, DEFAULT_REASON, DEFAULT_SLA_MS, DisqualifyRuleSpec,
    HandOverSpec, LevelSpec, ReEntrySpec, ResetSpec, SalesSpec, Score, To, compile, office,
};
use crate::domain::Ms;
use crate::domain::model::spec::At;
use crate::domain::model::{canonical, words};

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

fn or_default(length: Option<&At<Ms>>, default: Ms) -> Ms {
    length.map_or(default, |l| l.value)
}

/// Label, SLA, grace, age of both, with the defaults.
struct Levels<'s> {
    mql: &'s str,
    sla_ms: Ms,
    grace_ms: Ms,
    sql: Option<&'s str>,
    sql_sla_ms: Ms,
    age_ms: Option<Ms>,
}

impl<'s> Levels<'s> {
    fn of(spec: &'s HandOverSpec) -> Self {
        let (mql, sql) = (spec.mql.as_ref().map(|l| &l.value), spec.sql.as_ref().map(|l| &l.value));
        let label = |level: Option<&'s LevelSpec>| Some(level?.label.as_ref()?.value.as_str());
        let sla_ms = or_default(mql.and_then(|l| l.sla_ms.as_ref()), DEFAULT_SLA_MS);
        Self {
            mql: label(mql).unwrap_or_default(),
            sla_ms,
            grace_ms: or_default(mql.and_then(|l| l.grace_ms.as_ref()), DEFAULT_GRACE_MS),
            sql: label(sql),
            sql_sla_ms: or_default(sql.and_then(|l| l.sla_ms.as_ref()), sla_ms),
            age_ms: sql.and_then(|l| l.age_ms.as_ref()).map_or(Some(DEFAULT_AGE_MS), |a| a.value),
        }
    }
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(in crate::domain::model) fn lines(spec: &SalesSpec) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(hand_over) = &spec.hand_over {
        let Levels { mql, sla_ms, grace_ms, sql, sql_sla_ms, age_ms } = Levels::of(hand_over);
        lines.push(format!("hand-over mql {mql:?} sla {sla_ms} grace {grace_ms}"));
        lines.push(format!("hand-over sql {sql:?} sla {sql_sla_ms} age {age_ms:?}"));
        lines.push(format!("hand-over again after {}", or_default(hand_over.again_after_ms.as_ref(), DEFAULT_AGAIN_AFTER_MS)));
        lines.extend(later_lines(hand_over));
        for why in Back::ALL {
            lines.push(format!("hand-over back {} {}", why.name(), reset(&compile::reset_of(hand_over, why))));
        }
        for (answer, when) in compile::answers(hand_over) {
            lines.push(format!("hand-over answer {answer:?} {}", canonical::condition(&when)));
        }
        lines.push(format!("hand-over reason {:?}", reason_of(hand_over)));
    }
    if let Some(disqualify) = &spec.disqualify {
        // The first rule that holds gives the reason, so their order counts.
        lines.extend(disqualify.rules.iter().map(|rule| disqualify_line(&rule.value)));
    }
    if let Some(re_entry) = &spec.re_entry {
        let mut rules: Vec<String> =
            re_entry.rules.iter().map(|r| format!("re-entry {}", canonical::condition(&r.value))).collect();
        rules.sort();
        lines.extend(rules);
        let after = re_entry.after_ms.as_ref().and_then(|a| a.value);
        let (to, score) = policy(re_entry);
        lines.push(format!("re-entry after {after:?} to {to:?} score {score:?}"));
    }
    lines
}

/// What came later adds lines only where it is used.
fn later_lines(spec: &HandOverSpec) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(spec.again_rise.as_ref().map(|rise| format!("hand-over again by {:?} points", rise.value)));
    lines.extend(spec.hand_raise.as_ref().map(|when| format!("hand-over again by {}", canonical::condition(&when.value))));
    if spec.hand_raise_waits.as_ref().is_some_and(|waits| !waits.value) {
        lines.push("hand-over again by them at once".to_owned());
    }
    if spec.customers.as_ref().is_some_and(|yes| yes.value) {
        lines.push("hand-over of customers".to_owned());
    }
    if spec.disqualified_accounts.as_ref().is_some_and(|yes| yes.value) {
        lines.push("hand-over of disqualified accounts".to_owned());
    }
    lines.extend(office::line(&spec.office));
    lines
}

fn reason_of(spec: &HandOverSpec) -> &str {
    spec.reason.as_ref().map_or(DEFAULT_REASON, |r| &r.value)
}

fn disqualify_line(rule: &DisqualifyRuleSpec) -> String {
    let reason = rule.reason.as_ref().map(|r| r.value.as_str());
    let from = rule.reason_from.as_ref().map_or(DEFAULT_REASON, |r| &r.value);
    format!("disqualify {} reason {reason:?} from {from:?}", canonical::condition(&rule.when))
}

fn policy(spec: &ReEntrySpec) -> (To, Score) {
    (spec.to.as_ref().map(|t| t.value).unwrap_or_default(), spec.score.as_ref().map(|s| s.value).unwrap_or_default())
}

/// What it says, in words.
pub(in crate::domain::model) fn statements(spec: &SalesSpec, has_accounts: bool, say: &mut dyn FnMut(&str, String)) {
    if let Some(hand_over) = &spec.hand_over {
        hand_over_statements(hand_over, has_accounts, say);
    }
    for rule in spec.disqualify.iter().flat_map(|d| &d.rules).map(|r| &r.value) {
        let reason = rule.reason.as_ref().map_or_else(String::new, |r| format!("reason: {}", r.value));
        say(&format!("disqualified by {}", words::condition(&rule.when)), reason);
    }
    if let Some(re_entry) = &spec.re_entry {
        for rule in &re_entry.rules {
            say(&format!("disqualified comes back by {}", words::condition(&rule.value)), String::new());
        }
        if let Some(after_ms) = re_entry.after_ms.as_ref().and_then(|a| a.value) {
            say("disqualified comes back by itself after", words::length(after_ms));
        }
        let (to, score) = policy(re_entry);
        let to = if to == To::Resume { "where it stood" } else { "as somebody new" };
        let score = if score == Score::Keep { "with its points" } else { "without its points" };
        say("disqualified comes back", format!("{to}, {score}"));
    }
}

fn hand_over_statements(spec: &HandOverSpec, has_accounts: bool, say: &mut dyn FnMut(&str, String)) {
    let Levels { mql, sla_ms, grace_ms, sql, sql_sla_ms, age_ms } = Levels::of(spec);
    say("sales gets a lead (MQL) from label", mql.to_owned());
    say("sales answers within", words::length(sla_ms));
    say("sales is reminded, and without an answer loses the lead after another", words::length(grace_ms));
    if let Some(sql) = sql {
        say("sales gets a lead (SQL) from label", sql.to_owned());
        say("sales answers for an SQL by its label within", words::length(sql_sla_ms));
    }
    say("an accepted lead (SQL) ages after", age_ms.map_or_else(|| "off".to_owned(), words::length));
    say("a lead that went back is not handed over again for", {
        words::length(or_default(spec.again_after_ms.as_ref(), DEFAULT_AGAIN_AFTER_MS))
    });
    again_statements(spec, say);
    customer_statements(spec, has_accounts, say);
    office::statements(&spec.office, say);
    for why in Back::ALL {
        say(&format!("a lead that goes back ({})", why.name()), reset(&compile::reset_of(spec, why)));
    }
    for (answer, when) in compile::answers(spec) {
        say(&format!("sales says {}", answer.name()), format!("by {}", words::condition(&when)));
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
    let raise = spec.hand_raise.as_ref().map_or_else(String::new, |when| format!(", or by {}", words::condition(&when.value)));
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
    let handed_over = |yes: &Option<At<bool>>| {
        if yes.as_ref().is_some_and(|yes| yes.value) { "handed over like others" } else { "not handed over" }
    };
    say("customers are", handed_over(&spec.customers).to_owned());
    if has_accounts {
        say("colleagues of a customer are", handed_over(&spec.customers).to_owned());
        let until = if spec.disqualified_accounts.as_ref().is_some_and(|yes| yes.value) { "" } else { ", until it is reopened" };
        say("people of a disqualified account are", format!("{}{until}", handed_over(&spec.disqualified_accounts)));
    }
}
