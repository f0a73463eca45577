//! The simulated market of a company that sells to companies: buying groups that learn, compare and try for weeks, sales that
//! answers by rules, contracts, losses and customers.
//!
//! Companies live stories: asleep, learning, considering, evaluating, with sales, customers. How far a story is decides who of
//! the buying group is awake, and what they do on a visit. What sales does follows from what its own system knows of a person,
//! never from what the service says: that is how the outputs can be judged by this.

mod act;
mod answers;
mod calendar;
mod customers;
mod deals;
mod mailings;
mod market;
mod names;
mod people;
mod role;
mod sales;
mod site;
mod stories;
mod what;
mod write;

pub use market::Market;

use super::agenda::Agenda;
use super::options::ShopOptions;
use super::outlet::{Outlet, Slot};
use super::record::Record;
use super::rng::SeededRng;
use crate::domain::Ms;
use act::Act;
use calendar::Calendar;
use what::{Call, What};

impl Market {
    #[must_use]
    pub fn new(options: ShopOptions) -> Self {
        let mut rng = SeededRng::new(options.seed);
        let (mut companies, mut people) = (Vec::new(), Vec::new());
        while people.len() < options.prospects.max(1) as usize {
            let first = u32::try_from(people.len()).unwrap_or(u32::MAX);
            let (company, group) = people::company(&mut rng, u32::try_from(companies.len()).unwrap_or(u32::MAX), first);
            companies.push(company);
            people.extend(group);
        }
        let zones: Vec<&str> = names::COUNTRIES.iter().map(|c| c.zone).collect();
        let mut market = Self {
            pad_bytes: options.pad_bytes,
            rng,
            calendar: Calendar::new(options.start_ms, &zones),
            companies,
            people,
            agenda: Agenda::new(),
            outlet: Outlet::new(options),
            now_ms: 0,
            numbers: 0,
        };
        for company in 0..u32::try_from(market.companies.len()).unwrap_or(u32::MAX) {
            market.begin(company);
        }
        market.plan_prospecting();
        market
    }

    /// The market's own time of the record given last (milliseconds since its first moment).
    #[must_use]
    pub fn elapsed_ms(&self) -> Ms {
        self.now_ms
    }

    /// The market's own time at which the next record will come, at the earliest.
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
            // Sales never stops looking for companies, so the agenda never runs dry.
            let Some(planned) = self.agenda.take() else { return };
            self.now_ms = planned.at_ms;
            let Some(what) = self.act(planned.who, planned.act) else { continue };
            let person = &self.people[planned.who as usize];
            let company = &self.companies[person.company as usize];
            let pad_bytes = self.pad_bytes;
            let written = self.outlet.emit(self.now_ms, &mut self.rng, slot, |record, stamp, dates| {
                let who = write::Who { number: planned.who, person, company };
                Some(write::event(record, stamp, &who, &what, pad_bytes, dates))
            });
            if written {
                return;
            }
        }
    }

    /// Does what was planned; the event that shows it, if any.
    fn act(&mut self, who: u32, act: Act) -> Option<What> {
        match act {
            Act::Visit(visit) => {
                if self.people[who as usize].visit == visit {
                    self.visit(who);
                }
                None
            }
            Act::Say(what) => {
                self.heard(who, &what);
                Some(what)
            }
            Act::Webinar(title) => self.webinar(who, title),
            Act::Newsletter | Act::Send(_) | Act::Open(_) | Act::Click(_) => self.mailing(who, act),
            Act::Answer(answer) => self.answer(who, answer),
            Act::Story(story) => {
                if self.companies[who as usize].story == story {
                    self.go_on(who);
                }
                None
            }
            Act::Deal(story, step) => {
                if self.companies[who as usize].story == story {
                    self.deal(who, step);
                }
                None
            }
            Act::Care(story) => {
                if self.companies[who as usize].story == story {
                    self.care(who);
                }
                None
            }
            Act::Term(story) => {
                if self.companies[who as usize].story == story {
                    self.end_of_term(who);
                }
                None
            }
            Act::Prospecting => {
                self.prospect();
                None
            }
        }
    }

    /// What an event changes in those who live here.
    fn heard(&mut self, who: u32, what: &What) {
        match what.call {
            Call::Identify => {
                self.people[who as usize].known = true;
                if let what::Props::Traits { answers } = what.props {
                    self.people[who as usize].answers.add(answers);
                }
                self.welcome(who);
            }
            Call::Group => self.people[who as usize].company_told = true,
            Call::Page | Call::Track => {}
        }
        self.qualify(who, what);
    }
}

impl Iterator for Market {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let mut record = Record::default();
        self.next_into(&mut record);
        Some(record)
    }
}
