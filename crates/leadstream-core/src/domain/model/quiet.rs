//! Quiet hours and weekdays, on the prospect's own clock.

use crate::domain::ids::hash64;
use crate::domain::names::PropertyId;
use crate::domain::zones::Zone;
use crate::domain::{DAY_MS, Ms};

/// Within this many days every weekday comes, whatever the clock does.
const SEARCH_DAYS: i32 = 9;

/// When no mail may leave.
#[derive(Debug, Clone, Default)]
pub struct Quiet {
    /// From, to: times of day; over midnight when `from` is the later one.
    pub hours: Option<(Ms, Ms)>,
    /// The days on which mail may leave: bit 0 is Monday.
    pub weekdays: u8,
    /// For prospects whose own is not known.
    pub zone: Zone,
    /// A trigger that is due in quiet hours waits for their end; else it is skipped.
    pub hold: bool,
    /// How long a trigger may wait after it was due.
    pub max_hold_ms: Option<Ms>,
    /// Where events say the prospect's own zone.
    pub zone_properties: Vec<PropertyId>,
    /// What was held leaves within this time from the first allowed instant on, not all in one millisecond; `None`: at once.
    pub spread_ms: Option<Ms>,
}

/// Whose mail it is, and which: what is held is spread by it, the same way whenever it is computed.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The prospect, and its own time zone, if it was said.
    pub key: &'a str,
    pub zone: Option<&'a str>,
    /// [`crate::domain::ids::name_hash`] of the trigger's name.
    pub trigger: u32,
}

impl Whose<'_> {
    fn place_in(self, window_ms: Ms) -> Ms {
        let hash = hash64(&(hash64(self.key.as_bytes()) ^ u64::from(self.trigger)).to_le_bytes());
        i64::try_from(hash % window_ms.max(1).unsigned_abs()).unwrap_or_default()
    }
}

impl Quiet {
    /// The first instant from `from_ms` on at which a trigger that was due at `due_ms` may leave; `None`: it waits too long, or
    /// must not wait.
    #[must_use]
    pub fn wait_from(&self, whose: Whose<'_>, from_ms: Ms, due_ms: Ms) -> Option<Ms> {
        let own = whose.zone.and_then(Zone::find);
        let zone = own.as_ref().unwrap_or(&self.zone);
        if self.allows(zone, from_ms) {
            return Some(from_ms);
        }
        let latest_ms = self.max_hold_ms.map_or(Ms::MAX, |max| due_ms.saturating_add(max));
        let first = self.first_allowed(zone, from_ms)?;
        (self.hold && first <= latest_ms).then(|| first + whose.place_in(self.window_ms(zone, first, latest_ms)))
    }

    /// How long after the first allowed instant what was held may leave: not in quiet hours again, and no later than it may wait.
    fn window_ms(&self, zone: &Zone, first_ms: Ms, latest_ms: Ms) -> Ms {
        let Some(spread_ms) = self.spread_ms else { return 1 };
        let begins_ms = self.hours.map_or(0, |(from_ms, _)| from_ms);
        let spread_ms = spread_ms.min(DAY_MS).min(latest_ms.saturating_sub(first_ms).saturating_add(1));
        let again = zone.instants(first_ms, &[0, begins_ms], 1).into_iter().find(|at_ms| !self.allows(zone, *at_ms));
        again.map_or(spread_ms, |again_ms| spread_ms.min(again_ms - first_ms))
    }

    fn allows(&self, zone: &Zone, at_ms: Ms) -> bool {
        let local = zone.local(at_ms);
        let time_ms = local.time_of_day_ms;
        let is_quiet = self.hours.is_some_and(|(from_ms, to_ms)| {
            if from_ms < to_ms { (from_ms..to_ms).contains(&time_ms) } else { time_ms >= from_ms || time_ms < to_ms }
        });
        self.weekdays & (1 << local.weekday) != 0 && !is_quiet
    }

    /// Mail becomes allowed when quiet hours end, when a day begins, or when the clock is changed.
    fn first_allowed(&self, zone: &Zone, from_ms: Ms) -> Option<Ms> {
        let ends_ms = self.hours.map_or(0, |(_, to_ms)| to_ms);
        zone.instants(from_ms, &[0, ends_ms], SEARCH_DAYS).into_iter().find(|at_ms| self.allows(zone, *at_ms))
    }
}
