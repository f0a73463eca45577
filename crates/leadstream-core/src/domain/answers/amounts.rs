//! Amounts and lengths of time in answers.

use super::words::{AT_ONCE, NAMED_SPANS, NUMBERS, OPEN, UNITS, find, has};

/// Most digits of a number that is read.
const MAX_DIGITS: usize = 15;

/// A number in a text.
struct Number {
    value: f64,
    /// The word behind it.
    unit: String,
    /// A plus behind it: as much or more.
    is_open: bool,
    /// A percent sign behind it, or letters before it ("Q3"): no amount.
    is_other: bool,
}

/// The amount of money that a text names: "€20,000", "20k", "1.5 Mio. €", of a span its lower end that is not nothing. A lone separator
/// with three digits behind it parts thousands: of a budget nobody names thousandths. `None` where there is none.
#[must_use]
pub fn amount(text: &str) -> Option<f64> {
    let numbers: Vec<Number> = numbers(text).into_iter().filter(|n| !n.is_other && unit_months(&n.unit).is_none()).collect();
    // In a sentence of many words a number is an amount only beside a sign of money or a thousand.
    let is_plain = text.split(' ').count() <= 4;
    let is_money = text.contains(['€', '$', '£', '¥', '₹']) || has(text, "eur|usd|gbp|chf|euro|euros|dollars|k");
    let fits = |n: &&Number| is_plain || is_money || n.value >= 1_000.0;
    let found: Vec<&Number> = numbers.iter().filter(fits).collect();
    // "10–25k": what multiplies the last multiplies all of a span.
    let last_times = found.last().map_or(1.0, |n| times(&n.unit));
    let value = |n: &Number| {
        let own = times(&n.unit);
        n.value * if own > 1.0 || n.value >= 1_000.0 { own } else { last_times }
    };
    found.iter().map(|n| value(n)).find(|v| *v > 0.0).or_else(|| found.first().map(|n| n.value))
}

/// How many months a text says at most.
pub(super) fn months(text: &str) -> Option<f64> {
    let mut text = text.to_owned();
    for (word, digits) in NUMBERS {
        if let Some(at) = find(&text, word) {
            text.replace_range(at..at + word.len(), digits);
        }
    }
    let numbers: Vec<Number> = numbers(&text).into_iter().filter(|n| !n.is_other).collect();
    let Some(last) = numbers.last() else {
        if has(&text, "not|no") || has(&text, OPEN) {
            return None;
        }
        let named = NAMED_SPANS.iter().find(|(span, _)| find(&text, span).is_some()).map(|(_, months)| *months);
        return named.or_else(|| has(&text, AT_ONCE).then_some(0.0));
    };
    if last.is_open || text.contains(['>', '≥']) || has(&text, OPEN) {
        return None;
    }
    match unit_months(&last.unit) {
        Some(unit) => Some(last.value * unit),
        None if last.unit.is_empty() => Some(last.value),
        None => None,
    }
}

fn unit_months(unit: &str) -> Option<f64> {
    UNITS.iter().find(|(name, _)| *name == unit).map(|(_, months)| *months)
}

fn times(unit: &str) -> f64 {
    match unit {
        "k" | "tsd" | "thousand" | "tausend" | "mille" | "grand" | "t€" | "k€" | "keur" | "kusd" => 1e3,
        "m" | "mio" | "mn" | "mln" | "million" | "millions" | "millionen" | "m€" => 1e6,
        "bn" | "b" | "billion" | "mrd" => 1e9,
        _ => 1.0,
    }
}

/// Every number of a text, with what stands behind it.
fn numbers(text: &str) -> Vec<Number> {
    let letters: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let is_other = at > 0 && letters[at - 1].is_alphabetic();
        let start = at;
        while at < letters.len() && (letters[at].is_ascii_digit() || joins(&letters, at)) {
            at += 1;
        }
        let value = value(&letters[start..at]);
        let is_open = letters.get(at) == Some(&'+');
        let behind: String = letters[at..].iter().collect();
        let behind = behind.trim_start_matches(['+', ' ', '€', '$', '£', '-', ',']);
        let unit: String = behind.chars().take_while(|c| c.is_alphabetic() || *c == '€').collect();
        let is_percent = behind.starts_with('%');
        found.push(Number { value, unit, is_open, is_other: is_other || is_percent });
    }
    found
}

/// A separator between digits of one number: a point, a comma, or a blank with exactly three digits behind it.
fn joins(letters: &[char], at: usize) -> bool {
    let digits = letters[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    match letters[at] {
        '.' | ',' => digits > 0,
        ' ' | '\u{a0}' | '\u{202f}' => digits == 3 && at > 0 && letters[at - 1].is_ascii_digit(),
        _ => false,
    }
}

/// Digits with separators: the last one parts decimals unless exactly three digits follow it, or it comes more than once.
fn value(letters: &[char]) -> f64 {
    let last = letters.iter().rposition(|c| !c.is_ascii_digit());
    let decimals = last.filter(|at| {
        let mark = letters[*at];
        letters.len() - at - 1 != 3 && matches!(mark, '.' | ',') && letters.iter().filter(|c| **c == mark).count() == 1
    });
    let of = |letters: &[char]| letters.iter().filter(|c| c.is_ascii_digit()).take(MAX_DIGITS).collect::<String>();
    let whole = of(&letters[..decimals.unwrap_or(letters.len())]);
    let fraction = decimals.map(|at| of(&letters[at + 1..])).unwrap_or_default();
    format!("{whole}.{fraction}").parse().unwrap_or(0.0)
}
