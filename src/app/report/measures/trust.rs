//! How far a figure can be trusted: on how many cases it rests, between what it lies, and why there is none yet.

use super::share::share;
use crate::domain::{DAY_MS, Ms};
use serde::Serialize;

/// The quantile of the normal distribution within which 95 of 100 lie.
const Z: f64 = 1.959_963_984_540_054;

/// What stands beside a figure.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Trust {
    /// On how many cases it rests: of a rate, what it is a share of.
    pub cases: i64,
    /// Of a rate: the Wilson score interval at 95 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Why there is no figure, or why it says little yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// It is too young: not before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_figure_in_days: Option<i64>,
}

impl Trust {
    /// Of a figure that is no rate.
    pub(super) fn cases(cases: i64) -> Self {
        Self { cases, ..Self::default() }
    }

    /// Of a rate.
    pub(super) fn rate(part: i64, whole: i64) -> Self {
        Self { cases: whole.max(0), interval: wilson(part, whole), ..Self::default() }
    }

    /// Of a figure that there isn't, for another reason than its age.
    pub(super) fn none(cases: i64, why: String) -> Self {
        Self { cases, why: Some(why), ..Self::default() }
    }

    /// For a figure that can be given after `wait_ms`.
    pub(super) fn too_young(cases: i64, wait_ms: Ms) -> Self {
        let days = (wait_ms.max(1) - 1) / DAY_MS + 1;
        let unit = if days == 1 { "day" } else { "days" };
        let why = format!("too young to tell (first figure in {days} {unit})");
        Self { cases, why: Some(why), first_figure_in_days: Some(days), ..Self::default() }
    }
}

/// A rate and what stands beside it.
pub(super) fn rate(part: i64, whole: i64) -> (Option<f64>, Trust) {
    (share(part, whole), Trust::rate(part, whole))
}

/// The Wilson score interval at 95 %; `None` of nothing.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn wilson(part: i64, whole: i64) -> Option<[f64; 2]> {
    let share = share(part.clamp(0, whole.max(0)), whole)?;
    let (cases, square) = (whole as f64, Z * Z);
    let middle = share + square / (2.0 * cases);
    let half = Z * (share * (1.0 - share) / cases + square / (4.0 * cases * cases)).sqrt();
    let whole = 1.0 + square / cases;
    Some([((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_textbook() {
        for (part, whole, want) in
            [(2, 2, [0.342_4, 1.0]), (0, 10, [0.0, 0.277_5]), (5, 10, [0.236_6, 0.763_4]), (81, 263, [0.255_3, 0.366_2])]
        {
            let have = wilson(part, whole).unwrap();
            assert!((have[0] - want[0]).abs() < 5e-5 && (have[1] - want[1]).abs() < 5e-5, "{part} of {whole}: {have:?}");
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), wilson(2, 2), "late events may count a way out before the way in");
    }

    #[test]
    fn days_that_are_missing_are_rounded_up() {
        let days = |wait_ms| Trust::too_young(0, wait_ms).first_figure_in_days;
        assert_eq!([days(1), days(DAY_MS), days(DAY_MS + 1)], [Some(1), Some(1), Some(2)]);
        assert_eq!(Trust::too_young(4, 10 * DAY_MS + 1).why.unwrap(), "too young to tell (first figure in 11 days)");
    }
}
