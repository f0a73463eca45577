//! What is wrong in `[hand_over]`, `[disqualify]`, `[re_entry]`, and what to do.

use super::in_force::answers;
use super::office;
use super::spec::{DisqualifySpec, HandOverSpec, LevelSpec, ReEntrySpec, ResetSpec, SalesSpec};
use crate::condition::{canonical, check};
use crate::fault::{Faults, Spanned};
use crate::section::view::ModelView;
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::sales::DISQUALIFIED;
use leadstream_core::domain::names::nearest;
use leadstream_core::domain::terms::movement::Axis;

/// Longest reason that a model gives.
const MAX_REASON_BYTES: usize = 120;

/// Most rules of a section.
const MAX_RULES: usize = 100;

/// Notes what is wrong.
pub(super) fn check(spec: &SalesSpec, model: &ModelView<'_>, faults: &mut Faults) {
    for axis in Axis::ALL {
        for stage in model.axes[axis].stages.iter().filter(|s| s.value == DISQUALIFIED) {
            let message = "is where outputs say that a disqualified prospect stands: call the stage otherwise";
            faults.add(&stage.place, format!("{DISQUALIFIED:?} {message}"));
        }
    }
    if let Some(hand_over) = &spec.hand_over {
        check_hand_over(hand_over, model, faults);
    }
    if let Some(disqualify) = &spec.disqualify {
        check_disqualify(disqualify, faults);
    }
    if let Some(re_entry) = &spec.re_entry {
        check_re_entry(re_entry, spec.disqualify.as_ref(), faults);
    }
}

fn check_hand_over(spec: &HandOverSpec, model: &ModelView<'_>, faults: &mut Faults) {
    let mql = spec.mql.as_ref().and_then(|l| l.value.label.as_ref());
    if mql.is_none() {
        let place = spec.mql.as_ref().map_or_else(|| spec.place.child("mql"), |l| l.place.clone());
        faults.missing(&place, "label", "label = \"mql\", the label from which on a lead goes to sales");
    }
    let mql_at = mql.and_then(|label| known_label(label, model, faults));
    let sql = spec.sql.as_ref().and_then(|l| l.value.label.as_ref());
    let sql_at = sql.and_then(|label| known_label(label, model, faults));
    if let (Some(mql_at), Some(sql_at), Some(sql)) = (mql_at, sql_at, sql)
        && sql_at <= mql_at
    {
        faults.add(&sql.place, format!("{:?} is not above the label of the MQL: an SQL is qualified further", sql.value));
    }
    if let Some(label) = mql.filter(|_| mql_at == Some(0)) {
        faults.add(
            &label.place,
            format!("{:?} is the lowest label, so everybody would go to sales: name a higher one", label.value),
        );
    }
    for level in [&spec.mql, &spec.sql].into_iter().flatten() {
        lengths(&level.value, faults);
    }
    if let Some(again) = spec.again_after_ms.as_ref().filter(|a| a.value < 0) {
        faults.add(&again.place, "can't be negative: write \"30d\", or \"0s\" for no pause");
    }
    again(spec, faults);
    office::check(&spec.office, &spec.place, faults);
    for reset in spec.reset.iter().chain(spec.reset_by.iter().map(|(_, reset)| reset)) {
        check_reset(reset, model, faults);
    }
    check_answers(spec, faults);
    if let Some(disqualified) = spec.disqualified_accounts.as_ref().filter(|_| model.accounts.place.is_none()) {
        faults.add(&disqualified.place, "has no effect without accounts: add [accounts], or leave it out");
    }
    if let Some(reason) = spec.reason.as_ref().filter(|r| r.value.trim().is_empty()) {
        faults.add(&reason.place, "must name the property in which sales says why");
    }
}

/// What hands a lead over again.
fn again(spec: &HandOverSpec, faults: &mut Faults) {
    if let Some(rise) = spec.again_rise.as_ref().filter(|rise| rise.value.is_some_and(|points| points <= 0.0)) {
        faults.add(&rise.place, "must be more than nothing, such as 20, or \"off\"");
    }
    if let Some(when) = &spec.hand_raise {
        check::condition(&when.value, &when.place, faults);
        if when.value.on.iter().any(|name| name.value == "*") {
            faults.add(&when.place, "\"*\" would make every event one by which the buyer asks for sales: name the events");
        }
        let text = canonical::condition(&when.value);
        if let Some((answer, _)) = answers(spec).iter().find(|(_, w)| canonical::condition(w) == text) {
            let message = format!("says the same as the answer {:?}: one is the buyer's, the other sales'", answer.name());
            faults.add(&when.place, message);
        }
    } else if let Some(waits) = &spec.hand_raise_waits {
        faults.add(&waits.place, "has no effect without hand_raise: add hand_raise = [\"Demo Requested\"]");
    }
}

fn known_label(label: &Spanned<String>, model: &ModelView<'_>, faults: &mut Faults) -> Option<usize> {
    let names = || model.score.labels.iter().map(|(name, ..)| name.value.as_str());
    let at = names().position(|name| name == label.value);
    if at.is_none() {
        let hint = match nearest(&label.value, names()) {
            Some(near) => format!("did you mean {near:?}?"),
            None if model.score.labels.is_empty() => "[score] has no labels".to_owned(),
            None => format!("the labels are {}", names().collect::<Vec<_>>().join(", ")),
        };
        faults.add(&label.place, format!("unknown label {:?}: {hint}", label.value));
    }
    at
}

fn lengths(level: &LevelSpec, faults: &mut Faults) {
    let age = level.age_ms.as_ref().and_then(|a| Some(Spanned { value: a.value?, place: a.place.clone() }));
    let positive = |length: Option<&Spanned<Ms>>, example: &str, faults: &mut Faults| {
        if let Some(length) = length.filter(|l| l.value <= 0) {
            faults.add(&length.place, format!("must be longer than nothing, such as {example}"));
        }
    };
    positive(level.sla_ms.as_ref(), "\"24h\"", faults);
    positive(level.grace_ms.as_ref(), "\"24h\"", faults);
    positive(age.as_ref(), "\"90d\", or \"off\"", faults);
}

fn check_reset(reset: &Spanned<ResetSpec>, model: &ModelView<'_>, faults: &mut Faults) {
    let share = |share: f64| (0.0..=1.0).contains(&share);
    match &reset.value {
        ResetSpec::Keep(keep) if !share(*keep) => {
            faults.add(&reset.place, format!("{keep} is no share of the points: write 0 for none of them to 1 for all"));
        }
        ResetSpec::To(points) if *points < 0.0 => faults.add(&reset.place, "can't leave less than 0 points"),
        ResetSpec::Groups(groups) => {
            for (name, keep) in groups {
                let known = model.score.groups.iter().any(|g| g.value.name.as_ref().is_some_and(|n| n.value == name.value));
                if !known {
                    faults.add(&name.place, format!("{:?} is no group of this score", name.value));
                } else if !share(*keep) {
                    faults.add(&name.place, format!("{keep} is no share of the points: write 0 for none of them to 1 for all"));
                }
            }
        }
        ResetSpec::Keep(_) | ResetSpec::To(_) => {}
    }
}

/// Each by itself, and no two that one event would say at once.
fn check_answers(spec: &HandOverSpec, faults: &mut Faults) {
    for (_, when) in &spec.answers {
        check::condition(&when.value, &when.place, faults);
        if when.value.on.iter().any(|name| name.value == "*") {
            faults.add(&when.place, "\"*\" would make every event an answer of sales: name the events");
        }
    }
    let all = answers(spec);
    for (answer, when) in &spec.answers {
        let text = canonical::condition(&when.value);
        if let Some((other, _)) = all.iter().find(|(other, w)| other != answer && canonical::condition(w) == text) {
            let message = format!("says the same as the answer {:?}: one event can't mean both", other.name());
            faults.add(&when.place, message);
        }
    }
}

fn check_disqualify(spec: &DisqualifySpec, faults: &mut Faults) {
    if spec.rules.is_empty() {
        faults.missing(&spec.place, "rules", "rules = [ { on = \"Lead Disqualified\" } ]");
    }
    if spec.rules.len() > MAX_RULES {
        faults.add(&spec.place.child("rules"), format!("are {}, at most {MAX_RULES} fit", spec.rules.len()));
    }
    for (n, rule) in spec.rules.iter().enumerate() {
        check::condition(&rule.value.when, &rule.place, faults);
        let text = canonical::condition(&rule.value.when);
        if let Some(m) = spec.rules[..n].iter().position(|other| canonical::condition(&other.value.when) == text) {
            faults.add(&rule.place, format!("is about the same events as rule #{} (line {})", m + 1, spec.rules[m].place.line));
        }
        let names = [&rule.value.reason, &rule.value.reason_from];
        if let Some(name) = names.into_iter().flatten().find(|r| r.value.trim().is_empty() || r.value.len() > MAX_REASON_BYTES) {
            faults.add(&name.place, format!("must say something, in at most {MAX_REASON_BYTES} bytes"));
        }
        if let (Some(_), Some(from)) = (&rule.value.reason, &rule.value.reason_from) {
            faults.add(&from.place, "is never looked at, since `reason` says why already: leave one of them out");
        }
    }
}

fn check_re_entry(spec: &ReEntrySpec, disqualify: Option<&DisqualifySpec>, faults: &mut Faults) {
    if disqualify.is_none() {
        faults.add(&spec.place, "says how disqualified prospects come back, but nothing disqualifies: add [disqualify]");
    }
    let after = spec.after_ms.as_ref().and_then(|a| Some((a.value?, &a.place)));
    if spec.rules.is_empty() && after.is_none() {
        faults.missing(&spec.place, "rules", "rules = [ { on = \"Demo Requested\" } ], or after = \"180d\"");
    }
    if let Some((_, place)) = after.filter(|(ms, _)| *ms <= 0) {
        faults.add(place, "must be longer than nothing, such as \"180d\"");
    }
    if spec.rules.len() > MAX_RULES {
        faults.add(&spec.place.child("rules"), format!("are {}, at most {MAX_RULES} fit", spec.rules.len()));
    }
    for rule in &spec.rules {
        check::condition(&rule.value, &rule.place, faults);
        let text = canonical::condition(&rule.value);
        if disqualify.is_some_and(|d| d.rules.iter().any(|r| canonical::condition(&r.value.when) == text)) {
            faults.add(&rule.place, "is what disqualifies too: the same event can't take out and bring back");
        }
    }
}
