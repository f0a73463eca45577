//! Quiet hours and weekdays, on the prospect's own clock.

use crate::domain::Ms;
use crate::domain::names::PropertyId;
use crate::domain::zones::Zone;

/// Within so many days every weekday comes, whatever the clock does.
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
    /// For so long at most, from when it was due.
    pub max_hold_ms: Option<Ms>,
    /// Where events say the prospect's own zone.
    pub zone_properties: Vec<PropertyId>,
}

impl Quiet {
    /// The first instant from `from_ms` on at which a trigger that was due at `due_ms` may leave; `None`: it waits too long, or
    /// must not wait.
    #[must_use]
    pub fn wait_from(&self, own_zone: Option<&str>, from_ms: Ms, due_ms: Ms) -> Option<Ms> {
        let own = own_zone.and_then(Zone::find);
        let zone = own.as_ref().unwrap_or(&self.zone);
        if self.allows(zone, from_ms) {
            return Some(from_ms);
        }
        let latest_ms = self.max_hold_ms.map_or(Ms::MAX, |max| due_ms.saturating_add(max));
        let first = self.first_allowed(zone, from_ms)?;
        (self.hold && first <= latest_ms).then_some(first)
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
