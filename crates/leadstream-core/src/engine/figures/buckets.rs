//! Times in buckets that grow with them: an eighth of a power of two each, so a quantile is right within a tenth, and the
//! longest time that matters has bucket 350.

use crate::domain::Ms;

/// Eighths of a power of two.
const PARTS_BITS: u32 = 3;

/// The bucket of a time; negative times count as none.
#[must_use]
pub fn of(time_ms: Ms) -> u16 {
    let value = u64::try_from(time_ms).unwrap_or(0).max(1);
    let power = value.ilog2();
    // The bits after the leading one.
    let part = if power >= PARTS_BITS { value >> (power - PARTS_BITS) } else { value << (PARTS_BITS - power) } & 7;
    u16::try_from(u64::from(power << PARTS_BITS) + part).unwrap_or(u16::MAX)
}

/// Where a bucket begins.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "powers of two")]
pub fn begins_ms(bucket: u16) -> f64 {
    let (power, part) = (bucket >> PARTS_BITS, bucket & 7);
    f64::from(power).exp2() * (1.0 + f64::from(part) / 8.0)
}

/// The time below which this share of the times lies. `buckets`: ascending, with their counts.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts and times stay far below 2^52")]
pub fn quantile_ms(buckets: &[(u16, i64)], share: f64) -> Option<Ms> {
    let all: i64 = buckets.iter().map(|(_, n)| n.max(&0)).sum();
    if all == 0 {
        return None;
    }
    let wanted = share * all as f64;
    let mut before = 0.0;
    for (bucket, count) in buckets {
        let here = (*count).max(0) as f64;
        if before + here >= wanted && here > 0.0 {
            let (from, to) = (begins_ms(*bucket), begins_ms(bucket + 1));
            return Some((from + (to - from) * (wanted - before) / here) as Ms);
        }
        before += here;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY_MS, HOUR_MS};

    #[test]
    fn a_time_lies_in_its_bucket_and_buckets_are_narrow() {
        for time_ms in [1, 2, 3, 7, 8, 9, 1_000, 3_600_000, 86_400_001, 5_000_000_000, Ms::MAX / 2] {
            let bucket = of(time_ms);
            let (from, to) = (begins_ms(bucket), begins_ms(bucket + 1));
            #[allow(clippy::cast_precision_loss, reason = "a test")]
            let time = time_ms as f64;
            assert!(from <= time * 1.000_001 && time < to * 1.000_001 && to <= from * 1.126, "{time_ms}: {from} to {to}");
        }
        assert_eq!((of(0), of(-5)), (of(1), of(1)));
        assert!(of(100 * 365 * DAY_MS) < 350);
    }

    #[test]
    fn quantiles_are_right_within_a_tenth() {
        let mut counts = std::collections::BTreeMap::new();
        for n in 1..=1_000 {
            *counts.entry(of(n * HOUR_MS / 10)).or_insert(0_i64) += 1;
        }
        let buckets: Vec<_> = counts.into_iter().collect();
        for (share, want_ms) in [(0.5, 50 * HOUR_MS), (0.9, 90 * HOUR_MS)] {
            let have_ms = quantile_ms(&buckets, share).unwrap();
            assert!((have_ms - want_ms).abs() < want_ms / 10, "{share}: {have_ms}");
        }
        assert_eq!(quantile_ms(&[], 0.5), None);
        assert_eq!(quantile_ms(&[(8, 0)], 0.5), None);
    }
}
