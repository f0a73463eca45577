//! Rates by hour of the day: quiet nights, a lunch peak, a long evening.
//!
//! Visits are a Poisson process in *shop time*, a clock that runs faster when the shop is busy; [`to_shop`] and [`from_shop`]
//! turn one clock into the other. Both are piecewise linear over the hours of a day and meet at midnight.

use crate::domain::{DAY_MS, HOUR_MS, Ms};

/// How busy each hour of a day is, relative to the others.
const WEIGHTS: [i64; 24] = [12, 7, 4, 3, 3, 5, 10, 20, 32, 40, 46, 50, 52, 48, 46, 46, 48, 52, 60, 70, 76, 72, 54, 28];
const TOTAL: i64 = {
    let mut sum = 0;
    let mut hour = 0;
    while hour < 24 {
        sum += WEIGHTS[hour];
        hour += 1;
    }
    sum
};

/// Shop time of a moment (milliseconds since the shop's first midnight).
pub(super) fn to_shop(ms: Ms) -> Ms {
    let (day, in_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let hour = usize::try_from(in_day / HOUR_MS).unwrap_or(0);
    let before: i64 = WEIGHTS[..hour].iter().sum();
    let within = (in_day % HOUR_MS) * WEIGHTS[hour];
    day * DAY_MS + (before * HOUR_MS + within) * 24 / TOTAL
}

/// The moment of a shop time.
pub(super) fn from_shop(shop_ms: Ms) -> Ms {
    let (day, in_day) = (shop_ms.div_euclid(DAY_MS), shop_ms.rem_euclid(DAY_MS));
    let mut left = in_day * TOTAL / 24;
    let mut hour = 0;
    for (n, weight) in WEIGHTS.iter().enumerate() {
        hour = n;
        if left < weight * HOUR_MS {
            break;
        }
        left -= weight * HOUR_MS;
    }
    let start = i64::try_from(hour).unwrap_or(0) * HOUR_MS;
    day * DAY_MS + start + (left / WEIGHTS[hour]).min(HOUR_MS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_shop_time_is_a_day_and_time_never_goes_back() {
        assert_eq!(to_shop(0), 0);
        assert_eq!(to_shop(3 * DAY_MS), 3 * DAY_MS);
        let mut last = 0;
        for shop_ms in (0..2 * DAY_MS).step_by(61_000) {
            let ms = from_shop(shop_ms);
            assert!(ms >= last, "{shop_ms}");
            last = ms;
            assert!((to_shop(ms) - shop_ms).abs() < 1_000, "{shop_ms} -> {ms} -> {}", to_shop(ms));
        }
    }

    #[test]
    fn the_evening_is_busier_than_the_night() {
        let busy = to_shop(21 * HOUR_MS) - to_shop(20 * HOUR_MS);
        let quiet = to_shop(4 * HOUR_MS) - to_shop(3 * HOUR_MS);
        assert!(busy > 20 * quiet, "{busy} against {quiet}");
    }
}
