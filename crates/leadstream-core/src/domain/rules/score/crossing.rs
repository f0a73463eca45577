//! When a score crosses a line with no event: the exact first millisecond, by the very function that it is judged with.

use crate::domain::model::ScoreModel;
use crate::domain::rules::score::points::{held, sum};
use crate::domain::state::track::Track;
use crate::domain::{MINUTE_MS, Ms};
use smallvec::SmallVec;

/// Far more than what adding floats up in another order changes.
const NOISE: f64 = 1e-6;

/// Points that fade, each with its rate. On the stack: this runs for every event that scores.
type Terms = SmallVec<[(f64, f64); 8]>;

/// The first millisecond from `from_ms` on at which the groups and what lasts are together below a line, now and a minute ago.
pub(super) fn first_below(track: &Track, model: &ScoreModel, line: f64, lasting: f64, from_ms: Ms) -> Option<Ms> {
    if lasting >= line && track.groups.iter().all(|group| group.points >= 0.0) {
        return None;
    }
    let Fading { terms, lasting: left, sum: now } = fading(track, model, lasting, from_ms);
    let only_falls = terms.iter().all(|(points, _)| *points > 0.0);
    if only_falls && left >= line {
        return None;
    }
    // A minute ago it was more, mostly: that decides first.
    let was_below = |at: Ms| held(track, model, lasting, at) < line;
    let below = |at: Ms| was_below(at) && sum(track, model, lasting, at) < line;
    if now < line && was_below(from_ms) {
        return Some(from_ms);
    }
    if only_falls {
        #[allow(clippy::cast_precision_loss, reason = "a minute")]
        let guess = newton(&terms, left - line) + MINUTE_MS as f64;
        // What only fades was never less than it is: below a minute ago is below now.
        return settle(guess, from_ms, was_below);
    }
    let mut a_minute_ago = terms.clone();
    for (points, rate) in &mut a_minute_ago {
        *points *= grown(*rate);
    }
    let guess = scan(&terms, |t| line - left - value(&terms, t).max(value(&a_minute_ago, t)), |_| true)?;
    settle(guess, from_ms, below)
}

/// The first millisecond from `from_ms` on at which they are together at a line.
pub(super) fn first_reached(track: &Track, model: &ScoreModel, line: f64, lasting: f64, from_ms: Ms) -> Option<Ms> {
    let reached = |at: Ms| sum(track, model, lasting, at) >= line;
    let Fading { mut terms, lasting, sum: now } = fading(track, model, lasting, from_ms);
    if now >= line {
        return Some(from_ms);
    }
    if !may_rise(&mut terms, lasting - line) {
        return None;
    }
    let positive: Terms = terms.iter().copied().filter(|(points, _)| *points > 0.0).collect();
    // Once what is positive and lasts is less than the line, it is never reached: the rest only takes away.
    let possible = |t: f64| value(&positive, t) + lasting >= line - NOISE;
    let guess = scan(&terms, |t| value(&terms, t) + lasting - line, possible)?;
    settle(guess, from_ms, reached)
}

/// Whether a sum of points that fade and of an offset, negative now, may become positive. Ordered by how fast they fade, it has
/// at most as many zeros as its signs change (Descartes' rule, for exponential sums). So with one change it has one zero, and
/// that lies ahead only where what is left in the end is positive; with none it has none.
fn may_rise(terms: &mut Terms, offset: f64) -> bool {
    terms.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let signs = std::iter::once(offset).chain(terms.iter().map(|(points, _)| *points)).filter(|points| *points != 0.0);
    let mut signs = signs.map(|points| points > 0.0);
    let Some(in_the_end) = signs.next() else { return false };
    let (mut changes, mut last) = (0, in_the_end);
    for sign in signs {
        changes += i32::from(sign != last);
        last = sign;
    }
    changes > 1 || changes == 1 && in_the_end
}

/// A score at a time, taken apart.
struct Fading {
    /// What fades, with its rates.
    terms: Terms,
    /// What doesn't.
    lasting: f64,
    /// All of it together, as [`sum`] has it.
    sum: f64,
}

fn fading(track: &Track, model: &ScoreModel, lasting: f64, at_ms: Ms) -> Fading {
    let (mut terms, mut stays, mut all) = (Terms::new(), lasting, 0.0);
    for group in &model.groups {
        let points = crate::domain::rules::score::points::group_points(track, group, at_ms);
        all += points;
        match group.half_life_ms {
            None => stays += points,
            Some(half_life_ms) if points != 0.0 => terms.push((points, rate(half_life_ms))),
            Some(_) => {}
        }
    }
    all += lasting;
    Fading { terms, lasting: stays, sum: model.cap.map_or(all, |cap| all.min(cap)) }
}

#[allow(clippy::cast_precision_loss, reason = "half-lives stay far below 2^52 ms")]
fn rate(half_life_ms: Ms) -> f64 {
    std::f64::consts::LN_2 / half_life_ms as f64
}

/// How much more a minute ago.
#[allow(clippy::cast_precision_loss, reason = "a minute")]
fn grown(rate: f64) -> f64 {
    (rate * MINUTE_MS as f64).min(crate::domain::rules::score::points::MOST_GROWTH * std::f64::consts::LN_2).exp()
}

fn value(terms: &[(f64, f64)], t: f64) -> f64 {
    terms.iter().map(|(p, rate)| p * (-rate * t).exp()).sum::<f64>()
}

/// When a falling sum of exponentials comes down to what a negative offset leaves of it. Its logarithm is convex and nearly
/// straight: Newton on it from the left never overshoots, and is there at once where there is but one rate.
fn newton(terms: &[(f64, f64)], offset: f64) -> f64 {
    let line = (-offset).ln();
    let mut t = 0.0;
    for _ in 0..64 {
        let at = |(sum, slope): (f64, f64), (p, rate): &(f64, f64)| {
            let left = if t == 0.0 { *p } else { p * (-rate * t).exp() };
            (sum + left, slope + rate * left)
        };
        let (sum, slope) = terms.iter().fold((0.0, 0.0), at);
        let step = (sum.ln() - line) * sum / slope;
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
    let mut at = from_ms + guess.ceil() as Ms;
    let (mut low, mut stride) = (at, 1);
    // The flat tail of the curve can make the guess a few ms wrong: double the stride until it brackets the line.
    if there(at) {
        while at > from_ms {
            low = (at - stride).max(from_ms);
            if !there(low) {
                break;
            }
            at = low;
            stride *= 2;
        }
    } else {
        loop {
            at += stride;
            stride *= 2;
            if stride > 1 << 40 {
                return None;
            }
            if there(at) {
                break;
            }
            low = at;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_rise_never_does_and_what_does_may() {
        let numbers = [-30.0, -10.0, -1.0, 1.0, 10.0, 30.0];
        let rates = [0.1, 0.7, 2.0];
        let mut seen = [0; 2];
        let all = numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b)));
        for ((a, b), (c, offset)) in all.clone().flat_map(|one| all.clone().map(move |other| (one, other))) {
            let mut terms: Terms = [a, b, c].into_iter().copied().zip(rates).rev().collect();
            let f = |t: f64| value(&terms, t) + offset;
            if f(0.0) >= 0.0 {
                continue;
            }
            let rises = (0..4_000).any(|n| f(f64::from(n) * 0.02) > 0.0);
            let may = may_rise(&mut terms, *offset);
            assert!(may || !rises, "{terms:?} {offset}");
            seen[usize::from(may)] += 1;
        }
        assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
    }

    #[test]
    fn negative_points_that_outlast_the_others_never_reach_a_line() {
        let of = |terms: &[(f64, f64)], offset: f64| may_rise(&mut terms.iter().copied().collect(), offset);
        assert!(!of(&[(20.0, 2.0), (-50.0, 0.1)], 0.0) && !of(&[(20.0, 2.0), (-50.0, 0.1)], -20.0));
        assert!(of(&[(40.0, 0.1), (-30.0, 2.0)], -20.0), "they fade sooner than what is positive");
        assert!(of(&[(-30.0, 2.0)], 20.0) && !of(&[(-30.0, 2.0)], 0.0) && !of(&[(30.0, 2.0)], -40.0));
    }
}
