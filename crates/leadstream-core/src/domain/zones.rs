//! Local time. The time-zone database is built into the binary, so that an instant has the same local time wherever this runs;
//! this is the one place of this layer that knows it.

use super::Ms;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan, civil};
use std::sync::LazyLock;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// What a clock on the wall shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// 0 for Monday.
    pub weekday: u8,
    /// Since midnight, as the hands show it: not the time passed when the clock was changed meanwhile.
    pub time_of_day_ms: Ms,
}

/// A day of the calendar: of one year, or of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// Days since 1970-01-01.
    Once(i64),
    /// Month and day.
    EveryYear(i8, i8),
}

impl Day {
    /// `2026-12-25`, or `12-25`; `None`: there is no such day.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, digits: usize| {
            part.parse::<i16>().ok().filter(|_| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))
        };
        let small = |part: &str| i8::try_from(number(part, 2)?).ok();
        match parts.as_slice() {
            [year, month, day] => {
                let date = civil::Date::new(number(year, 4)?, small(month)?, small(day)?).ok()?;
                let at = TimeZone::UTC.to_timestamp(date.to_datetime(civil::Time::midnight())).ok()?;
                Some(Self::Once(at.as_millisecond().div_euclid(super::DAY_MS)))
            }
            // A leap year has every day.
            [month, day] => {
                let date = civil::Date::new(2024, small(month)?, small(day)?).ok()?;
                Some(Self::EveryYear(date.month(), date.day()))
            }
            _ => None,
        }
    }

    /// Whether it is this day, by its number since 1970-01-01.
    #[must_use]
    pub fn is(self, day: i64) -> bool {
        match self {
            Self::Once(once) => once == day,
            Self::EveryYear(month, of_month) => {
                let at = Timestamp::from_millisecond(day.saturating_mul(super::DAY_MS));
                at.is_ok_and(|at| {
                    let date = TimeZone::UTC.to_datetime(at).date();
                    (date.month(), date.day()) == (month, of_month)
                })
            }
        }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// `Europe/Berlin`; `None`: there is no such zone.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        if name.is_empty() { None } else { DATABASE.get(name).ok().map(Self) }
    }

    /// What the clock shows at an instant; midnight of a Monday for instants that no calendar has.
    #[must_use]
    pub fn local(&self, at_ms: Ms) -> Local {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else { return Local { weekday: 0, time_of_day_ms: 0 } };
        let local = self.0.to_datetime(at);
        let since_midnight = [
            (i64::from(local.hour()), super::HOUR_MS),
            (i64::from(local.minute()), super::MINUTE_MS),
            (i64::from(local.second()), super::SECOND_MS),
            (i64::from(local.millisecond()), 1),
        ];
        let weekday = u8::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
        Local { weekday, time_of_day_ms: since_midnight.iter().map(|(count, unit_ms)| count * unit_ms).sum() }
    }

    /// What the clock shows at an instant, as the time at which a clock in UTC shows the same: [`Self::instant`] the other way.
    #[must_use]
    pub fn shown(&self, at_ms: Ms) -> Ms {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else { return at_ms };
        TimeZone::UTC.to_timestamp(self.0.to_datetime(at)).map_or(at_ms, Timestamp::as_millisecond)
    }

    /// The instant at which the clock shows what a clock in UTC shows at `shown_ms`. Of an hour that comes twice the first; one that
    /// is left out lies as far behind the change as it would have lain in it.
    #[must_use]
    pub fn instant(&self, shown_ms: Ms) -> Option<Ms> {
        let shown = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(shown_ms).ok()?);
        Some(self.0.to_ambiguous_timestamp(shown).compatible().ok()?.as_millisecond())
    }

    /// The instants after `from_ms` and within `days` at which the clock comes to show one of these times, or is changed; in
    /// order. A time that the clock shows twice is there twice, one that it leaves out is the instant of the change.
    #[must_use]
    pub fn instants(&self, from_ms: Ms, times_of_day_ms: &[Ms], days: i32) -> Vec<Ms> {
        let Ok(from) = Timestamp::from_millisecond(from_ms) else { return Vec::new() };
        let today = self.0.to_datetime(from).date();
        let mut instants = Vec::new();
        for day in 0..=days {
            let Ok(date) = today.checked_add(day.days()) else { break };
            for time_ms in times_of_day_ms {
                let Some(time) = time_of(*time_ms) else { continue };
                let ambiguous = self.0.to_ambiguous_timestamp(date.to_datetime(time));
                let both = [ambiguous.earlier(), ambiguous.later()];
                instants.extend(both.into_iter().flatten().map(Timestamp::as_millisecond));
            }
        }
        let until_ms = from_ms.saturating_add(Ms::from(days) * super::DAY_MS);
        let changes = self.0.following(from).map(|change| change.timestamp().as_millisecond());
        instants.extend(changes.take_while(|at_ms| *at_ms <= until_ms));
        instants.retain(|at_ms| *at_ms > from_ms);
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}

fn time_of(time_of_day_ms: Ms) -> Option<civil::Time> {
    let part = |unit_ms: Ms, of: Ms| i8::try_from(time_of_day_ms / unit_ms % of).ok();
    civil::Time::new(part(super::HOUR_MS, 24)?, part(super::MINUTE_MS, 60)?, part(super::SECOND_MS, 60)?, 0).ok()
}

/// The names of all zones.
#[must_use]
pub fn names() -> Vec<String> {
    DATABASE.available().map(|name| name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{HOUR_MS, MINUTE_MS};

    /// 2026-03-29T00:00:00Z: at one o'clock UTC the clocks of Berlin go from two to three.
    const SPRING_MS: Ms = 1_774_742_400_000;
    /// 2026-10-25T00:00:00Z: at one o'clock UTC they go from three back to two.
    const AUTUMN_MS: Ms = 1_792_886_400_000;

    #[test]
    fn the_clock_is_read_on_both_sides_of_a_change() {
        let berlin = Zone::find("Europe/Berlin").expect("a zone");
        let shown = |at_ms| (berlin.local(at_ms).weekday, berlin.local(at_ms).time_of_day_ms);
        assert_eq!(shown(SPRING_MS + 59 * MINUTE_MS), (6, HOUR_MS + 59 * MINUTE_MS));
        assert_eq!(shown(SPRING_MS + HOUR_MS), (6, 3 * HOUR_MS));
        assert_eq!(shown(AUTUMN_MS + 59 * MINUTE_MS), (6, 2 * HOUR_MS + 59 * MINUTE_MS));
        assert_eq!(shown(AUTUMN_MS + HOUR_MS), (6, 2 * HOUR_MS));
    }

    #[test]
    fn a_time_that_is_shown_twice_or_never_has_its_instants() {
        let berlin = Zone::find("Europe/Berlin").expect("a zone");
        let half_past_two = 2 * HOUR_MS + 30 * MINUTE_MS;
        let first =
            |from_ms| berlin.instants(from_ms, &[half_past_two], 1).into_iter().map(|at| at - from_ms).collect::<Vec<_>>();
        // Left out: the change itself is among them.
        assert!(first(SPRING_MS).contains(&HOUR_MS));
        assert_eq!(&first(AUTUMN_MS)[..3], [30 * MINUTE_MS, HOUR_MS, HOUR_MS + 30 * MINUTE_MS]);
    }

    #[test]
    fn what_is_no_zone_is_not_found() {
        for name in ["", "Berlin", "Europe/Atlantis", "../etc/passwd"] {
            assert_eq!(Zone::find(name), None, "{name}");
        }
        assert!(names().iter().any(|n| n == "America/New_York"));
    }
}
