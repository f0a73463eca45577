//! The market itself: who lives in it, what is planned, and when people work. What they do is in the modules beside it.

use super::super::agenda::Agenda;
use super::super::outlet::Outlet;
use super::super::rng::SeededRng;
use super::act::Act;
use super::calendar::{Calendar, Pace};
use super::people::{Company, Person};
use super::what::What;
use crate::domain::{DAY_MS, Ms};

/// The simulated market. Its own time runs from 0, the midnight before its first event.
#[derive(Debug)]
pub struct Market {
    pub(super) pad_bytes: usize,
    pub(super) rng: SeededRng,
    pub(super) calendar: Calendar,
    pub(super) companies: Vec<Company>,
    pub(super) people: Vec<Person>,
    pub(super) agenda: Agenda<Act>,
    pub(super) outlet: Outlet,
    pub(super) now_ms: Ms,
    /// Numbers of contracts, orders and tickets.
    pub(super) numbers: u32,
}

impl Market {
    /// Plans what someone will do.
    pub(super) fn plan(&mut self, in_ms: Ms, who: u32, act: Act) {
        self.agenda.plan(self.now_ms, in_ms, who, act);
    }

    /// Plans an event of a person.
    pub(super) fn say(&mut self, in_ms: Ms, person: u32, what: What) {
        self.plan(in_ms, person, Act::Say(what));
    }

    pub(super) fn zone_of(&self, company: u32) -> usize {
        self.companies[company as usize].country
    }

    /// Milliseconds until a moment some days from now (on average) at which people of this company work.
    pub(super) fn in_days(&mut self, company: u32, mean_days: f64, pace: Pace) -> Ms {
        let wait_ms = self.rng.around(mean_days * DAY_MS as f64);
        self.work_in(company, wait_ms, pace)
    }

    /// The same, after a wait that varies by half to either side.
    pub(super) fn about_days(&mut self, company: u32, days: f64, pace: Pace) -> Ms {
        let wait_ms = (days * DAY_MS as f64) as Ms;
        let wait_ms = self.rng.between(wait_ms / 2, wait_ms * 3 / 2);
        self.work_in(company, wait_ms, pace)
    }

    /// Milliseconds until people of this company work, once this wait is over.
    pub(super) fn work_in(&mut self, company: u32, wait_ms: Ms, pace: Pace) -> Ms {
        let zone = self.zone_of(company);
        self.calendar.working(&mut self.rng, self.now_ms + wait_ms, zone, pace) - self.now_ms
    }

    /// The next number of a contract, an order or a ticket.
    pub(super) fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    /// Whether someone takes part in their company's story.
    pub(super) fn is_awake(&self, person: u32) -> bool {
        let company = &self.companies[self.people[person as usize].company as usize];
        person - company.first < company.awake
    }
}
