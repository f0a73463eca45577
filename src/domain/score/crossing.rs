//! When a score crosses a line with no event: the exact first millisecond, by the very function that it is judged with.

use super::{held, sum};
use crate::domain::model::ScoreModel;
use crate::domain::prospect::Track;
use crate::domain::{MINUTE_MS, Ms};
use smallvec::SmallVec;

/// Far more than what adding floats up in another order changes.
const NOISE: f64 = 1e-6;

/// Points that fade, each with its rate. On the stack: this runs for every event that scores.
type Terms = SmallVec<[(f64, f64); 8]>;

/// The first millisecond from `from_ms` on at which the groups and what lasts are together below a line, now and a minute ago.
pub(super) fn first_below(track: &Track, model: &ScoreModel, line: f64, lasting: f64, from_ms: Ms) -> Option<Ms> {
    // A minute ago it was more, mostly: that decides first.
    let below = |at: Ms| held(track, model, lasting, at) < line && sum(track, model, lasting, at) < line;
    let (terms, lasting) = terms(track, model, lasting, from_ms);
    if terms.iter().all(|(points, _)| *points > 0.0) {
        if lasting >= line {
            return None;
        }
        if below(from_ms) {
            return Some(from_ms);
        }
        #[allow(clippy::cast_precision_loss, reason = "a minute")]
        let guess = newton(&terms, lasting - line) + MINUTE_MS as f64;
        return settle(guess, from_ms, below);
    }
    if below(from_ms) {
        return Some(from_ms);
    }
    let mut a_minute_ago = terms.clone();
    for (points, rate) in &mut a_minute_ago {
        *points *= grown(*rate);
    }
    let guess = scan(&terms, |t| line - lasting - value(&terms, t).max(value(&a_minute_ago, t)), |_| true)?;
    settle(guess, from_ms, below)
}

/// The first millisecond from `from_ms` on at which they are together at a line.
pub(super) fn first_reached(track: &Track, model: &ScoreModel, line: f64, lasting: f64, from_ms: Ms) -> Option<Ms> {
    let reached = |at: Ms| sum(track, model, lasting, at) >= line;
    if reached(from_ms) {
        return Some(from_ms);
    }
    let (terms, lasting) = terms(track, model, lasting, from_ms);
    if terms.iter().all(|(points, _)| *points > 0.0) {
        return None;
    }
    let positive: Terms = terms.iter().copied().filter(|(points, _)| *points > 0.0).collect();
    // Once what is positive and lasts is less than the line, it is never reached: the rest only takes away.
    let possible = |t: f64| value(&positive, t) + lasting >= line - NOISE;
    let guess = scan(&terms, |t| value(&terms, t) + lasting - line, possible)?;
    settle(guess, from_ms, reached)
}

/// What fades at a time, with its rates, and what doesn't.
fn terms(track: &Track, model: &ScoreModel, lasting: f64, at_ms: Ms) -> (Terms, f64) {
    let mut lasting = lasting;
    let mut terms = Terms::new();
    for group in &model.groups {
        let points = super::group_points(track, group, at_ms);
        match group.half_life_ms {
            None => lasting += points,
            Some(half_life_ms) if points != 0.0 => terms.push((points, rate(half_life_ms))),
            Some(_) => {}
        }
    }
    (terms, lasting)
}

#[allow(clippy::cast_precision_loss, reason = "half-lives stay far below 2^52 ms")]
fn rate(half_life_ms: Ms) -> f64 {
    std::f64::consts::LN_2 / half_life_ms as f64
}

/// How much more a minute ago.
#[allow(clippy::cast_precision_loss, reason = "a minute")]
fn grown(rate: f64) -> f64 {
    (rate * MINUTE_MS as f64).min(super::MOST_GROWTH * std::f64::consts::LN_2).exp()
}

fn value(terms: &[(f64, f64)], t: f64) -> f64 {
    terms.iter().map(|(p, rate)| p * (-rate * t).exp()).sum::<f64>()
}

/// The root of a falling convex sum of exponentials, above the negative offset now: Newton from the left never overshoots.
fn newton(terms: &[(f64, f64)], offset: f64) -> f64 {
    let (now, fastest) = terms.iter().fold((0.0, 0.0_f64), |(now, fastest), (p, rate)| (now + p, fastest.max(*rate)));
    // If all faded as fast as the fastest: not after the root, and the root itself when there is but one rate.
    let mut t = ((now / -offset).ln() / fastest).max(0.0);
    for _ in 0..64 {
        let at = |(sum, slope): (f64, f64), (p, rate): &(f64, f64)| {
            let left = p * (-rate * t).exp();
            (sum + left, slope - rate * left)
        };
        let (sum, slope) = terms.iter().fold((offset, 0.0), at);
        let step = sum / -slope;
        if !step.is_finite() || step < 0.25 {
            break;
        }
        t += step;
    }
    t
}

/// The first time at which a function of points that fade is positive. With negative points it may rise and fall again: look
/// along growing steps, and at the peak of three of them that hide one, as long as it is `possible` from there on.
fn scan(terms: &[(f64, f64)], f: impl Fn(f64) -> f64, possible: impl Fn(f64) -> bool) -> Option<f64> {
    let fastest = terms.iter().map(|(_, rate)| *rate).fold(f64::MIN_POSITIVE, f64::max);
    let slowest = terms.iter().map(|(_, rate)| *rate).fold(f64::MAX, f64::min);
    let (mut low, mut middle, mut step) = (0.0, 0.0, 0.02 / fastest);
    let (mut at_low, mut at_middle) = (f(0.0), f(0.0));
    // From the one before: the three of a peak lie between it and the next.
    while middle * slowest < 64.0 && possible(low) {
        let high = middle + step;
        let at_high = f(high);
        if at_middle > at_low && at_middle > at_high {
            let peak = peak(&f, low, high);
            if f(peak) >= 0.0 {
                return Some(bisect(&f, low, peak));
            }
        }
        if at_high >= 0.0 {
            return Some(bisect(&f, middle, high));
        }
        (low, at_low, middle, at_middle, step) = (middle, at_middle, high, at_high, step * 1.05);
    }
    None
}

fn peak(f: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    while high - low > 0.25 {
        let third = (high - low) / 3.0;
        let (left, right) = (low + third, high - third);
        if f(left) < f(right) { low = left } else { high = right }
    }
    f64::midpoint(low, high)
}

fn bisect(f: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    while high - low > 0.25 {
        let middle = f64::midpoint(low, high);
        if f(middle) >= 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// From a guess to the exact first millisecond, by the very function that the timer will be judged with.
#[allow(clippy::cast_possible_truncation, reason = "saturating; anything beyond the horizon is refused")]
fn settle(guess: f64, from_ms: Ms, there: impl Fn(Ms) -> bool) -> Option<Ms> {
    // Points that outlive 1,000 years never fall, as far as anybody here is concerned.
    if !(0.0..3.2e13).contains(&guess) {
        return None;
    }
    let mut at = from_ms + guess as Ms;
    // The flat tail of the curve can make the guess a few ms wrong: double the stride until it brackets the line.
    let mut stride = 1;
    while !there(at) {
        at += stride;
        stride *= 2;
        if stride > 1 << 40 {
            return None;
        }
    }
    let mut low = (at - stride).max(from_ms);
    while low > from_ms && there(low) {
        low = (low - stride).max(from_ms);
        stride *= 2;
    }
    // Invariant: not there at `low`, there at `at`.
    while at - low > 1 {
        let middle = low + (at - low) / 2;
        if there(middle) {
            at = middle;
        } else {
            low = middle;
        }
    }
    Some(at)
}
