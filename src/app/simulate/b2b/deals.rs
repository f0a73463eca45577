//! A deal with sales, from the first meeting to a signature or a refusal; many end on the way, and some in silence.

use super::act::{Act, Step};
use super::answers::Answers;
use super::calendar::Pace;
use super::market::Market;
use super::people::{Deal, Lead, Phase};
use super::role::Role;
use super::what::{Props, back_office, track};
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS};

/// A member of the group who plays this part: one of those awake, or else the one who began.
fn who(market: &Market, company: u32, roles: &[Role]) -> u32 {
    let group = &market.companies[company as usize];
    let awake = group.first..group.first + group.awake.max(1);
    let of = |role: Role| awake.clone().find(|p| market.people[*p as usize].role == role);
    roles.iter().find_map(|role| of(*role)).unwrap_or(group.first)
}

impl Market {
    /// A lead was accepted: its company is with sales now.
    pub(super) fn open_deal(&mut self, company: u32, lead: u32) {
        let group = &self.companies[company as usize];
        let awake = (lead - group.first + 1).max(group.awake);
        self.enter(company, Phase::Deal, awake);
        let deal = &mut self.companies[company as usize].deal;
        *deal = Deal { contract: deal.contract, ..Deal::default() };
        self.next(company, Step::Book, 1.5);
    }

    fn next(&mut self, company: u32, step: Step, days: f64) {
        let story = self.companies[company as usize].story;
        let days = days * self.companies[company as usize].slowness();
        let in_ms = self.about_days(company, days, Pace::Office);
        self.plan(in_ms, company, Act::Deal(story, step));
    }

    pub(super) fn deal(&mut self, company: u32, step: Step) {
        let lead = self.contact(company);
        match step {
            Step::Book => {
                self.say(0, lead, track("Meeting Booked", Props::None));
                self.next(company, Step::Meet, 5.0);
            }
            Step::Meet => self.meet(company, lead),
            Step::Demo => {
                let size = self.companies[company as usize].size;
                self.wake(company, size);
                for person in self.companies[company as usize].people() {
                    if self.rng.chance(0.7) {
                        let at_ms = self.rng.between(0, 10 * MINUTE_MS);
                        self.introduce(person, at_ms, Answers::default());
                        self.say(at_ms + HOUR_MS, person, track("Demo Attended", Props::None));
                    }
                }
                self.next(company, Step::Try, 9.0);
            }
            Step::Try => {
                if self.rng.chance(0.12) {
                    // Silence: no one calls back, and no one says so.
                    return;
                }
                if self.rng.chance(0.65) {
                    let tester = who(self, company, &[Role::Engineer, Role::User, Role::Marketing]);
                    self.say(0, tester, track("Trial Started", Props::None));
                    if self.rng.chance(0.25) {
                        let in_ms = self.work_in(company, 21 * DAY_MS, Pace::Desk);
                        self.say(in_ms, tester, back_office("Trial Ended", Props::None));
                    }
                }
                self.next(company, Step::Check, 10.0);
            }
            Step::Check => self.check(company),
            Step::Quote => {
                let buyer = who(self, company, &[Role::Purchasing, Role::Executive]);
                self.say(0, buyer, track("Quote Requested", Props::Form("quote")));
                let in_ms = self.about_days(company, 1.0, Pace::Office);
                self.say(in_ms, buyer, back_office("Proposal Sent", Props::None));
                self.next(company, Step::Negotiate, 8.0);
            }
            Step::Negotiate => {
                if self.companies[company as usize].employees >= 50 && self.rng.chance(0.65) {
                    let buyer = who(self, company, &[Role::Purchasing, Role::Executive]);
                    self.say(0, buyer, track("Price Negotiated", Props::None));
                }
                self.next(company, Step::Decide, 9.0);
            }
            Step::Decide => self.decide(company),
        }
    }

    /// Whom sales talks to: the first whose lead it has.
    fn contact(&self, company: u32) -> u32 {
        let group = &self.companies[company as usize];
        group.people().find(|p| self.people[*p as usize].lead == Lead::Accepted).unwrap_or(group.first)
    }

    fn meet(&mut self, company: u32, lead: u32) {
        match self.rng.below(100) {
            0..10 => {
                self.say(0, lead, back_office("Lead No-Show", Props::None));
                let deal = &mut self.companies[company as usize].deal;
                deal.no_shows += 1;
                if deal.no_shows > 1 { self.lose(company, "no response") } else { self.next(company, Step::Book, 4.0) }
            }
            10..18 => {
                self.say(0, lead, track("Meeting Cancelled", Props::None));
                if self.rng.chance(0.7) { self.next(company, Step::Book, 6.0) } else { self.lose(company, "no response") }
            }
            18..24 => {
                self.say(0, lead, back_office("Meeting Held", Props::None));
                let feature = ["SAP connector", "on-premises", "SCIM"][self.rng.below(3) as usize % 3];
                self.say(HOUR_MS, lead, back_office("Feature Missing", Props::Feature(feature)));
                self.lose(company, "missing feature");
                if self.rng.chance(0.3) {
                    // The feature was built.
                    let in_ms = self.about_days(company, 80.0, Pace::Office);
                    self.say(in_ms, lead, back_office("Lead Requalified", Props::Feature(feature)));
                }
            }
            24..31 => {
                self.say(0, lead, back_office("Meeting Held", Props::None));
                let reason = ["no budget this year", "project postponed"][self.rng.below(2) as usize % 2];
                for person in self.leads(company) {
                    self.say(HOUR_MS, person, back_office("Lead Recycled", Props::Reason(reason)));
                    self.return_lead(person, 0.5);
                }
                self.enter(company, Phase::Asleep, 0);
            }
            _ => {
                self.say(0, lead, back_office("Meeting Held", Props::None));
                // What sales heard goes into its system.
                let answers = Answers::draw(&mut self.rng, 0.75, 0.6);
                self.introduce(lead, HOUR_MS, answers);
                let half = self.companies[company as usize].size.div_ceil(2);
                self.wake(company, half);
                self.next(company, Step::Demo, 7.0);
            }
        }
    }

    /// Everybody looks at what their own work needs.
    fn check(&mut self, company: u32) {
        let large = self.companies[company as usize].employees >= 200;
        if self.rng.chance(if large { 0.75 } else { 0.15 }) {
            let engineer = who(self, company, &[Role::Engineer, Role::User]);
            self.say(0, engineer, track("Security Review Started", Props::None));
        }
        if self.rng.chance(0.4) {
            let boss = who(self, company, &[Role::Executive, Role::Purchasing]);
            self.say(HOUR_MS, boss, track("Reference Requested", Props::None));
        }
        // The link to the pages of other customers goes round.
        for person in self.companies[company as usize].people() {
            if self.rng.chance(0.75) {
                let in_ms = self.in_days(company, 4.0, Pace::Desk);
                self.people[person as usize].visit += 1;
                let visit = self.people[person as usize].visit;
                self.plan(in_ms, person, Act::Visit(visit));
            }
        }
        if self.rng.chance(0.08) {
            self.lose(company, "security");
        } else {
            self.next(company, Step::Quote, 12.0);
        }
    }

    fn decide(&mut self, company: u32) {
        let fits = f64::from(self.companies[company as usize].points()) / 50.0;
        if self.rng.chance(0.3 + 0.2 * fits) {
            self.sign(company);
            return;
        }
        match self.rng.below(100) {
            0..28 => {
                let lead = self.contact(company);
                self.lose(company, "competitor");
                self.say(2 * HOUR_MS, lead, back_office("Competitor Signed", Props::None));
            }
            28..55 => self.lose(company, "price"),
            55..80 => self.lose(company, "no decision"),
            80..96 => self.lose(company, "budget cut"),
            _ => {
                let lead = self.contact(company);
                self.lose(company, "insolvent");
                self.say(HOUR_MS, lead, back_office("Account Disqualified", Props::Reason("insolvent")));
            }
        }
    }

    /// Those of a company whom sales has.
    pub(super) fn leads(&self, company: u32) -> Vec<u32> {
        let with_sales = |p: &u32| self.people[*p as usize].lead == Lead::Accepted;
        self.companies[company as usize].people().filter(with_sales).collect()
    }

    pub(super) fn lose(&mut self, company: u32, reason: &'static str) {
        for (n, person) in (0..).zip(self.leads(company)) {
            self.say(30 * MINUTE_MS + n * MINUTE_MS, person, back_office("Lead Lost", Props::Reason(reason)));
            self.return_lead(person, 0.3);
        }
        self.enter(company, Phase::Asleep, 0);
    }

    fn sign(&mut self, company: u32) {
        let number = self.number();
        let group = &mut self.companies[company as usize];
        // The larger the company, the smaller the part of it that gets a seat.
        group.deal.seats = (3.0 * f64::from(group.employees).powf(0.62)).clamp(3.0, 3_000.0) as u32;
        group.deal.contract = number;
        let price_cents = 24_000 + u64::from(number % 7) * 2_000;
        let pilot = self.rng.chance(0.2);
        let group = &mut self.companies[company as usize];
        group.deal.pilot = pilot;
        // Rounded to a hundred; a pilot runs for a quarter of a year.
        let year_cents = (u64::from(group.deal.seats) * price_cents / 10_000).max(24) * 10_000;
        group.deal.cents = if pilot { year_cents / 4 } else { year_cents };
        let (cents, seats) = (group.deal.cents, group.deal.seats);
        let signer = who(self, company, &[Role::Executive, Role::Purchasing]);
        self.introduce(signer, 0, Answers::default());
        let name = if self.rng.chance(0.25) { "Signed Contract" } else { "Contract Signed" };
        let kind = if pilot { "pilot" } else { "new" };
        self.say(10 * MINUTE_MS, signer, back_office(name, Props::Contract { number, cents, seats, kind }));
        for (n, person) in (0..).zip(self.leads(company)) {
            self.say(40 * MINUTE_MS + n * MINUTE_MS, person, back_office("Lead Won", Props::None));
            self.return_lead(person, 1.0);
        }
        self.become_customer(company);
    }
}
