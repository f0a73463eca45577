//! Where a history begins that ends now.

use super::options::ShopOptions;
use super::traffic::Traffic;
use crate::app::cli::ShopKind;
use crate::domain::{DAY_MS, Ms, SECOND_MS};

/// The start of a history of this many events, or of this long, whose last event is not later than now.
///
/// Among companies the calendar decides how long a number of events takes, and another start draws other random numbers. So the
/// midnights around the likely one are tried, and of those whose history is over the one that ends last is taken.
pub(super) fn start_ms(kind: ShopKind, options: &ShopOptions, events: Option<u64>, until_ms: Option<Ms>, now_ms: Ms) -> Ms {
    let span_from = |start_ms| span_ms(kind, &ShopOptions { start_ms, ..options.clone() }, events, until_ms);
    let latest = now_ms - SECOND_MS;
    if kind == ShopKind::Consumer {
        return latest - span_from(0);
    }
    let likely_ms = midnight(latest - span_from(midnight(latest - span_from(now_ms))));
    let mut best = None;
    for start_ms in outward(likely_ms).take(tries(events)) {
        let end_ms = start_ms + span_from(start_ms);
        if end_ms <= latest && best.is_none_or(|(best_ms, _)| end_ms > best_ms) {
            best = Some((end_ms, start_ms));
            if latest - end_ms <= DAY_MS {
                break;
            }
        }
    }
    // None is over only where dry runs of the same length differ by more than all days tried: then back by the whole length.
    best.map_or_else(|| midnight(likely_ms - MOST_DAYS_ASIDE * DAY_MS - span_from(likely_ms)), |(_, start_ms)| start_ms)
}

/// Longer than any holidays by which two histories that begin on neighbouring days may differ.
const MOST_DAYS_ASIDE: Ms = 30;

/// Many events differ little from day to day and take long to try.
fn tries(events: Option<u64>) -> usize {
    let most = usize::try_from(2 * MOST_DAYS_ASIDE + 1).unwrap_or(1);
    usize::try_from(MOST_EVENTS_TRIED / events.unwrap_or(1).max(1)).unwrap_or(most).clamp(8, most)
}

const MOST_EVENTS_TRIED: u64 = 2_000_000;

fn midnight(ms: Ms) -> Ms {
    ms.div_euclid(DAY_MS) * DAY_MS
}

fn outward(from_ms: Ms) -> impl Iterator<Item = Ms> {
    let aside = (1..=MOST_DAYS_ASIDE).flat_map(|days| [-days, days]);
    std::iter::once(0).chain(aside).map(move |days| from_ms + days * DAY_MS)
}

/// How much of the shop's time the records take, by a dry run.
fn span_ms(kind: ShopKind, options: &ShopOptions, events: Option<u64>, until_ms: Option<Ms>) -> Ms {
    let Some(events) = events else { return until_ms.unwrap_or(0) };
    let mut shop = Traffic::new(kind, options.clone());
    for _ in 0..events {
        if until_ms.is_some_and(|until| shop.next_at_ms() > until) {
            break;
        }
        shop.skip_one();
    }
    shop.elapsed_ms()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_of_companies_ends_shortly_before_now_whatever_the_day() {
        let new_year = 1_767_225_600_000;
        for day in (0..366).step_by(13) {
            let now_ms = new_year + day * DAY_MS + day * 3_600_000;
            let options = ShopOptions { prospects: 500, ..ShopOptions::default() };
            let start_ms = start_ms(ShopKind::B2b, &options, Some(2_500), None, now_ms);
            let end_ms = start_ms + span_ms(ShopKind::B2b, &ShopOptions { start_ms, ..options }, Some(2_500), None);
            assert!(
                (now_ms - 7 * DAY_MS..=now_ms).contains(&end_ms),
                "day {day}: it ends {} h ago",
                (now_ms - end_ms) / 3_600_000
            );
            assert_eq!(start_ms % DAY_MS, 0, "day {day}");
        }
    }
}
