//! When an event happened, by what it says itself of the clock of who sent it.
//!
//! Three clocks may be wrong: the sender's by any amount (`sentAt` beside the time of arrival shows it), its zone by whole or half
//! hours (a time written without one), and the record's, which nothing here can tell.

use super::options::Options;
use crate::domain::event::{Clock, Corrected};
use crate::domain::zones::Zone;
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms, YEAR_9999_END_MS};
use crate::runtime::ports::{DeadReason, Rejected, credible_ms};
use crate::wire::time::Written;

/// A clock that is less wrong than this is right: the way of an event takes time, too.
const LEAST_FAULT_MS: Ms = MINUTE_MS;
/// Zones lie so far from UTC at most, and differ by whole half hours.
const FURTHEST_ZONE_MS: Ms = 14 * HOUR_MS;
const ZONE_STEP_MS: Ms = 30 * MINUTE_MS;
/// How long an event may have been on its way for its local time to be recognised.
const LONGEST_WAY_MS: Ms = 2 * MINUTE_MS;

/// When an event happened and arrived.
pub(super) struct Instants {
    pub time_ms: Ms,
    pub record_ms: Ms,
    pub clamped: bool,
    pub corrected: Option<Corrected>,
}

/// The times that an event says.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Times {
    pub timestamp: Option<Written>,
    pub original_timestamp: Option<Written>,
    pub sent_at: Option<Written>,
    pub received_at: Option<Written>,
}

impl Times {
    /// Event time, record time, and what was done to the event's.
    pub(super) fn instants(
        &self,
        record: Option<Written>,
        zone: Option<&Zone>,
        options: &Options,
        value: &[u8],
    ) -> Result<Instants, Rejected> {
        let refuse = |detail| Err(Rejected { reason: DeadReason::AbsurdTime, detail });
        let (own_ms, corrected) = self.happened(record, zone).unzip();
        let record_ms = record.map(|record| record.in_zone_or_utc(zone));
        let Some(record_ms) = record_ms.or_else(|| credible_ms(own_ms)) else {
            return refuse(without_time(value));
        };
        if record_ms > YEAR_9999_END_MS {
            return refuse("the record's time lies beyond the year 9999".to_owned());
        }
        let (mut time_ms, mut corrected) = (own_ms.unwrap_or(record_ms), corrected.flatten());
        let latest_ms = record_ms.saturating_add(options.allowed_skew_ms);
        let earliest_ms = record_ms.saturating_sub(options.max_age_ms);
        if let Some(of) = corrected
            && !(earliest_ms..=latest_ms).contains(&time_ms)
        {
            // It makes nothing better: what is wrong is what it was corrected by.
            (time_ms, corrected) = (time_ms.saturating_sub(of.by_ms), None);
        }
        if time_ms > latest_ms {
            return Ok(Instants { time_ms: record_ms, record_ms, clamped: true, corrected: None });
        }
        if time_ms < earliest_ms {
            return refuse(format!(
                "the event is {} days older than its record, at most {} are allowed",
                record_ms.saturating_sub(time_ms) / DAY_MS,
                options.max_age_ms / DAY_MS
            ));
        }
        Ok(Instants { time_ms, record_ms, clamped: false, corrected })
    }

    /// When it happened, and what was corrected of what it says. `record`: when it arrived, as far as nothing in it says that.
    pub(super) fn happened(&self, record: Option<Written>, zone: Option<&Zone>) -> Option<(Ms, Option<Corrected>)> {
        let own = self.timestamp.or(self.original_timestamp)?;
        let arrival = self.received_at.or(record);
        // One program wrote both: what was just sent shows its zone also where the event has waited.
        let (own_ms, local) = in_utc(own, self.sent_at.filter(|sent| !sent.has_zone).unwrap_or(own), arrival, zone);
        let (Some(sent), Some(arrival)) = (self.sent_at, arrival) else { return Some((own_ms, local)) };
        let (sent_ms, _) = in_utc(sent, sent, Some(arrival), zone);
        let arrival_ms = arrival.in_zone_or_utc(zone);
        let fault_ms = arrival_ms.saturating_sub(sent_ms);
        if fault_ms.abs() < LEAST_FAULT_MS || self.is_corrected(own_ms, sent_ms, arrival_ms) {
            return Some((own_ms, local));
        }
        Some((own_ms.saturating_add(fault_ms), Some(Corrected { by_ms: fault_ms, clock: Clock::Sender })))
    }

    /// Whether the time is none of the sender's clock any more.
    fn is_corrected(&self, own_ms: Ms, sent_ms: Ms, arrival_ms: Ms) -> bool {
        // By the clock that it was sent by, an event can't have happened after it was sent: these are two clocks.
        if own_ms > sent_ms.saturating_add(LEAST_FAULT_MS) {
            return true;
        }
        match (self.timestamp, self.original_timestamp) {
            (Some(timestamp), Some(original)) => timestamp != original,
            // As many senders of `timestamp` alone have corrected it as have not: what stands at its arrival is right.
            (Some(_), None) => (arrival_ms.saturating_sub(own_ms)).abs() < LEAST_FAULT_MS,
            (None, _) => false,
        }
    }
}

/// A time without a zone is that of the setting; without a setting it is UTC, unless what its program wrote last lies off its arrival as
/// local times do.
fn in_utc(time: Written, last: Written, arrival: Option<Written>, zone: Option<&Zone>) -> (Ms, Option<Corrected>) {
    if time.has_zone || zone.is_some() {
        return (time.in_zone_or_utc(zone), None);
    }
    let by_ms = arrival.filter(|arrival| arrival.has_zone).and_then(|arrival| zone_between(last.ms, arrival.ms));
    match by_ms {
        Some(by_ms) => (time.ms + by_ms, Some(Corrected { by_ms, clock: Clock::Local })),
        None => (time.ms, None),
    }
}

/// What makes UTC of a local time that arrived at once.
fn zone_between(local_ms: Ms, arrival_ms: Ms) -> Option<Ms> {
    // A day alone says no time.
    if local_ms % DAY_MS == 0 {
        return None;
    }
    let apart_ms = arrival_ms.saturating_sub(local_ms);
    let steps = apart_ms.saturating_add(LEAST_FAULT_MS).div_euclid(ZONE_STEP_MS);
    let (by_ms, way_ms) = (steps * ZONE_STEP_MS, apart_ms.saturating_sub(steps * ZONE_STEP_MS));
    (by_ms != 0 && by_ms.abs() <= FURTHEST_ZONE_MS && way_ms <= LONGEST_WAY_MS).then_some(by_ms)
}

impl Written {
    pub(super) fn in_zone_or_utc(self, zone: Option<&Zone>) -> Ms {
        zone.map_or(self.ms, |zone| self.in_zone(zone))
    }
}

/// Why an event without any time is refused; its times as it writes them, so that what could not be read is seen.
#[cold]
fn without_time(value: &[u8]) -> String {
    let why = "neither the event nor its record has a time that can be read (before the year 2000 is none)";
    quoted(value).map_or_else(|| why.to_owned(), |said| format!("{why}: {said}"))
}

fn quoted(value: &[u8]) -> Option<String> {
    const KEYS: [&str; 8] =
        ["timestamp", "originalTimestamp", "receivedAt", "sentAt", "original_timestamp", "received_at", "sent_at", "time"];
    const LONGEST_CHARS: usize = 80;
    let event: serde_json::Value = serde_json::from_slice(value).ok()?;
    let said = KEYS.iter().filter_map(|key| Some((key, event.get(key).filter(|value| !value.is_null())?)));
    let said: Vec<String> =
        said.map(|(key, value)| format!("{key} {}", value.to_string().chars().take(LONGEST_CHARS).collect::<String>())).collect();
    if said.is_empty() { None } else { Some(said.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Written> {
        crate::wire::time::parse_text(text)
    }

    fn happened(times: Times, zone: Option<&str>) -> (Ms, Option<(Ms, Clock)>) {
        let zone = zone.map(|name| Zone::find(name).unwrap());
        let (ms, corrected) = times.happened(None, zone.as_ref()).unwrap();
        (ms - at("2026-09-14T09:00:00Z").unwrap().ms, corrected.map(|c| (c.by_ms, c.clock)))
    }

    #[test]
    fn a_senders_clock_is_corrected_where_the_event_shows_it() {
        let arrived = at("2026-09-14T09:10:00.500Z");
        let times = |timestamp: &str, original: &str, sent: &str| Times {
            timestamp: at(timestamp),
            original_timestamp: at(original),
            sent_at: at(sent),
            received_at: arrived,
        };
        let (ten, hour) = (10 * MINUTE_MS, HOUR_MS + 400);
        for (said, want) in [
            // An hour behind, and an hour ahead.
            (times("2026-09-14T08:10:00Z", "", "2026-09-14T08:10:00.100Z"), (ten + 400, Some((hour, Clock::Sender)))),
            (times("", "2026-09-14T08:10:00Z", "2026-09-14T08:10:00.100Z"), (ten + 400, Some((hour, Clock::Sender)))),
            (times("", "2026-09-14T10:10:00Z", "2026-09-14T10:10:00.500Z"), (ten, Some((-HOUR_MS, Clock::Sender)))),
            // Both are written as one: nothing was corrected.
            (
                times("2026-09-14T08:10:00Z", "2026-09-14T08:10:00Z", "2026-09-14T08:10:00.100Z"),
                (ten + 400, Some((hour, Clock::Sender))),
            ),
            // Corrected on the way.
            (times("2026-09-14T09:10:00Z", "2026-09-14T08:10:00Z", "2026-09-14T08:10:00.100Z"), (ten, None)),
            (times("2026-09-14T09:10:00Z", "", "2026-09-14T08:10:00.100Z"), (ten, None)),
            (times("2026-09-14T09:10:00Z", "", "2026-09-14T10:10:00.100Z"), (ten, None)),
            // A clock that was never set sends what a clock that is right has written.
            (times("", "2026-09-14T09:05:00Z", "1970-01-01T00:00:00Z"), (5 * MINUTE_MS, None)),
            // It waited two hours in a queue, and its clock is right.
            (times("2026-09-14T07:00:00Z", "", "2026-09-14T09:10:00.100Z"), (-2 * HOUR_MS, None)),
            // It waited, and its clock is an hour behind.
            (times("", "2026-09-14T06:00:00Z", "2026-09-14T08:10:00.500Z"), (-2 * HOUR_MS, Some((HOUR_MS, Clock::Sender)))),
            // No clock, but the network.
            (times("2026-09-14T09:09:00Z", "", "2026-09-14T09:09:30.500Z"), (9 * MINUTE_MS, None)),
            (times("2026-09-14T08:10:00Z", "", ""), (ten - HOUR_MS, None)),
        ] {
            assert_eq!(happened(said, None), want, "{said:?}");
        }
    }

    #[test]
    fn local_times_of_an_event_that_waited_are_recognised_by_when_it_was_sent() {
        let times = |sent: &str| Times {
            timestamp: at("2026-09-14 08:20:00"),
            sent_at: at(sent),
            received_at: at("2026-09-14T09:00:01Z"),
            ..Times::default()
        };
        let two_hours = (-2 * HOUR_MS, Clock::Local);
        assert_eq!(happened(times("2026-09-14 11:00:00"), None), (-2 * HOUR_MS - 40 * MINUTE_MS, Some(two_hours)));
        assert_eq!(happened(times("2026-09-14 09:00:00"), None), (-40 * MINUTE_MS, None));
    }

    #[test]
    fn a_correction_that_makes_a_good_time_absurd_is_none() {
        let times = |said: &str, sent: &str| Times {
            original_timestamp: at(said),
            sent_at: at(sent),
            received_at: at("2026-09-14T09:00:00Z"),
            ..Times::default()
        };
        let instants = |times: Times| times.instants(times.received_at, None, &Options::default(), b"{}").ok();
        let right = instants(times("2026-09-14T08:40:00Z", "2029-01-01T00:00:00Z")).unwrap();
        assert_eq!((right.record_ms - right.time_ms, right.corrected), (20 * MINUTE_MS, None));
        let wrong = instants(times("2028-12-31T23:40:00Z", "2029-01-01T00:00:00Z")).unwrap();
        assert_eq!((wrong.record_ms - wrong.time_ms, wrong.corrected.is_some()), (20 * MINUTE_MS, true));
        assert!(instants(times("2020-01-01T00:00:00Z", "2026-09-14T09:00:00Z")).is_none(), "too old all the same");
    }

    #[test]
    fn a_clock_that_was_never_set_tells_how_long_ago_it_was() {
        let times = Times {
            original_timestamp: at("1970-01-01T00:10:00Z"),
            sent_at: at("1970-01-01T00:20:00Z"),
            received_at: at("2026-09-14T09:10:00Z"),
            ..Times::default()
        };
        assert_eq!(happened(times, None).0, 0);
    }

    #[test]
    fn local_times_are_recognised_by_their_arrival_unless_the_zone_is_set() {
        let times =
            |timestamp: &str, received: &str| Times { timestamp: at(timestamp), received_at: at(received), ..Times::default() };
        let utc = "2026-09-14T09:00:01Z";
        for (said, zone, want) in [
            (times("2026-09-14 05:00:00", utc), None, (0, Some((4 * HOUR_MS, Clock::Local)))),
            (times("2026-09-14T11:00:00", utc), None, (0, Some((-2 * HOUR_MS, Clock::Local)))),
            (times("2026-09-14 14:30:00", utc), None, (0, Some((-5 * HOUR_MS - 30 * MINUTE_MS, Clock::Local)))),
            // With a zone it says what it means.
            (times("2026-09-14 05:00:00Z", utc), None, (-4 * HOUR_MS, None)),
            // UTC, and late by no half hours.
            (times("2026-09-14 09:00:00", utc), None, (0, None)),
            (times("2026-09-14 08:40:00", utc), None, (-20 * MINUTE_MS, None)),
            (times("2026-09-13 09:00:00", utc), None, (-DAY_MS, None)),
            (times("2026-09-14", utc), None, (-9 * HOUR_MS, None)),
            // Both without: one clock wrote both.
            (times("2026-09-14 05:00:00", "2026-09-14 09:00:01"), None, (-4 * HOUR_MS, None)),
            // A setting ends the guessing.
            (times("2026-09-14 05:00:00", utc), Some("UTC"), (-4 * HOUR_MS, None)),
            (times("2026-09-14 05:00:00", utc), Some("America/New_York"), (0, None)),
            (times("2026-09-14 04:00:00", utc), Some("America/New_York"), (-HOUR_MS, None)),
        ] {
            assert_eq!(happened(said, zone), want, "{said:?} {zone:?}");
        }
    }
}
