//! The one text of a rule or a model: independent of formatting, comments, key order and the order of moves. Hashes are of it.

use super::predicate::Literal;
use super::spec::{AxisSpec, ConditionSpec, GroupSpec, ModelSpec, MoveSpec, ScoreRuleSpec, TestSpec};
use super::{
    CartModel, DEFAULT_HISTORY, DEFAULT_SESSION_GAP_MS, absence, accounts, compile, contact, elsewhere, internal, machine,
    people, sales, won,
};
use crate::domain::mail;
use crate::domain::model::kept::DEFAULT_KEPT_MS;
use crate::domain::names;
use crate::domain::terms::movement::Axis;
use std::fmt::Write;

/// What a condition says. Two conditions with the same text mean the same events.
#[must_use]
pub fn condition(when: &ConditionSpec) -> String {
    let mut tests: Vec<String> =
        when.tests.iter().map(|(property, tests)| format!("{property:?}{}", all(&tests.value))).collect();
    tests.sort();
    format!("on[{}]where[{}]", event_names(when).join(","), tests.join(","))
}

/// The canonical names of a condition, sorted, each once; `*` alone for any.
#[must_use]
pub fn event_names(when: &ConditionSpec) -> Vec<String> {
    if when.on.iter().any(|name| name.value == "*") {
        return vec!["*".to_owned()];
    }
    let mut names: Vec<String> = when.on.iter().map(|name| format!("{:?}", names::canonical(&name.value))).collect();
    names.sort();
    names.dedup();
    names
}

/// What the tests of one property say together.
#[must_use]
pub fn all(tests: &[TestSpec]) -> String {
    let mut texts: Vec<String> = tests.iter().map(test).collect();
    texts.sort();
    texts.dedup();
    format!("({})", texts.join("&"))
}

fn test(test: &TestSpec) -> String {
    match test {
        TestSpec::Equals(value) => format!("={}", literal(value)),
        TestSpec::OneOf(values) => {
            let mut texts: Vec<String> = values.iter().map(literal).collect();
            texts.sort();
            texts.dedup();
            // One of one is that one.
            if let [only] = texts.as_slice() { format!("={only}") } else { format!("in[{}]", texts.join(",")) }
        }
        TestSpec::Prefix(text) => format!("prefix{text:?}"),
        TestSpec::Contains(text) => format!("contains{text:?}"),
        TestSpec::Regex(text) => format!("regex{text:?}"),
        TestSpec::AtLeast(n) => format!(">={n}"),
        TestSpec::AtMost(n) => format!("<={n}"),
        TestSpec::MoreThan(n) => format!(">{n}"),
        TestSpec::LessThan(n) => format!("<{n}"),
        TestSpec::Seniority(all) => format!("seniority[{}]", sorted(all.iter().map(|one| one.name()))),
        TestSpec::Function(all) => format!("function[{}]", sorted(all.iter().map(|one| one.name()))),
        TestSpec::Answer(asked) => format!("answer[{}]", sorted(asked.iter().map(|one| one.name()))),
        TestSpec::Amount(tests) => format!("amount{}", all(tests)),
        TestSpec::Months(tests) => format!("months{}", all(tests)),
        TestSpec::Exists(yes) => format!("exists={yes}"),
        TestSpec::Not(tests) => format!("not{}", all(tests)),
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Number(n) => format!("{n}"),
        Literal::Bool(yes) => format!("{yes}"),
    }
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

/// What a score rule says; its hash finds the use of its limit again.
#[must_use]
pub fn score_rule(group: &str, spec: &ScoreRuleSpec) -> String {
    let points = spec.points.as_ref().map_or(0.0, |p| p.value);
    let mut text = format!("score {group:?} {points} {}", condition(&spec.when));
    if let Some(limit) = &spec.at_most {
        let _never = write!(text, " at most {} per {}", limit.value.0, limit.value.1);
    }
    text
}

/// The whole effective model. The title is left out: it changes no output.
#[must_use]
pub fn model(spec: &ModelSpec, cart: &CartModel) -> String {
    let mut text = String::from("leadstream model 1\n");
    let mut line = |what: String| {
        text.push_str(&what);
        text.push('\n');
    };
    line(format!("name {:?}", spec.name.as_ref().map_or("", |n| n.value.as_str())));
    line(format!("session gap {}", spec.session_gap_ms.as_ref().map_or(DEFAULT_SESSION_GAP_MS, |g| g.value)));
    for axis in Axis::ALL {
        axis_lines(axis, &spec.axes[axis.index()]).into_iter().for_each(&mut line);
    }
    line(format!("score cap {:?}", spec.score.cap.as_ref().map(|c| c.value)));
    for (name, score) in &spec.score.labels {
        line(format!("label {:?} {score}", name.value));
    }
    for (name, fit) in &spec.score.gates {
        line(format!("label {:?} fit {fit}", name.value));
    }
    for (name, least) in &spec.score.engagement_gates {
        line(format!("label {:?} engagement {least}", name.value));
    }
    for group in &spec.score.groups {
        group_lines(&group.value).into_iter().for_each(&mut line);
    }
    line(format!("cart steps {:?} idle {:?} clears {:?}", cart.steps_ms, cart.idle_on, cart.order_clears));
    line(format!("cart cooldown {:?} lateness {:?} forget {:?}", cart.cooldown_ms, cart.max_lateness_ms, cart.forget_after_ms));
    line(format!("cart grace {} catch up {:?}", cart.grace_ms, cart.catch_up));
    let default = CartModel::default();
    for (name, said, default) in [
        ("click window", cart.click_window_ms, default.click_window_ms),
        ("open window", cart.open_window_ms, default.open_window_ms),
        ("payment window", cart.payment_window_ms, default.payment_window_ms),
        ("late window", cart.late_window_ms, default.late_window_ms),
    ] {
        if said != default {
            line(format!("cart {name} {said:?}"));
        }
    }
    if cart.series != default.series {
        line(format!("cart series {:?}", cart.series));
    }
    if cart.min_value != default.min_value {
        line(format!("cart min value {:?}", cart.min_value));
    }
    if let Some(campaigns) = &cart.campaigns {
        let mut names: Vec<String> = campaigns.iter().map(|name| format!("{:08x}", mail::known_by(name))).collect();
        names.sort();
        names.dedup();
        line(format!("cart campaigns {}", names.join(",")));
    }
    if cart.order_ends_cooldown != default.order_ends_cooldown {
        line(format!("cart order ends cooldown {}", cart.order_ends_cooldown));
    }
    elsewhere::lines(&spec.cart).into_iter().for_each(&mut line);
    let kept = compile::forget_anonymous_ms(spec);
    if kept != Some(DEFAULT_KEPT_MS) {
        line(format!("forget anonymous after {kept:?}"));
    }
    // What came later adds lines only where it is used: a model that says nothing of it keeps its hash.
    let later = [
        people::lines(&spec.people),
        sales::lines(&spec.sales),
        won::lines(&spec.won),
        contact::lines(&spec.contact),
        absence::lines(&spec.absence),
        machine::lines(&spec.machine),
        internal::lines(&spec.internal),
        accounts::lines(&spec.accounts),
    ];
    later.into_iter().flatten().for_each(&mut line);
    text
}

fn axis_lines(axis: Axis, spec: &AxisSpec) -> Vec<String> {
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
    lines.push(format!("{name} history {}", spec.history.as_ref().map_or(DEFAULT_HISTORY, |h| h.value)));
    lines
}

fn group_lines(group: &GroupSpec) -> Vec<String> {
    let name = group.name.as_ref().map_or("", |n| n.value.as_str());
    let half_life = group.half_life_ms.as_ref().and_then(|h| h.value);
    let head = format!("group {name:?} half-life {half_life:?} cap {:?}", group.cap.as_ref().map(|c| c.value));
    std::iter::once(head).chain(group.rules.iter().map(|r| score_rule(name, &r.value))).collect()
}
