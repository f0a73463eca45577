//! The simulated shop: an endless, seeded stream of records in the order of their record times.
//!
//! Visitors live in one queue of planned acts. The earliest act is taken, may give one event, and plans what comes next. Events
//! that arrive late wait, already written, in a second queue until their record time. Chance comes from one seeded source that
//! writing never touches, so a dry run meets the same events.

use super::dice::Dice;
use super::dirt::{self, Dirt};
use super::hours;
use super::people::Visitor;
use super::write::{self, What};
use crate::domain::{DAY_MS, Ms};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How a shop is to be simulated.
#[derive(Debug, Clone)]
pub struct ShopOptions {
    pub seed: u64,
    pub prospects: u32,
    /// Absolute time (Unix ms) of the shop's first moment.
    pub start_ms: Ms,
    /// Share of events that arrive late, and by how much at most.
    pub late: f64,
    pub late_by_ms: Ms,
    /// Share of records that are broken or come twice.
    pub dirt: f64,
    /// Values are padded to at least this many bytes.
    pub pad_bytes: usize,
}

impl Default for ShopOptions {
    fn default() -> Self {
        Self { seed: 1, prospects: 10_000, start_ms: 0, late: 0.0, late_by_ms: 10 * 60_000, dirt: 0.0, pad_bytes: 0 }
    }
}

/// The input topics, in the order of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Topic {
    #[default]
    Clickstream,
    Email,
    Cart,
}

impl Topic {
    pub const ALL: [Self; 3] = [Self::Clickstream, Self::Email, Self::Cart];

    /// The topic's name before any prefix, also the name of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clickstream => "clickstream",
            Self::Email => "email",
            Self::Cart => "cart",
        }
    }

    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// One record as it would lie in Kafka. Reused between calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub topic: Topic,
    pub record_ms: Ms,
    pub key: Option<Vec<u8>>,
    pub value: Vec<u8>,
}

/// What a visitor (or the shop's mailer) will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Come by; void when another visit began since.
    Visit(u32),
    /// The next step of a visit.
    Step(u32),
    Newsletter,
    /// Reminder n of a cart.
    Reminder(u8, u32),
    Open(Campaign),
    Click(Campaign),
    Complain(Campaign),
    Unsubscribe(Campaign),
    Resubscribe,
    /// An order comes back.
    Refund(u32),
}

/// Which mailing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Campaign {
    Newsletter(u32),
    Reminder(u8, u32),
}

/// In the order of time; the number makes it total.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Planned {
    at_ms: Ms,
    number: u64,
    visitor: u32,
    act: Act,
}

/// An event on its way, written but for its record time.
#[derive(Debug, PartialEq, Eq)]
struct Delayed {
    at_ms: Ms,
    number: u64,
    record: Record,
    /// Where `receivedAt` stands in the value.
    received_at: Option<usize>,
}

impl Ord for Delayed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_ms, self.number).cmp(&(other.at_ms, other.number))
    }
}

impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The simulated shop. Its own time runs from 0, the midnight before its first event.
#[derive(Debug)]
pub struct Shop {
    options: ShopOptions,
    pub(super) dice: Dice,
    pub(super) visitors: Vec<Visitor>,
    planned: BinaryHeap<Reverse<Planned>>,
    delayed: BinaryHeap<Reverse<Delayed>>,
    plans: u64,
    events: u64,
    now_ms: Ms,
    dates: write::Dates,
}

impl Shop {
    #[must_use]
    pub fn new(options: ShopOptions) -> Self {
        let mut dice = Dice::new(options.seed);
        let visitors: Vec<Visitor> = (0..options.prospects.max(1)).map(|_| Visitor::new(&mut dice)).collect();
        let mut shop = Self {
            planned: BinaryHeap::with_capacity(visitors.len() * 2),
            options,
            dice,
            visitors,
            delayed: BinaryHeap::new(),
            plans: 0,
            events: 0,
            now_ms: 0,
            dates: write::Dates::default(),
        };
        for n in 0..u32::try_from(shop.visitors.len()).unwrap_or(u32::MAX) {
            shop.plan_visit(n);
            shop.plan_newsletter(n);
        }
        shop
    }

    /// The shop's own time of the record given last (milliseconds since its first moment).
    #[must_use]
    pub fn elapsed_ms(&self) -> Ms {
        self.now_ms
    }

    /// The shop's own time at which the next record will come, at the earliest.
    #[must_use]
    pub fn next_at_ms(&self) -> Ms {
        let planned = self.planned.peek().map_or(Ms::MAX, |Reverse(p)| p.at_ms);
        self.delayed.peek().map_or(planned, |Reverse(d)| d.at_ms.min(planned))
    }

    /// The next record, with times counted from the start.
    pub fn next_into(&mut self, into: &mut Record) {
        self.take(Some(into), None);
    }

    /// The next record as if it happened now: `record_ms` is its record time.
    pub fn next_at(&mut self, record_ms: Ms, into: &mut Record) {
        self.take(Some(into), Some(record_ms));
    }

    /// Passes over the next record without writing it.
    pub fn skip_one(&mut self) {
        self.take(None, None);
    }

    fn take(&mut self, mut into: Option<&mut Record>, stamp_ms: Option<Ms>) {
        loop {
            let planned_ms = self.planned.peek().map_or(Ms::MAX, |Reverse(p)| p.at_ms);
            if self.delayed.peek().is_some_and(|Reverse(d)| d.at_ms <= planned_ms) {
                let Some(Reverse(delayed)) = self.delayed.pop() else { continue };
                self.now_ms = delayed.at_ms;
                if let Some(into) = into {
                    self.deliver(delayed, stamp_ms, into);
                }
                return;
            }
            // Every visitor always has a visit planned, so the queue never runs dry.
            let Some(Reverse(planned)) = self.planned.pop() else { return };
            self.now_ms = planned.at_ms;
            let Some(what) = self.act(planned.visitor, planned.act) else { continue };
            if self.emit(planned.visitor, &what, into.as_deref_mut(), stamp_ms) {
                return;
            }
        }
    }

    fn deliver(&mut self, delayed: Delayed, stamp_ms: Option<Ms>, into: &mut Record) {
        *into = delayed.record;
        into.record_ms = stamp_ms.unwrap_or(self.options.start_ms + delayed.at_ms);
        if let Some(at) = delayed.received_at {
            self.dates.patch(&mut into.value[at..], into.record_ms);
        }
    }

    /// Writes the event, or puts it on its way; whether a record came out now.
    fn emit(&mut self, visitor: u32, what: &What, into: Option<&mut Record>, stamp_ms: Option<Ms>) -> bool {
        self.events += 1;
        // From the browser, or the mail service, to the collector.
        let lag_ms = self.dice.between(40, 640);
        let late_ms = if self.dice.chance(self.options.late) {
            Some(self.dice.between(5_000, self.options.late_by_ms.max(5_000)))
        } else {
            None
        };
        let dirt = if self.dice.chance(self.options.dirt) { Some(Dirt::pick(&mut self.dice)) } else { None };
        let again_ms = if dirt == Some(Dirt::Twice) { Some(self.dice.between(500, 60_000)) } else { None };
        let mut own = Record::default();
        let dry = into.is_none();
        let record = match into {
            Some(record) => record,
            None => &mut own,
        };
        let record_ms = stamp_ms.unwrap_or(self.options.start_ms + self.now_ms);
        let mut received_at = None;
        if !dry {
            let stamp = write::Stamp { event_ms: record_ms - lag_ms, record_ms, number: self.events, seed: self.options.seed };
            let person = &self.visitors[visitor as usize];
            received_at = Some(write::event(record, &stamp, visitor, person, what, self.options.pad_bytes, &mut self.dates));
            if let Some(dirt) = dirt {
                received_at = dirt::spoil(dirt, record, self.events, received_at);
            }
        }
        for delay_ms in [late_ms, again_ms].into_iter().flatten() {
            let copy = Record { topic: record.topic, record_ms: 0, key: record.key.clone(), value: record.value.clone() };
            let late = Delayed { at_ms: self.now_ms + delay_ms, number: self.events, record: copy, received_at };
            self.delayed.push(Reverse(late));
        }
        late_ms.is_none()
    }

    pub(super) fn plan(&mut self, in_ms: Ms, visitor: u32, act: Act) {
        self.plans += 1;
        self.planned.push(Reverse(Planned { at_ms: self.now_ms + in_ms.max(1_500), number: self.plans, visitor, act }));
    }

    /// Plans the next visit by the visitor's own will.
    pub(super) fn plan_visit(&mut self, visitor: u32) {
        let person = &self.visitors[visitor as usize];
        let gap_ms = self.dice.around(DAY_MS as f64 / person.habits().visits_per_day);
        let visit = person.visit;
        let at_ms = hours::from_shop(hours::to_shop(self.now_ms) + gap_ms);
        self.plan(at_ms - self.now_ms, visitor, Act::Visit(visit));
    }

    pub(super) fn now_ms(&self) -> Ms {
        self.now_ms
    }
}

impl Iterator for Shop {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let mut record = Record::default();
        self.next_into(&mut record);
        Some(record)
    }
}
