//! The simulated market of a company that sells to companies: buying groups that learn, compare and try for weeks, sales that
//! answers by rules, contracts, losses and customers.
//!
//! Companies live stories: asleep, learning, considering, evaluating, with sales, customers. How far a story is decides who of
//! the buying group is awake, and what they do on a visit. What sales does follows from what its own system knows of a person,
//! never from what the service says: that is how the outputs can be judged by this.

mod answers;
mod calendar;
mod customers;
mod deals;
mod letters;
mod names;
mod people;
mod sales;
mod site;
mod what;
mod write;

use super::agenda::Agenda;
use super::dice::Dice;
use super::outlet::{Outlet, Slot};
use super::shop::{Record, ShopOptions};
use crate::domain::{DAY_MS, Ms};
use calendar::{Calendar, Pace};
use deals::Step;
use people::{Company, Kind, Person, Phase};
use sales::Answer;
use what::{Call, Letter, What};

/// What somebody will do. Of a company: `Story`, `Deal`, `Care`; all others of a person. The number is that of the story or visit
/// that it was planned for.
#[derive(Debug, Clone, Copy)]
enum Act {
    Visit(u32),
    Say(What),
    Webinar(&'static str),
    Newsletter,
    Send(Letter),
    Open(Letter),
    Click(Letter),
    Answer(Answer),
    Story(u32),
    Deal(u32, Step),
    Care(u32),
    /// The term of the contract is over.
    Term(u32),
    /// Sales looks for companies by itself.
    Prospecting,
}

/// The simulated market. Its own time runs from 0, the midnight before its first event.
#[derive(Debug)]
pub struct Market {
    pad_bytes: usize,
    dice: Dice,
    calendar: Calendar,
    companies: Vec<Company>,
    people: Vec<Person>,
    agenda: Agenda<Act>,
    outlet: Outlet,
    now_ms: Ms,
    /// Numbers of contracts, orders and tickets.
    numbers: u32,
}

impl Market {
    #[must_use]
    pub fn new(options: ShopOptions) -> Self {
        let mut dice = Dice::new(options.seed);
        let (mut companies, mut people) = (Vec::new(), Vec::new());
        while people.len() < options.prospects.max(1) as usize {
            let first = u32::try_from(people.len()).unwrap_or(u32::MAX);
            let (company, group) = people::company(&mut dice, u32::try_from(companies.len()).unwrap_or(u32::MAX), first);
            companies.push(company);
            people.extend(group);
        }
        let zones: Vec<&str> = names::COUNTRIES.iter().map(|c| c.zone).collect();
        let mut market = Self {
            pad_bytes: options.pad_bytes,
            dice,
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
            let written = self.outlet.emit(self.now_ms, &mut self.dice, slot, |record, stamp, dates| {
                write::event(record, stamp, &write::Who { number: planned.who, person, company }, &what, pad_bytes, dates)
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
            Act::Newsletter | Act::Send(_) | Act::Open(_) | Act::Click(_) => self.letter(who, act),
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

    fn plan(&mut self, in_ms: Ms, who: u32, act: Act) {
        self.agenda.plan(self.now_ms, in_ms, who, act);
    }

    fn say(&mut self, in_ms: Ms, person: u32, what: What) {
        self.plan(in_ms, person, Act::Say(what));
    }

    fn zone_of(&self, company: u32) -> usize {
        self.companies[company as usize].country
    }

    /// Milliseconds until a moment some days from now (on average) at which people of this company work.
    fn in_days(&mut self, company: u32, mean_days: f64, pace: Pace) -> Ms {
        let wait_ms = self.dice.around(mean_days * DAY_MS as f64);
        self.work_in(company, wait_ms, pace)
    }

    /// The same, after a wait that varies by half to either side.
    fn about_days(&mut self, company: u32, days: f64, pace: Pace) -> Ms {
        let wait_ms = (days * DAY_MS as f64) as Ms;
        let wait_ms = self.dice.between(wait_ms / 2, wait_ms * 3 / 2);
        self.work_in(company, wait_ms, pace)
    }

    fn work_in(&mut self, company: u32, wait_ms: Ms, pace: Pace) -> Ms {
        let zone = self.zone_of(company);
        self.calendar.working(&mut self.dice, self.now_ms + wait_ms, zone, pace) - self.now_ms
    }

    fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    /// Where a company stands when the records begin: most sleep, some are on their way already.
    fn begin(&mut self, company: u32) {
        if self.companies[company as usize].kind == Kind::Buyer {
            let (phase, awake) = match self.dice.below(100) {
                0..5 => (Phase::Learning, 1),
                5..8 => (Phase::Considering, 2),
                8..11 => (Phase::Evaluating, 3),
                _ => (Phase::Asleep, 0),
            };
            self.enter(company, phase, awake);
        }
        for person in self.companies[company as usize].people() {
            self.plan_visit(person);
        }
    }

    /// A story goes on by itself until sales takes it over.
    fn go_on(&mut self, company: u32) {
        let (next, chance, awake) = match self.companies[company as usize].phase {
            Phase::Asleep => (Phase::Learning, 1.0, 1),
            Phase::Learning => (Phase::Considering, 0.5, 2),
            Phase::Considering => (Phase::Evaluating, 0.55, 3),
            Phase::Evaluating => {
                // Nobody asked sales. The small buy by themselves, at times; the others elsewhere, or nothing.
                if self.companies[company as usize].employees < 25 && self.dice.chance(0.15) {
                    self.order(company);
                    return;
                }
                (Phase::Evaluating, 0.0, 0)
            }
            Phase::Deal | Phase::Customer => return,
        };
        if self.dice.chance(chance) { self.enter(company, next, awake) } else { self.enter(company, Phase::Asleep, 0) }
    }

    /// Brings a company into a phase of its story, and wakes those who take part.
    fn enter(&mut self, company: u32, phase: Phase, awake: u32) {
        let days = match phase {
            Phase::Asleep => 520.0,
            Phase::Learning => 18.0,
            Phase::Considering => 16.0,
            Phase::Evaluating => 24.0,
            Phase::Deal | Phase::Customer => 0.0,
        };
        let entered = &mut self.companies[company as usize];
        entered.phase = phase;
        entered.story += 1;
        let story = entered.story;
        if phase == Phase::Asleep {
            entered.awake = 0;
            for person in entered.people() {
                self.people[person as usize].asked = false;
            }
        }
        if days > 0.0 {
            let in_ms = if phase == Phase::Asleep {
                self.in_days(company, days, Pace::Desk)
            } else {
                self.about_days(company, days, Pace::Desk)
            };
            self.plan(in_ms, company, Act::Story(story));
        }
        self.wake(company, awake);
    }

    /// Lets so many of the group take part.
    fn wake(&mut self, company: u32, awake: u32) {
        let group = &mut self.companies[company as usize];
        let before = group.awake;
        group.awake = awake.clamp(before, group.size.max(before));
        for person in group.first + before..group.first + group.awake {
            self.people[person as usize].visit += 1;
            self.plan_visit(person);
        }
    }

    /// Whether somebody takes part in the story of the own company.
    fn is_awake(&self, person: u32) -> bool {
        let company = &self.companies[self.people[person as usize].company as usize];
        person - company.first < company.awake
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
