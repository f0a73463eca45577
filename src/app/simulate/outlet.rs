//! Where events leave a simulated shop: on time, late, twice or corrupted. Late ones wait here, already written, until their record
//! time.

use super::corruption::{Corruption, corrupt};
use super::json_writer::{Dates, Stamp};
use super::options::ShopOptions;
use super::record::Record;
use super::rng::SeededRng;
use crate::domain::Ms;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// What leaves a shop.
#[derive(Debug)]
pub(super) struct Outlet {
    options: ShopOptions,
    delayed: BinaryHeap<Reverse<Delayed>>,
    events: u64,
    dates: Dates,
}

/// An event on its way, written but for its record time.
#[derive(Debug, PartialEq, Eq)]
struct Delayed {
    at_ms: Ms,
    number: u64,
    record: Record,
    /// Where `receivedAt` stands in the value, if there is one.
    received_at: Option<usize>,
}

impl Ord for Delayed {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at_ms, self.number).cmp(&(other.at_ms, other.number))
    }
}

impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where the record goes that comes out next, if anywhere, and the time it shall carry in place of its own.
pub(super) struct Slot<'a> {
    pub into: Option<&'a mut Record>,
    pub stamp_ms: Option<Ms>,
}

impl Outlet {
    pub(super) fn new(options: ShopOptions) -> Self {
        Self { options, delayed: BinaryHeap::new(), events: 0, dates: Dates::default() }
    }

    /// When the next event that is on its way arrives.
    pub(super) fn next_ms(&self) -> Ms {
        self.delayed.peek().map_or(Ms::MAX, |Reverse(d)| d.at_ms)
    }

    /// Gives the event that arrives next away; when it arrived.
    pub(super) fn arrive(&mut self, slot: Slot<'_>) -> Option<Ms> {
        let Reverse(delayed) = self.delayed.pop()?;
        if let Some(into) = slot.into {
            *into = delayed.record;
            into.record_ms = slot.stamp_ms.unwrap_or(self.options.start_ms + delayed.at_ms);
            if let Some(at) = delayed.received_at {
                self.dates.patch(&mut into.value[at..], into.record_ms);
            }
        }
        Some(delayed.at_ms)
    }

    /// Lets an event be written, or puts it on its way; whether a record came out now.
    pub(super) fn emit(
        &mut self,
        now_ms: Ms,
        rng: &mut SeededRng,
        slot: Slot<'_>,
        write: impl FnOnce(&mut Record, &Stamp, &mut Dates) -> Option<usize>,
    ) -> bool {
        self.events += 1;
        // From the browser, or the mail service, to the collector.
        let lag_ms = rng.between(40, 640);
        let late_ms =
            if rng.chance(self.options.late) { Some(rng.between(5_000, self.options.late_by_ms.max(5_000))) } else { None };
        let corruption = if rng.chance(self.options.corrupt_share) { Some(Corruption::pick(rng)) } else { None };
        let again_ms = if corruption == Some(Corruption::Twice) { Some(rng.between(500, 60_000)) } else { None };
        let mut own = Record::default();
        let dry = slot.into.is_none();
        let record = slot.into.unwrap_or(&mut own);
        let record_ms = slot.stamp_ms.unwrap_or(self.options.start_ms + now_ms);
        let mut received_at = None;
        if !dry {
            let stamp = Stamp {
                event_ms: record_ms - lag_ms,
                record_ms,
                number: self.events,
                seed: self.options.seed,
                has_number_ids: self.options.sources.has_number_ids,
            };
            received_at = write(record, &stamp, &mut self.dates);
            if let Some(kind) = corruption {
                received_at = corrupt(kind, record, self.events, received_at);
            }
        }
        for delay_ms in [late_ms, again_ms].into_iter().flatten() {
            let late = Delayed { at_ms: now_ms + delay_ms, number: self.events, record: record.clone(), received_at };
            self.delayed.push(Reverse(late));
        }
        late_ms.is_none()
    }
}
