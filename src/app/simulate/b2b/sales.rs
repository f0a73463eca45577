//! Sales: which leads it takes up, by the rule of its own system, and what it answers, as a person would who knows the company,
//! the answers in the forms, and what was done lately.

use super::super::record::Topic;
use super::act::{Act, Answer, Source};
use super::answers::Answers;
use super::calendar::Pace;
use super::market::Market;
use super::people::{Kind, Lead, Phase};
use super::what::{Call, Props, What, back_office, group, identify};
use crate::domain::{DAY_MS, HOUR_MS, Ms};

/// Points and fit from which a lead is looked at; how much of it must be deeds, and how much fit.
const LINE: f64 = 100.0;
const LEAST_DEEDS: f64 = 20.0;
const LEAST_FIT: f64 = 30.0;
const HALF_LIFE_MS: f64 = 38.0 * DAY_MS as f64;
/// What went back is not looked at again before.
const REST_MS: Ms = 30 * DAY_MS;

/// What an act is worth to sales.
fn points(what: &What) -> f64 {
    match (what.call, what.name) {
        (Call::Page, "Careers") => -3.0,
        (Call::Page, _) => 0.8,
        (Call::Track, "White Paper Downloaded" | "Guide Downloaded") => 10.0,
        (Call::Track, "Webinar Attended" | "White Paper Read") => 15.0,
        (Call::Track, "Demo Requested" | "Demo Booked" | "Quote Requested") => 40.0,
        (Call::Track, "Contact Sales Form Submitted" | "Meeting Booked" | "Trial Started" | "Price Negotiated") => 30.0,
        (Call::Track, "Email Opened") => 1.0,
        (Call::Track, "Email Link Clicked") => 5.0,
        (Call::Track, "Meeting Cancelled" | "Trial Ended") => -15.0,
        _ => 0.0,
    }
}

fn is_request(name: &str) -> bool {
    matches!(name, "Demo Requested" | "Demo Booked" | "Quote Requested" | "Trial Started" | "Contact Sales Form Submitted")
}

impl Market {
    /// Counts an act, and hands the lead to sales when it is ready.
    pub(super) fn qualify(&mut self, person: u32, what: &What) {
        let now_ms = self.now_ms;
        let who = &mut self.people[person as usize];
        if !who.known {
            return;
        }
        let age_ms = (now_ms - who.points_ms) as f64;
        who.points = (who.points * 0.5_f64.powf(age_ms / HALF_LIFE_MS) + points(what)).max(0.0);
        who.points_ms = now_ms;
        let free = match who.lead {
            Lead::Marketing => true,
            Lead::Returned(until_ms) => now_ms >= until_ms,
            Lead::Handed | Lead::Accepted => false,
        };
        let company = &self.companies[who.company as usize];
        if !free || !matches!(company.kind, Kind::Buyer | Kind::Rival | Kind::Student) || company.phase == Phase::Customer {
            return;
        }
        let firm = if who.company_told { company.points() } else { 0 };
        let fit = f64::from(firm + who.answers.points()).min(100.0);
        if who.points >= LEAST_DEEDS && fit >= LEAST_FIT && who.points + fit >= LINE {
            who.lead = Lead::Handed;
            self.take_up(person);
        } else if is_request(what.name) && company.kind == Kind::Buyer && company.employees >= 10 && self.rng.chance(0.4) {
            let in_ms = self.answer_time(person);
            self.plan(in_ms, person, Act::Answer(Answer::Accepted(Source::Request)));
        }
    }

    /// Sales looks at a lead within hours; a few wait for days, and some are forgotten.
    fn take_up(&mut self, person: u32) {
        let who = &self.people[person as usize];
        let company = &self.companies[who.company as usize];
        let warm = matches!(company.phase, Phase::Evaluating | Phase::Deal);
        let answer = match (company.kind, self.rng.below(100)) {
            (Kind::Rival, _) => Answer::NoBuyer("competitor"),
            (Kind::Student, _) => Answer::NoBuyer("student"),
            (_, 0..4) => return,
            (_, 4..9) => Answer::Rejected(["wrong number", "no budget", "outside our market"][self.rng.below(3) as usize % 3]),
            (_, 9..14) => Answer::Recycled("not now"),
            (_, _) if company.phase == Phase::Deal || who.asked => Answer::Accepted(Source::Marketing),
            (_, 14..40) if warm => Answer::Recycled("only looking"),
            (_, 14..34) => Answer::Rejected("not ready"),
            (_, 34..65) if !warm => Answer::Recycled("only looking"),
            _ => Answer::Accepted(Source::Marketing),
        };
        let in_ms = self.answer_time(person);
        self.plan(in_ms, person, Act::Answer(answer));
    }

    fn answer_time(&mut self, person: u32) -> Ms {
        let company = self.people[person as usize].company;
        let wait_ms = if self.rng.chance(0.08) {
            self.rng.between(30 * HOUR_MS, 60 * HOUR_MS)
        } else {
            self.rng.around(3.0 * HOUR_MS as f64)
        };
        self.work_in(company, wait_ms, Pace::Office)
    }

    pub(super) fn answer(&mut self, person: u32, answer: Answer) -> Option<What> {
        let company = self.people[person as usize].company;
        if self.companies[company as usize].phase == Phase::Customer {
            self.return_lead(person, 1.0);
            return Some(back_office("Lead Recycled", Props::Reason("customer already")));
        }
        match answer {
            Answer::Accepted(source) => {
                self.people[person as usize].lead = Lead::Accepted;
                if self.companies[company as usize].phase != Phase::Deal {
                    self.open_deal(company, person);
                }
                Some(back_office("Lead Accepted", Props::Source(source.name())))
            }
            Answer::Rejected(reason) => {
                self.return_lead(person, 0.2);
                Some(back_office("Lead Rejected", Props::Reason(reason)))
            }
            Answer::Recycled(reason) => {
                self.return_lead(person, 0.5);
                Some(back_office("Lead Recycled", Props::Reason(reason)))
            }
            Answer::NoBuyer(reason) => {
                self.return_lead(person, 0.0);
                self.people[person as usize].lead = Lead::Returned(Ms::MAX);
                self.say(20_000, person, back_office("Lead Disqualified", Props::Reason(reason)));
                Some(back_office("Lead Rejected", Props::Reason(reason)))
            }
        }
    }

    /// Back to marketing, with a share of its points.
    pub(super) fn return_lead(&mut self, person: u32, keep: f64) {
        let now_ms = self.now_ms;
        let who = &mut self.people[person as usize];
        who.lead = Lead::Returned(now_ms + REST_MS);
        who.points *= keep;
    }

    /// Sales enters a person into its system, once.
    pub(super) fn introduce(&mut self, person: u32, at_ms: Ms, answers: Answers) {
        let who = &self.people[person as usize];
        let (known, told) = (who.known, who.company_told);
        if !known || answers != Answers::default() {
            self.say(at_ms, person, identify(Topic::Cart, answers));
        }
        if !told {
            self.say(at_ms + 2_000, person, group(Topic::Cart));
        }
    }

    /// Sales finds a company by itself about once in a while, the oftener the larger the market.
    pub(super) fn plan_prospecting(&mut self) {
        let market = self.companies.len().max(1) as f64;
        let wait_ms = self.rng.around(1_500.0 / market * DAY_MS as f64).max(HOUR_MS);
        let in_ms = self.work_in(0, wait_ms, Pace::Office);
        self.plan(in_ms, 0, Act::Prospecting);
    }

    pub(super) fn prospect(&mut self) {
        self.plan_prospecting();
        let company = self.rng.below(u32::try_from(self.companies.len()).unwrap_or(1));
        let found = &self.companies[company as usize];
        if found.kind != Kind::Buyer || found.employees < 40 || !matches!(found.phase, Phase::Asleep | Phase::Learning) {
            return;
        }
        // The boss, where there is one besides the one who would begin.
        let person = found.first + u32::from(found.size > 1);
        if matches!(self.people[person as usize].lead, Lead::Handed | Lead::Accepted) {
            return;
        }
        let answers = Answers::draw(&mut self.rng, 0.6, 0.5);
        self.introduce(person, 0, answers);
        self.plan(20_000, person, Act::Answer(Answer::Accepted(Source::Outbound)));
    }
}
