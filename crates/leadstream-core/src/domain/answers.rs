//! What forms and sellers answer in words: "I am the final decision maker", "€20,000", "0–3 months", a champion's name.

mod amounts;
mod words;

pub use amounts::amount;

use super::event::Value;
use words::{has, is_one};

/// Longest answer that is read; the rest is left out.
const MAX_BYTES: usize = 256;

/// What an answer comes to. Exactly one for each answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// No, none, not yet; zero.
    No,
    /// Unknown: "n/a", "tbd", "?".
    Unknown,
    /// Yes, approved, known, agreed.
    Yes,
    /// An amount of more than nothing.
    Amount,
    /// Has the last word: decides, signs, approves.
    Decides,
    /// Has a say: recommends, evaluates, sits on the committee.
    Influences,
    /// Urgent, critical, first.
    High,
    /// Some, second, nice to have.
    Medium,
    /// Low, weak.
    Low,
    /// Something else that somebody cared to write: a name, a sentence.
    Other,
}

/// What a model may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    One(Answer),
    /// Whatever says something: everything but no, unknown and low.
    Given,
}

impl Asked {
    /// Each with its name in model files.
    pub const ALL: [(&'static str, Self); 11] = [
        ("yes", Self::One(Answer::Yes)),
        ("no", Self::One(Answer::No)),
        ("unknown", Self::One(Answer::Unknown)),
        ("amount", Self::One(Answer::Amount)),
        ("decides", Self::One(Answer::Decides)),
        ("influences", Self::One(Answer::Influences)),
        ("high", Self::One(Answer::High)),
        ("medium", Self::One(Answer::Medium)),
        ("low", Self::One(Answer::Low)),
        ("other", Self::One(Answer::Other)),
        ("given", Self::Given),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }

    #[must_use]
    pub fn holds(self, answer: Answer) -> bool {
        match self {
            Self::One(one) => one == answer,
            Self::Given => !matches!(answer, Answer::No | Answer::Unknown | Answer::Low),
        }
    }
}

/// What a value comes to as an answer.
#[must_use]
pub fn read(value: &Value<'_>) -> Answer {
    match value {
        Value::Bool(true) => Answer::Yes,
        Value::Number(number) if *number > 0.0 => Answer::Amount,
        Value::Bool(false) | Value::Number(_) => Answer::No,
        Value::Text(text) => of_text(text),
    }
}

fn of_text(text: &str) -> Answer {
    let text = words::plain(cut(text));
    if text.is_empty() || is_one(&text, words::UNKNOWN) {
        return Answer::Unknown;
    }
    if is_one(&text, words::NO) || has(&text, words::NOT) {
        return Answer::No;
    }
    if has(&text, words::INFLUENCES) || words::is_of_others(&text) {
        return Answer::Influences;
    }
    if has(&text, words::DECIDES) || is_one(&text, words::HEADS) {
        return Answer::Decides;
    }
    if let Some(amount) = amount(&text) {
        return if amount > 0.0 { Answer::Amount } else { Answer::No };
    }
    if has(&text, words::MEDIUM) {
        Answer::Medium
    } else if has(&text, words::LOW) {
        Answer::Low
    } else if has(&text, words::HIGH) {
        Answer::High
    } else if has(&text, words::YES) {
        Answer::Yes
    } else {
        Answer::Other
    }
}

/// How many months it takes at most: "0–3 months" are 3, "in two weeks" a half, "now" none. Bare numbers are months. `None`
/// where it says none, or more than any number ("12+ months").
#[must_use]
pub fn months(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number).filter(|n| *n >= 0.0),
        Value::Bool(yes) => yes.then_some(0.0),
        Value::Text(text) => amounts::months(&words::plain(cut(text))),
    }
}

/// The amount that a value names; see [`amount`].
#[must_use]
pub fn amount_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Bool(_) => None,
        Value::Text(text) => amount(&words::plain(cut(text))),
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=MAX_BYTES.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests;
