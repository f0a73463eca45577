//! What comes after the signature: they learn it, ask for help, need more of it, speak of it, renew or leave.

use super::act::Act;
use super::answers::Answers;
use super::calendar::Pace;
use super::market::Market;
use super::people::{Deal, Phase};
use super::what::{Props, back_office, track};
use crate::domain::{DAY_MS, HOUR_MS};

const PILOT_DAYS: i64 = 90;
const YEAR_DAYS: i64 = 365;
const WEEK_DAYS: i64 = 7;
/// A year of the smallest plan.
const ORDER_CENTS: u64 = 118_800;

impl Market {
    /// The smallest plan, bought on the site without a word to sales.
    pub(super) fn order(&mut self, company: u32) {
        let number = self.number();
        let group = &mut self.companies[company as usize];
        let (person, cents) = (group.first, ORDER_CENTS);
        group.deal = Deal { cents, seats: 5, contract: number, ..Deal::default() };
        self.introduce(person, 0, Answers::default());
        self.say(5_000, person, back_office("Order Completed", Props::Order { number, cents }));
        self.become_customer(company);
    }

    pub(super) fn become_customer(&mut self, company: u32) {
        let awake = self.companies[company as usize].awake;
        self.enter(company, Phase::Customer, awake);
        let story = self.companies[company as usize].story;
        let champion = self.companies[company as usize].first;
        let in_ms = self.about_days(company, 18.0, Pace::Office);
        self.introduce(champion, HOUR_MS, Answers::default());
        self.say(in_ms, champion, back_office("Onboarding Completed", Props::None));
        self.plan(in_ms + DAY_MS, company, Act::Care(story));
        self.plan_term(company);
    }

    fn plan_term(&mut self, company: u32) {
        let group = &self.companies[company as usize];
        // A renewal is signed a week before the term is over.
        let days = if group.deal.pilot { PILOT_DAYS } else { YEAR_DAYS } - WEEK_DAYS;
        let story = group.story;
        let in_ms = self.work_in(company, days * DAY_MS, Pace::Office);
        self.plan(in_ms, company, Act::Term(story));
    }

    /// Something of a customer's life, once in two or three weeks.
    pub(super) fn care(&mut self, company: u32) {
        let group = &self.companies[company as usize];
        let (story, first, size) = (group.story, group.first, group.awake.max(1));
        let person = first + self.rng.below(size);
        self.introduce(person, 0, Answers::default());
        let at_ms = 5_000;
        match self.rng.below(100) {
            0..54 => {
                let ticket = self.number();
                self.say(at_ms, person, track("Support Ticket Opened", Props::Ticket(ticket)));
                let in_ms = self.in_days(company, 1.5, Pace::Office);
                self.say(in_ms + at_ms, person, back_office("Support Ticket Solved", Props::Ticket(ticket)));
            }
            54..70 => {
                let group = &mut self.companies[company as usize];
                let seats = (group.deal.seats / 6).max(1);
                group.deal.cents += group.deal.cents / u64::from(group.deal.seats.max(1)) * u64::from(seats);
                group.deal.seats += seats;
                self.say(at_ms, person, back_office("Seats Added", Props::Seats(seats)));
            }
            70..76 => self.say(at_ms, person, back_office("Plan Upgraded", Props::None)),
            // Few write one, one customer in ten in a season; most are content.
            76..78 => {
                let rating = [5, 5, 4, 4, 4, 3, 2][self.rng.below(7) as usize % 7];
                self.say(at_ms, person, track("Product Reviewed", Props::Rating(rating)));
            }
            78..82 => self.say(at_ms, person, track("Invite Sent", Props::None)),
            82..88 => self.say(at_ms, person, track("Friend Referred", Props::None)),
            _ => self.say(at_ms, person, back_office("Reference Given", Props::None)),
        }
        let in_ms = self.about_days(company, 18.0, Pace::Office);
        self.plan(in_ms, company, Act::Care(story));
    }

    pub(super) fn end_of_term(&mut self, company: u32) {
        let person = self.companies[company as usize].first;
        if self.rng.chance(0.84) {
            let number = self.number();
            let deal = &mut self.companies[company as usize].deal;
            if deal.pilot {
                deal.cents *= 4;
            }
            deal.pilot = false;
            deal.contract = number;
            let (cents, seats) = (deal.cents, deal.seats);
            self.say(0, person, back_office("Contract Signed", Props::Contract { number, cents, seats, kind: "renewal" }));
            self.plan_term(company);
        } else {
            let deal = self.companies[company as usize].deal;
            let (number, cents, seats) = (deal.contract, deal.cents, deal.seats);
            self.say(0, person, back_office("Contract Not Renewed", Props::Contract { number, cents, seats, kind: "ended" }));
            self.enter(company, Phase::Asleep, 0);
        }
    }
}
