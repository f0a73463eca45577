//! The simulated shop: an endless, seeded stream of records in the order of their record times.
//!
//! Visitors live in one queue of planned acts. The earliest act is taken, may give one event, and plans what comes next. Events
//! that arrive late wait in the [outlet](super::outlet). Chance comes from one seeded source that writing never touches, so a dry
//! run meets the same events.

use super::agenda::Agenda;
use super::daily_curve;
use super::options::ShopOptions;
use super::outlet::{Outlet, Slot};
use super::people::Visitor;
use super::record::Record;
use super::rng::SeededRng;
use super::scene::Scene;
use super::sources::Sources;
use super::what::Campaign;
use crate::domain::{DAY_MS, Ms};

/// What a visitor (or the shop's mailer) will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The simulated shop. Its own time runs from 0, the midnight before its first event.
#[derive(Debug)]
pub struct Shop {
    pad_bytes: usize,
    sources: Sources,
    pub(super) rng: SeededRng,
    pub(super) visitors: Vec<Visitor>,
    agenda: Agenda<Act>,
    outlet: Outlet,
    now_ms: Ms,
}

impl Shop {
    #[must_use]
    pub fn new(options: ShopOptions) -> Self {
        let mut rng = SeededRng::new(options.seed);
        let visitors: Vec<Visitor> = (0..options.prospects.max(1)).map(|_| Visitor::new(&mut rng, options.several_ids)).collect();
        let (pad_bytes, sources) = (options.pad_bytes, options.sources);
        let mut shop = Self { pad_bytes, sources, outlet: Outlet::new(options), rng, visitors, agenda: Agenda::new(), now_ms: 0 };
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
        self.agenda.next_ms().min(self.outlet.next_ms())
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
            let slot = Slot { into: into.as_deref_mut(), stamp_ms };
            if self.outlet.next_ms() <= self.agenda.next_ms() {
                if let Some(at_ms) = self.outlet.arrive(slot) {
                    self.now_ms = at_ms;
                }
                return;
            }
            // Every visitor always has a visit planned, so the agenda never runs dry.
            let Some(planned) = self.agenda.take() else { return };
            self.now_ms = planned.at_ms;
            let Some(what) = self.act(planned.who, planned.act) else { continue };
            let (person, pad_bytes, sources) = (&self.visitors[planned.who as usize], self.pad_bytes, self.sources);
            let written = self.outlet.emit(self.now_ms, &mut self.rng, slot, |record, stamp, dates| {
                sources.write(record, &Scene { stamp, visitor: planned.who, person, what: &what }, pad_bytes, dates)
            });
            if written {
                return;
            }
        }
    }

    pub(super) fn plan(&mut self, in_ms: Ms, visitor: u32, act: Act) {
        self.agenda.plan(self.now_ms, in_ms, visitor, act);
    }

    /// Plans the next visit by the visitor's own will.
    pub(super) fn plan_visit(&mut self, visitor: u32) {
        let person = &self.visitors[visitor as usize];
        let gap_ms = self.rng.around(DAY_MS as f64 / person.habits().visits_per_day);
        let visit = person.visit;
        let at_ms = daily_curve::from_shop(daily_curve::to_shop(self.now_ms) + gap_ms);
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
