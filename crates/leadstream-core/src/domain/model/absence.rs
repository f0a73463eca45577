//! Triggers of absence: after this, if not that, within so long, at most so often.

mod check;

use super::compile::condition;
use super::spec::{At, ConditionSpec, ModelSpec};
use super::words::{self, length};
use super::{AtMost, CartModel, Condition, CountRule, Distinct, canonical};
use crate::domain::ids::name_hash;
use crate::domain::names::{PropertyId, Vocabulary};
use crate::domain::{Ms, Text};
pub(super) use check::check;
use std::fmt::Write;

/// `same` with this value compares the products that events are about.
pub const PRODUCT: &str = "product_id";

/// What the file says of it: `[[triggers]]`.
#[derive(Debug, Clone, Default)]
pub struct AbsenceSpec {
    pub triggers: Vec<At<TriggerSpec>>,
}

/// One trigger.
#[derive(Debug, Clone, Default)]
pub struct TriggerSpec {
    pub name: Option<At<String>>,
    pub after: Option<At<AfterSpec>>,
    pub after_stage: Option<At<String>>,
    pub after_label: Option<At<String>>,
    pub unless: Option<At<ConditionSpec>>,
    pub unless_stage: Vec<At<String>>,
    pub within_ms: Option<At<Ms>>,
    pub at_most: Option<At<(i64, Ms)>>,
    pub same: Option<At<String>>,
    pub restart: Option<At<bool>>,
    pub if_viewed_ms: Option<At<Ms>>,
    pub if_carted_ms: Option<At<Ms>>,
    pub mail: Option<At<bool>>,
    /// Inner `None`: `"off"`.
    pub max_lateness_ms: Option<At<Option<Ms>>>,
    pub not_with_open_cart: Option<At<bool>>,
    pub after_visit: Option<At<bool>>,
}

/// `after = { on = …, where = …, times = 3, within = "7d" }`.
#[derive(Debug, Clone, Default)]
pub struct AfterSpec {
    pub when: ConditionSpec,
    pub times: Option<At<i64>>,
    pub distinct: Option<At<String>>,
    pub within_ms: Option<At<Ms>>,
}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct AbsenceModel {
    pub triggers: Vec<Trigger>,
    /// How long products viewed, and products carted, are remembered; `None`: no trigger asks.
    pub viewed_ms: Option<Ms>,
    pub carted_ms: Option<Ms>,
}

impl AbsenceModel {
    /// The trigger of this name.
    #[must_use]
    pub fn trigger(&self, hash: u32) -> Option<&Trigger> {
        self.triggers.iter().find(|t| t.hash == hash)
    }
}

/// One trigger, compiled.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of the model by itself")]
pub struct Trigger {
    pub name: Text,
    /// [`name_hash`] of the name.
    pub hash: u32,
    pub after: After,
    pub unless: Option<Condition>,
    pub unless_stages: Vec<Text>,
    pub within_ms: Ms,
    pub at_most: Option<AtMost>,
    pub same: Option<Same>,
    /// Each further event of the kind moves the clock.
    pub restart: bool,
    pub if_viewed_ms: Option<Ms>,
    pub if_carted_ms: Option<Ms>,
    /// It leads to a mail: consent, caps and quiet hours count.
    pub mail: bool,
    pub max_lateness_ms: Option<Ms>,
    /// It doesn't leave while a cart has something in it.
    pub not_with_open_cart: bool,
    /// It waits for the end of a visit.
    pub after_visit: bool,
    /// The rule in words.
    pub rule: Text,
    /// Why it leaves, in words: what happened, and what did not.
    pub reasons: Vec<Text>,
}

impl Trigger {
    /// When it is due, with its clock running from then.
    #[must_use]
    pub fn due_ms(&self, since_ms: Ms) -> Ms {
        since_ms.saturating_add(self.within_ms)
    }

    /// Whether this is the rule that counts its events.
    #[must_use]
    pub fn counts(&self, rule: u32) -> bool {
        matches!(&self.after, After::Event { count: Some((own, _)), .. } if *own == rule)
    }

    /// How long it has to be remembered that it left.
    #[must_use]
    pub fn keeps_ms(&self) -> Ms {
        self.at_most.map_or(0, |limit| limit.per_ms)
    }
}

/// What a trigger comes after.
#[derive(Debug, Clone)]
pub enum After {
    /// An event; with a count, so many of them.
    Event { condition: Condition, count: Option<(u32, CountRule)> },
    /// A stage that is entered, on either axis.
    Stage(Text),
    /// A label that is reached from below.
    Label(Text),
}

/// What the events of a trigger must have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// A product that both are about.
    Product,
    Property(PropertyId),
}

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &AbsenceSpec, _model: &ModelSpec, vocabulary: &mut Vocabulary) -> AbsenceModel {
    let triggers: Vec<Trigger> = spec.triggers.iter().map(|t| trigger(&t.value, vocabulary)).collect();
    AbsenceModel {
        viewed_ms: triggers.iter().filter_map(|t| t.if_viewed_ms).max(),
        carted_ms: triggers.iter().filter_map(|t| t.if_carted_ms).max(),
        triggers,
    }
}

fn trigger(spec: &TriggerSpec, vocabulary: &mut Vocabulary) -> Trigger {
    let name = name_of(spec);
    let after = match (&spec.after, &spec.after_stage, &spec.after_label) {
        (Some(after), _, _) => After::Event {
            condition: condition(&after.value.when, vocabulary),
            count: after.value.times.as_ref().map(|times| {
                let rule = name_hash(&format!("trigger {name:?} {}", after_text(spec)));
                let times = usize::try_from(times.value).unwrap_or(1);
                let same = spec.same.as_ref().map(|s| vocabulary.intern_property(&s.value));
                let distinct = after.value.distinct.as_ref().map(|d| Distinct::of(&d.value, vocabulary));
                (rule, CountRule { times, within_ms: after.value.within_ms.as_ref().map(|w| w.value), same, distinct })
            }),
        },
        (None, Some(stage), _) => After::Stage(stage.value.as_str().into()),
        (None, None, label) => After::Label(label.as_ref().map_or("", |l| l.value.as_str()).into()),
    };
    Trigger {
        hash: name_hash(name),
        name: name.into(),
        after,
        unless: spec.unless.as_ref().map(|u| condition(&u.value, vocabulary)),
        unless_stages: spec.unless_stage.iter().map(|s| s.value.as_str().into()).collect(),
        within_ms: within_ms(spec),
        at_most: spec
            .at_most
            .as_ref()
            .map(|limit| AtMost { times: u32::try_from(limit.value.0).unwrap_or(u32::MAX), per_ms: limit.value.1 }),
        same: match spec.same.as_ref().map(|s| s.value.as_str()) {
            Some(PRODUCT) => Some(Same::Product),
            Some(property) => Some(Same::Property(vocabulary.intern_property(property))),
            // Whoever viewed a product is told of that product.
            None => (spec.if_viewed_ms.is_some() || spec.if_carted_ms.is_some()).then_some(Same::Product),
        },
        restart: spec.restart.as_ref().is_some_and(|r| r.value),
        if_viewed_ms: spec.if_viewed_ms.as_ref().map(|v| v.value),
        if_carted_ms: spec.if_carted_ms.as_ref().map(|v| v.value),
        mail: spec.mail.as_ref().is_none_or(|m| m.value),
        max_lateness_ms: max_lateness_ms(spec),
        not_with_open_cart: is_set(spec.not_with_open_cart.as_ref()),
        after_visit: is_set(spec.after_visit.as_ref()),
        rule: rule(spec).into(),
        reasons: reasons(spec).into_iter().map(Text::from).collect(),
    }
}

fn is_set(said: Option<&At<bool>>) -> bool {
    said.is_some_and(|said| said.value)
}

pub(super) fn name_of(spec: &TriggerSpec) -> &str {
    spec.name.as_ref().map_or("", |n| n.value.as_str())
}

fn within_ms(spec: &TriggerSpec) -> Ms {
    spec.within_ms.as_ref().map_or(0, |w| w.value)
}

/// Like the steps of a cart, when the model says nothing.
fn max_lateness_ms(spec: &TriggerSpec) -> Option<Ms> {
    spec.max_lateness_ms.as_ref().map_or(CartModel::default().max_lateness_ms, |m| m.value)
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &AbsenceSpec) -> Vec<String> {
    let mut lines: Vec<String> = spec.triggers.iter().map(|t| line(&t.value)).collect();
    lines.sort();
    lines
}

fn after_text(spec: &TriggerSpec) -> String {
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

fn texts(list: &[At<String>]) -> Vec<&str> {
    let mut texts: Vec<&str> = list.iter().map(|t| t.value.as_str()).collect();
    texts.sort_unstable();
    texts
}

fn line(spec: &TriggerSpec) -> String {
    let unless = spec.unless.as_ref().map_or_else(String::new, |u| canonical::condition(&u.value));
    let mut text = format!("trigger {:?} after {} unless {unless}", name_of(spec), after_text(spec));
    let mut add = |what: String| text.push_str(&what);
    add(format!(" stages {:?} within {}", texts(&spec.unless_stage), within_ms(spec)));
    add(format!(" at most {:?} same {:?}", spec.at_most.as_ref().map(|l| l.value), texts(spec.same.as_slice())));
    add(format!(
        " restart {} mail {}",
        spec.restart.as_ref().is_some_and(|r| r.value),
        spec.mail.as_ref().is_none_or(|m| m.value)
    ));
    add(format!(" viewed {:?}", spec.if_viewed_ms.as_ref().map(|v| v.value)));
    add(format!(" carted {:?}", spec.if_carted_ms.as_ref().map(|v| v.value)));
    add(format!(" lateness {:?}", max_lateness_ms(spec)));
    if is_set(spec.not_with_open_cart.as_ref()) {
        add(" no open cart".to_owned());
    }
    if is_set(spec.after_visit.as_ref()) {
        add(" after visit".to_owned());
    }
    text
}

/// What it says, in words.
pub(super) fn statements(spec: &AbsenceSpec, say: &mut dyn FnMut(&str, String)) {
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
        say(&format!("trigger {}", name_of(spec)), text);
    }
}

/// The rule in words: what it comes after, how long after, and what prevents it.
pub(super) fn rule(spec: &TriggerSpec) -> String {
    let mut text = match within_ms(spec) {
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
            let mut text = words::condition(&after.value.when);
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
    let mut parts: Vec<String> = spec.unless.iter().map(|u| words::condition(&u.value)).collect();
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
    let part = |what: &str, ms: &Option<At<Ms>>| ms.as_ref().map(|ms| format!("{what} within {}", length(ms.value)));
    let parts: Vec<String> =
        [part("viewed", &spec.if_viewed_ms), part("put into a cart", &spec.if_carted_ms)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("the product was {}", parts.join(" or ")))
}

fn reasons(spec: &TriggerSpec) -> Vec<String> {
    let mut reasons = vec![after_words(spec)];
    reasons.extend(interests(spec));
    if let Some(unless) = unless_words(spec) {
        reasons.push(format!("no {unless} for {}", length(within_ms(spec))));
    }
    reasons
}
