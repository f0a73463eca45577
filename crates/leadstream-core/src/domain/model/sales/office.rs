//! Office hours and holidays: by them the time is counted in which sales has to answer.

use crate::domain::zones::{Day, Zone};
use crate::domain::{DAY_MS, Ms};

/// So far ahead the calendar is looked at: offices that stay closed for longer count time as if there were none.
const MAX_DAYS: i64 = 4_000;

/// When sales is at work.
#[derive(Debug, Clone)]
pub struct Office {
    pub zone: Zone,
    pub from_ms: Ms,
    pub to_ms: Ms,
    /// Bit 0 is Monday.
    pub weekdays: u8,
    pub holidays: Vec<Day>,
}

impl Office {
    /// The instant at which this much office time has passed. The clock of the office decides, also on the days on which it is
    /// changed.
    #[must_use]
    pub fn due_ms(&self, from_ms: Ms, length_ms: Ms) -> Ms {
        let mut left_ms = length_ms;
        // A shift over midnight belongs to the day on which it begins.
        let first = self.zone.shown(from_ms).div_euclid(DAY_MS) - 1;
        for day in first..first + MAX_DAYS {
            if !self.is_open(day) {
                continue;
            }
            let over = if self.to_ms <= self.from_ms { DAY_MS } else { 0 };
            let shown = |time_ms: Ms| self.zone.instant(day * DAY_MS + time_ms);
            let (Some(opens_ms), Some(closes_ms)) = (shown(self.from_ms), shown(self.to_ms + over)) else { break };
            let open_ms = closes_ms - opens_ms.max(from_ms);
            if open_ms <= 0 {
                continue;
            }
            if left_ms <= open_ms {
                return opens_ms.max(from_ms) + left_ms;
            }
            left_ms -= open_ms;
        }
        from_ms.saturating_add(length_ms)
    }

    fn is_open(&self, day: i64) -> bool {
        // 1970-01-01 was a Thursday.
        self.weekdays & (1 << (day + 3).rem_euclid(7)) != 0 && !self.holidays.iter().any(|holiday| holiday.is(day))
    }
}
