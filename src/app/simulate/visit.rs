//! What visitors do on the site: one step of a visit at a time.

use super::catalogue::{ARTICLES, CATEGORIES, PRODUCTS, QUERIES};
use super::people::{Aim, Line, MailState, Place};
use super::shop::{Act, Shop};
use super::what::{Page, What};
use crate::domain::{DAY_MS, HOUR_MS, Ms};

/// Pause between two steps: never shorter than what an event may be on its way.
const DWELL_MS: (Ms, Ms) = (3_000, 95_000);

impl Shop {
    /// Does what was planned; the event that shows it, if any.
    pub(super) fn act(&mut self, visitor: u32, act: Act) -> Option<What> {
        let n = visitor as usize;
        match act {
            Act::Visit(visit) | Act::Step(visit) if self.visitors[n].visit != visit => None,
            Act::Visit(_) => {
                let aim = if self.visitors[n].lines.is_empty() || self.rng.chance(0.7) { Aim::Look } else { Aim::Cart };
                self.arrive(visitor, aim)
            }
            Act::Step(_) => self.step(visitor),
            Act::Refund(order) => Some(self.refund(n, order)),
            mail => self.mail(visitor, mail),
        }
    }

    /// Begins a visit and takes its first step.
    pub(super) fn arrive(&mut self, visitor: u32, aim: Aim) -> Option<What> {
        let mean = self.visitors[visitor as usize].habits().looks;
        let looks = 1 + self.rng.below(mean * 2);
        let person = &mut self.visitors[visitor as usize];
        person.visit += 1;
        person.aim = aim;
        person.take_device();
        person.looks = u8::try_from(looks).unwrap_or(u8::MAX);
        person.place = Place::Landing;
        self.step(visitor)
    }

    /// One step: gives its event and plans the next, or ends the visit.
    fn step(&mut self, visitor: u32) -> Option<What> {
        let n = visitor as usize;
        let what = match self.visitors[n].place {
            Place::Away => None,
            Place::Landing => Some(self.land(n)),
            Place::Browsing => self.browse(n),
            Place::OnProduct => self.on_product(n),
            Place::InCart => self.in_cart(n),
            Place::Checkout(step) => self.check_out(n, step),
            Place::Paying => self.pay(visitor),
        };
        if what == Some(What::CheckoutStarted) {
            // Who has an account logs in to order.
            let person = &mut self.visitors[n];
            person.identified[usize::from(person.device)] |= person.known;
        }
        if what.is_some() {
            self.visitors[n].last_activity_ms = self.now_ms();
            let visit = self.visitors[n].visit;
            let dwell = self.rng.between(DWELL_MS.0, DWELL_MS.1);
            self.plan(dwell, visitor, Act::Step(visit));
        } else {
            self.leave(visitor);
        }
        what
    }

    fn leave(&mut self, visitor: u32) {
        let now_ms = self.now_ms();
        let person = &mut self.visitors[visitor as usize];
        person.place = Place::Away;
        person.visit += 1;
        let tired = person.series_ms.is_some_and(|s| now_ms - s < 7 * DAY_MS) && person.reminders == 0;
        if !person.lines.is_empty() && person.mail == MailState::Welcome && !tired && person.reminders < 3 {
            let (next, cart) = (person.reminders + 1, person.cart_number);
            let delay_ms = person.last_activity_ms + HOUR_MS - now_ms;
            let slack_ms = self.rng.between(2_000, 20_000);
            self.plan(delay_ms + slack_ms, visitor, Act::Reminder(next, cart));
        }
        self.plan_visit(visitor);
    }

    fn land(&mut self, n: usize) -> What {
        let reads = self.visitors[n].habits().reads_magazine;
        let person = &mut self.visitors[n];
        if person.logs_in() {
            return What::Identify;
        }
        match person.aim {
            Aim::Cart => {
                person.place = Place::InCart;
                What::CartViewed
            }
            Aim::Offer => {
                person.place = Place::Browsing;
                What::Page(Page::Offer)
            }
            Aim::Look => {
                person.place = Place::Browsing;
                if self.rng.chance(reads) {
                    let article = self.rng.below(ARTICLES.len() as u32);
                    What::Page(Page::Article(article as usize))
                } else if self.rng.chance(0.25) {
                    self.search()
                } else if self.rng.chance(0.03) {
                    What::Page(Page::Careers)
                } else {
                    What::Page(Page::Home)
                }
            }
        }
    }

    fn search(&mut self) -> What {
        What::Searched { query: self.rng.below(QUERIES.len() as u32) as usize }
    }

    fn browse(&mut self, n: usize) -> Option<What> {
        if self.visitors[n].looks == 0 {
            return self.head_for_the_cart(n);
        }
        self.visitors[n].looks -= 1;
        let category = self.rng.below(CATEGORIES.len() as u32) as usize;
        Some(match self.rng.below(100) {
            0..20 => What::Listed { category },
            20..27 => What::Filtered { category },
            27..37 => self.search(),
            37..41 => What::PromotionClicked { category },
            41..46 => What::Page(Page::Article(self.rng.below(ARTICLES.len() as u32) as usize)),
            46..49 => What::Page(Page::Shipping),
            _ => {
                // Half of the views stay with the product's category: people compare.
                let product = match self.visitors[n].product {
                    seen if seen > 0 && self.rng.chance(0.5) => (seen + 8) % PRODUCTS as u16,
                    _ => self.rng.product(),
                };
                let person = &mut self.visitors[n];
                person.product = product;
                person.place = Place::OnProduct;
                What::Viewed { product }
            }
        })
    }

    fn head_for_the_cart(&mut self, n: usize) -> Option<What> {
        let stays = if self.visitors[n].aim == Aim::Cart { 0.9 } else { 0.6 };
        if self.visitors[n].lines.is_empty() || !self.rng.chance(stays) {
            return None;
        }
        self.visitors[n].place = Place::InCart;
        Some(What::CartViewed)
    }

    fn on_product(&mut self, n: usize) -> Option<What> {
        let adds = self.visitors[n].habits().adds;
        let product = self.visitors[n].product;
        self.visitors[n].place = Place::Browsing;
        if self.visitors[n].to_review.is_some() && self.rng.chance(0.3) {
            return self.visitors[n].to_review.take().map(|product| What::Reviewed { product });
        }
        if self.rng.chance(adds) {
            let quantity = if self.rng.chance(0.12) { 2 } else { 1 };
            self.visitors[n].put(product, quantity);
            return Some(What::Added { line: Line { product, quantity } });
        }
        match self.rng.below(100) {
            0..8 => Some(What::ReviewsViewed { product }),
            8..12 => Some(What::Wished { product }),
            12..13 => Some(What::Shared { product }),
            _ => self.browse(n),
        }
    }

    fn in_cart(&mut self, n: usize) -> Option<What> {
        let mut goes = self.visitors[n].habits().checks_out;
        if self.visitors[n].aim == Aim::Cart {
            goes = (goes * 1.5).min(0.9);
        }
        if self.visitors[n].lines.is_empty() {
            return None;
        }
        if self.rng.chance(goes) {
            self.visitors[n].place = Place::Checkout(1);
            return Some(What::CheckoutStarted);
        }
        let roll = self.rng.below(100);
        let person = &mut self.visitors[n];
        match roll {
            0..9 => {
                let line = person.lines.remove(0);
                if person.lines.is_empty() {
                    person.reminders = 0;
                }
                Some(What::Removed { line })
            }
            9..13 => {
                person.lines[0].quantity = person.lines[0].quantity % 4 + 1;
                Some(What::CartUpdated)
            }
            13..15 => {
                person.lines.clear();
                person.reminders = 0;
                person.place = Place::Browsing;
                Some(What::CartEmptied)
            }
            15..20 => Some(What::CouponApplied),
            20..22 => Some(What::CartShared),
            22..40 if person.looks > 0 => {
                person.place = Place::Browsing;
                Some(What::Page(Page::Shipping))
            }
            _ => None,
        }
    }

    fn check_out(&mut self, n: usize, step: u8) -> Option<What> {
        let goes_on = self.visitors[n].habits().goes_on;
        if !self.rng.chance(goes_on) {
            return None;
        }
        let (place, what) = match step {
            1 => (Place::Checkout(2), What::CheckoutStep { step: 1, completed: false }),
            2 => (Place::Checkout(3), What::CheckoutStep { step: 1, completed: true }),
            _ => (Place::Paying, What::PaymentInfo),
        };
        self.visitors[n].place = place;
        Some(what)
    }

    fn refund(&mut self, n: usize, order: u32) -> What {
        let returns = &mut self.visitors[n].returns;
        let lines = returns.iter().position(|(id, _)| *id == order).map_or_else(Vec::new, |at| returns.swap_remove(at).1);
        What::Refunded { order, lines }
    }

    fn pay(&mut self, visitor: u32) -> Option<What> {
        let n = visitor as usize;
        let goes_on = self.visitors[n].habits().goes_on;
        if self.visitors[n].lines.is_empty() || !self.rng.chance(goes_on) {
            return None;
        }
        if self.rng.chance(0.05) {
            return Some(What::PaymentFailed);
        }
        if self.rng.chance(0.03) {
            let in_ms = self.rng.between(2 * DAY_MS, 9 * DAY_MS);
            let person = &mut self.visitors[n];
            let order = person.orders;
            person.returns.push((order, person.lines.clone()));
            self.plan(in_ms, visitor, Act::Refund(order));
        }
        let person = &mut self.visitors[n];
        let lines = std::mem::take(&mut person.lines);
        let what = What::Ordered { order: person.orders, cart: person.cart_number, lines };
        person.to_review = Some(person.product);
        person.orders += 1;
        person.cart_number += 1;
        person.reminders = 0;
        person.looks = 0;
        person.place = Place::Browsing;
        Some(what)
    }
}
