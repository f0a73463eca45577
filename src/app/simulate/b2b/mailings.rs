//! Mail to those who gave an address: a weekly newsletter, mails that follow a download, and what people do with them.

use super::act::Act;
use super::calendar::Pace;
use super::market::Market;
use super::people::{Kind, Mail, Phase};
use super::what::{Mailing, Props, What, mail};
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS};

/// The newsletter goes out on Tuesdays from nine to eleven.
const TUESDAY: u8 = 1;
const READ_MEAN_MS: f64 = 9.0 * HOUR_MS as f64;

impl Market {
    /// Someone who gives an address gets mail from now on.
    pub(super) fn welcome(&mut self, person: u32) {
        let who = &mut self.people[person as usize];
        if who.mail != Mail::NoAddress {
            return;
        }
        who.mail = Mail::Welcome;
        let company = who.company;
        if self.companies[company as usize].kind == Kind::Buyer {
            for (n, days) in [2, 6, 12].into_iter().enumerate() {
                let in_ms = self.work_in(company, days * DAY_MS, Pace::Office);
                self.plan(in_ms, person, Act::Send(Mailing::FollowUp(u32::try_from(n).unwrap_or(0) + 1)));
            }
        }
        self.plan_newsletter(person);
    }

    fn plan_newsletter(&mut self, person: u32) {
        let zone = self.zone_of(self.people[person as usize].company);
        let time_ms = self.rng.between(9 * HOUR_MS, 11 * HOUR_MS);
        let at_ms = self.calendar.next_weekday(self.now_ms + HOUR_MS, zone, TUESDAY, time_ms);
        self.plan(at_ms - self.now_ms, person, Act::Newsletter);
    }

    pub(super) fn mailing(&mut self, person: u32, act: Act) -> Option<What> {
        let n = person as usize;
        match act {
            Act::Newsletter => {
                if self.people[n].mail != Mail::Welcome {
                    return None;
                }
                self.plan_newsletter(person);
                // None is written between Christmas and New Year.
                let week = u32::try_from(self.now_ms / (7 * DAY_MS)).unwrap_or(0);
                (self.calendar.season(self.now_ms) > 0.1).then(|| self.deliver(person, Mailing::Newsletter(week)))
            }
            Act::Send(mailing) => {
                let wanted = self.people[n].mail == Mail::Welcome
                    && !matches!(self.companies[self.people[n].company as usize].phase, Phase::Deal | Phase::Customer);
                wanted.then(|| self.deliver(person, mailing))
            }
            Act::Open(mailing) => {
                let share = if self.is_awake(person) { 0.24 } else { 0.07 };
                if self.rng.chance(share) {
                    let soon_ms = self.rng.between(6_000, 2 * MINUTE_MS);
                    self.plan(soon_ms, person, Act::Click(mailing));
                } else if self.rng.chance(0.006) {
                    self.people[n].mail = Mail::Stopped;
                    let name =
                        ["Unsubscribed", "Unsubscribed", "Unsubscribe", "Email Marked as Spam"][self.rng.below(4) as usize % 4];
                    self.say(2 * MINUTE_MS, person, mail(name, mailing));
                }
                Some(mail("Email Opened", mailing))
            }
            Act::Click(mailing) => {
                // The click opens the site.
                self.people[n].visit += 1;
                let visit = self.people[n].visit;
                self.plan(3_000, person, Act::Visit(visit));
                Some(mail("Email Link Clicked", mailing))
            }
            _ => None,
        }
    }

    fn deliver(&mut self, person: u32, mailing: Mailing) -> What {
        match self.rng.below(1_000) {
            0..5 => {
                self.people[person as usize].mail = Mail::Stopped;
                mail("Email Bounced", mailing)
            }
            // A full mailbox: the address stays.
            5..12 => mail("Email Bounced", mailing),
            _ => {
                let share = if self.is_awake(person) { 0.42 } else { 0.22 };
                if self.rng.chance(share) {
                    let company = self.people[person as usize].company;
                    let wait_ms = 20_000 + self.rng.around(READ_MEAN_MS);
                    let in_ms = self.work_in(company, wait_ms, Pace::Desk);
                    self.plan(in_ms, person, Act::Open(mailing));
                }
                mail("Email Delivered", mailing)
            }
        }
    }
}

/// What the mail service says of a mail.
pub(super) fn mailing_of(what: &What) -> Option<Mailing> {
    if let Props::Mail(mailing) = what.props { Some(mailing) } else { None }
}
