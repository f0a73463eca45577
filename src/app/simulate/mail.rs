//! The shop's mailer, and what people do with its mail.

use super::people::{Aim, MailState, Place};
use super::shop::{Act, Shop};
use super::what::{Campaign, Mail, What};
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};

/// How long the shop's mailer waits before each reminder, after the one before.
const REMINDER_GAPS_MS: [Ms; 3] = [HOUR_MS, 23 * HOUR_MS, 48 * HOUR_MS];
/// Mail is read from minutes to hours later.
const READ_MEAN_MS: f64 = 95.0 * MINUTE_MS as f64;

impl Shop {
    /// Each visitor has a weekday for the newsletter; it goes out between nine and eleven.
    pub(super) fn plan_newsletter(&mut self, visitor: u32) {
        let now_ms = self.now_ms();
        let in_week = i64::from(visitor % 7) * DAY_MS + self.rng.between(9 * HOUR_MS, 11 * HOUR_MS);
        let week = now_ms.div_euclid(7 * DAY_MS);
        let mut at_ms = week * 7 * DAY_MS + in_week;
        if at_ms <= now_ms + HOUR_MS {
            at_ms += 7 * DAY_MS;
        }
        self.plan(at_ms - now_ms, visitor, Act::Newsletter);
    }

    pub(super) fn mail(&mut self, visitor: u32, act: Act) -> Option<What> {
        let n = visitor as usize;
        match act {
            Act::Newsletter => self.send_newsletter(visitor),
            Act::Reminder(step, cart) => self.send_reminder(visitor, step, cart),
            Act::Open(campaign) => {
                let clicks = self.visitors[n].habits().clicks_mail;
                let clicks = if matches!(campaign, Campaign::Reminder(..)) { clicks * 1.6 } else { clicks };
                match self.rng.below(1_000) {
                    0..2 => self.plan(2 * MINUTE_MS, visitor, Act::Complain(campaign)),
                    2..9 => self.plan(2 * MINUTE_MS, visitor, Act::Unsubscribe(campaign)),
                    _ if self.rng.chance(clicks) => {
                        let soon = self.rng.between(4_000, 90_000);
                        self.plan(soon, visitor, Act::Click(campaign));
                    }
                    _ => {}
                }
                Some(What::Mail(Mail::Opened, campaign))
            }
            Act::Click(campaign) => {
                let visit = self.visitors[n].visit + 1;
                let aim = if matches!(campaign, Campaign::Reminder(..)) { Aim::Cart } else { Aim::Offer };
                let person = &mut self.visitors[n];
                if person.place == Place::Away {
                    // The click opens the shop: a visit that begins at its landing.
                    person.visit = visit;
                    person.aim = if aim == Aim::Cart && person.lines.is_empty() { Aim::Offer } else { aim };
                    person.place = Place::Landing;
                    person.looks = 3;
                    self.plan(3_000, visitor, Act::Step(visit));
                }
                Some(What::Mail(Mail::Clicked, campaign))
            }
            Act::Complain(campaign) => {
                self.visitors[n].mail = MailState::Stopped;
                Some(What::Mail(Mail::Complained, campaign))
            }
            Act::Unsubscribe(campaign) => {
                self.visitors[n].mail = MailState::Stopped;
                if self.rng.chance(0.2) {
                    let later = self.rng.between(3 * DAY_MS, 20 * DAY_MS);
                    self.plan(later, visitor, Act::Resubscribe);
                }
                Some(What::Mail(Mail::Unsubscribed, campaign))
            }
            Act::Resubscribe => {
                self.visitors[n].mail = MailState::Welcome;
                self.plan_newsletter(visitor);
                Some(What::Mail(Mail::Subscribed, Campaign::Newsletter(0)))
            }
            _ => None,
        }
    }

    fn send_newsletter(&mut self, visitor: u32) -> Option<What> {
        if self.visitors[visitor as usize].mail != MailState::Welcome {
            return None;
        }
        let week = u32::try_from(self.now_ms().div_euclid(7 * DAY_MS)).unwrap_or(0);
        self.plan_newsletter(visitor);
        Some(self.deliver_mail(visitor, Campaign::Newsletter(week)))
    }

    /// A reminder goes out if the cart is still there and its owner hasn't been on the site since.
    fn send_reminder(&mut self, visitor: u32, step: u8, cart: u32) -> Option<What> {
        let now_ms = self.now_ms();
        let person = &mut self.visitors[visitor as usize];
        let void = person.lines.is_empty() || person.cart_number != cart || person.reminders + 1 != step;
        if void || person.mail != MailState::Welcome || person.place != Place::Away || now_ms - person.last_activity_ms < HOUR_MS
        {
            return None;
        }
        person.reminders = step;
        if step == 1 {
            person.series_ms = Some(now_ms);
        }
        if let Some(gap_ms) = REMINDER_GAPS_MS.get(usize::from(step)) {
            self.plan(*gap_ms, visitor, Act::Reminder(step + 1, cart));
        }
        Some(self.deliver_mail(visitor, Campaign::Reminder(step, cart)))
    }

    fn deliver_mail(&mut self, visitor: u32, campaign: Campaign) -> What {
        let n = visitor as usize;
        match self.rng.below(1_000) {
            0..3 => {
                self.visitors[n].mail = MailState::Stopped;
                What::Mail(Mail::HardBounced, campaign)
            }
            3..10 => What::Mail(Mail::SoftBounced, campaign),
            _ => {
                let opens = self.visitors[n].habits().opens_mail;
                let opens = if matches!(campaign, Campaign::Reminder(..)) { (opens * 1.3).min(0.8) } else { opens };
                if self.rng.chance(opens) {
                    let read_ms = self.rng.around(READ_MEAN_MS);
                    self.plan(20_000 + read_ms, visitor, Act::Open(campaign));
                }
                What::Mail(Mail::Delivered, campaign)
            }
        }
    }
}
