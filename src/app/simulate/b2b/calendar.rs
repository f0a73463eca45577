//! When people in offices do things: working days and hours of their own clocks, and the seasons of a year.

use super::super::rng::SeededRng;
use crate::domain::zones::Zone;
use crate::domain::{DAY_MS, MINUTE_MS, Ms};

/// How busy each hour of a working day is: mornings and afternoons, lunch, a few who work late.
const HOURS: [u32; 24] = [0, 0, 0, 0, 0, 0, 1, 3, 8, 10, 11, 9, 5, 7, 10, 10, 8, 5, 2, 2, 2, 1, 1, 0];
/// The same for people who keep office hours, as sales does.
const OFFICE: [u32; 24] = [0, 0, 0, 0, 0, 0, 0, 0, 6, 10, 10, 8, 4, 7, 10, 10, 8, 2, 0, 0, 0, 0, 0, 0];
/// Chance that someone who has something to do does it on this weekday rather than later.
const WEEKDAYS: [f64; 7] = [0.92, 1.0, 1.0, 0.95, 0.72, 0.06, 0.08];
const OFFICE_DAYS: [f64; 7] = [1.0, 1.0, 1.0, 1.0, 0.9, 0.0, 0.0];
/// Days searched for a working day: the longest holidays and then some.
const LONGEST_WAIT_DAYS: u32 = 40;

/// Who keeps which hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Reads a blog in the evening, too.
    Desk,
    /// Monday to Friday, in office hours.
    Office,
}

/// The calendar of a simulated time that began at an instant.
#[derive(Debug)]
pub(super) struct Calendar {
    start_ms: Ms,
    zones: Vec<Zone>,
}

impl Calendar {
    pub(super) fn new(start_ms: Ms, zones: &[&str]) -> Self {
        Self { start_ms, zones: zones.iter().map(|name| Zone::find(name).unwrap_or_default()).collect() }
    }

    /// How busy a day is by the season, from 0 to 1: little happens in August and less between the years.
    pub(super) fn season(&self, at_ms: Ms) -> f64 {
        let (month, day) = self.month_and_day(at_ms);
        match (month, day) {
            (12, 23..) | (1, 1..=3) => 0.08,
            (12, 15..) => 0.6,
            (8, _) => 0.5,
            (7, 15..) => 0.75,
            (5, 1) => 0.2,
            _ => 1.0,
        }
    }

    fn month_and_day(&self, at_ms: Ms) -> (i8, i8) {
        let at = jiff::Timestamp::from_millisecond(self.start_ms + at_ms).unwrap_or_default();
        let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        (date.month(), date.day())
    }

    /// The moment at or after `from_ms` at which someone in this zone gets round to it.
    pub(super) fn working(&self, rng: &mut SeededRng, from_ms: Ms, zone: usize, pace: Pace) -> Ms {
        let (days, hours) = match pace {
            Pace::Desk => (&WEEKDAYS, &HOURS),
            Pace::Office => (&OFFICE_DAYS, &OFFICE),
        };
        let Some(zone) = self.zones.get(zone) else { return from_ms };
        let mut from_ms = from_ms;
        for _ in 0..LONGEST_WAIT_DAYS {
            let local = zone.local(self.start_ms + from_ms);
            let midnight_ms = from_ms - local.time_of_day_ms;
            if rng.chance(days[usize::from(local.weekday) % 7] * self.season(from_ms).max(0.3)) {
                let at_ms = midnight_ms + minute_of_day(rng, hours) * MINUTE_MS + rng.between(0, MINUTE_MS - 1);
                if at_ms >= from_ms {
                    return at_ms;
                }
            }
            // What is put off over a weekend is not all done on Monday morning.
            let days = if pace == Pace::Office { 1 } else { 1 + i64::from(rng.below(3)) };
            from_ms = midnight_ms + days * DAY_MS;
        }
        from_ms
    }

    /// The next such weekday (0 is Monday) at a time of day on the clocks of this zone.
    pub(super) fn next_weekday(&self, from_ms: Ms, zone: usize, weekday: u8, time_of_day_ms: Ms) -> Ms {
        let Some(zone) = self.zones.get(zone) else { return from_ms + 7 * DAY_MS };
        let local = zone.local(self.start_ms + from_ms);
        let days = (i64::from(weekday) - i64::from(local.weekday)).rem_euclid(7);
        let at_ms = from_ms - local.time_of_day_ms + days * DAY_MS + time_of_day_ms;
        if at_ms > from_ms { at_ms } else { at_ms + 7 * DAY_MS }
    }
}

fn minute_of_day(rng: &mut SeededRng, hours: &[u32; 24]) -> Ms {
    let mut left = rng.below(hours.iter().sum());
    let mut hour = 0;
    for (n, weight) in hours.iter().enumerate() {
        hour = n;
        if left < *weight {
            break;
        }
        left -= weight;
    }
    Ms::try_from(hour).unwrap_or(0) * 60 + i64::from(rng.below(60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HOUR_MS;

    /// Monday 2 March 2026, midnight in Berlin.
    const START_MS: Ms = 1_772_406_000_000;

    #[test]
    fn sales_works_in_office_hours_only_and_most_people_on_working_days() {
        let calendar = Calendar::new(START_MS, &["Europe/Berlin"]);
        let zone = Zone::find("Europe/Berlin").unwrap();
        let mut rng = SeededRng::new(3);
        let mut weekend = 0;
        for n in 0..2_000 {
            let from_ms = n * HOUR_MS;
            let at_ms = calendar.working(&mut rng, from_ms, 0, Pace::Office);
            let local = zone.local(START_MS + at_ms);
            assert!(at_ms >= from_ms && local.weekday < 5, "{from_ms} -> {local:?}");
            assert!((8 * HOUR_MS..18 * HOUR_MS).contains(&local.time_of_day_ms), "{from_ms} -> {local:?}");
            let at_ms = calendar.working(&mut rng, from_ms, 0, Pace::Desk);
            assert!(at_ms >= from_ms);
            weekend += u32::from(zone.local(START_MS + at_ms).weekday >= 5);
        }
        assert!((1..200).contains(&weekend), "{weekend} of 2000 at a weekend");
    }

    #[test]
    fn a_weekday_is_found_on_the_clock_of_the_zone() {
        let calendar = Calendar::new(START_MS, &["Europe/Berlin"]);
        assert_eq!(calendar.next_weekday(0, 0, 1, 10 * HOUR_MS), DAY_MS + 10 * HOUR_MS);
        assert_eq!(calendar.next_weekday(DAY_MS + 10 * HOUR_MS, 0, 1, 10 * HOUR_MS), 8 * DAY_MS + 10 * HOUR_MS);
    }

    #[test]
    fn little_happens_between_the_years() {
        let calendar = Calendar::new(START_MS, &["Europe/Berlin"]);
        assert!(calendar.season(299 * DAY_MS) < 0.2, "26 December");
        assert!(calendar.season(30 * DAY_MS) > 0.9, "1 April");
    }
}
