//! Who visits the shop: a handful of personalities, and what is known of one visitor at a time.

use super::rng::SeededRng;
use crate::domain::Ms;

/// Habits of a kind of visitor. Shares are chances from 0 to 1.
#[derive(Debug)]
pub(super) struct Habits {
    /// Its share of all visitors, in percent.
    percent: u32,
    pub visits_per_day: f64,
    /// Things looked at in a visit, on average.
    pub looks: u32,
    pub reads_magazine: f64,
    pub adds: f64,
    pub checks_out: f64,
    /// Goes on at each step of the checkout.
    pub goes_on: f64,
    pub opens_mail: f64,
    pub clicks_mail: f64,
    /// Has an account (and so gets mail).
    known: f64,
}

/// Window shopper, researcher, bargain hunter, regular, passer-by.
pub(super) const HABITS: [Habits; 5] = [
    Habits {
        percent: 38,
        visits_per_day: 0.22,
        looks: 5,
        reads_magazine: 0.10,
        adds: 0.09,
        checks_out: 0.30,
        goes_on: 0.72,
        opens_mail: 0.30,
        clicks_mail: 0.12,
        known: 0.55,
    },
    Habits {
        percent: 20,
        visits_per_day: 0.35,
        looks: 9,
        reads_magazine: 0.35,
        adds: 0.11,
        checks_out: 0.38,
        goes_on: 0.80,
        opens_mail: 0.42,
        clicks_mail: 0.25,
        known: 0.70,
    },
    Habits {
        percent: 16,
        visits_per_day: 0.30,
        looks: 6,
        reads_magazine: 0.02,
        adds: 0.24,
        checks_out: 0.34,
        goes_on: 0.70,
        opens_mail: 0.55,
        clicks_mail: 0.40,
        known: 0.85,
    },
    Habits {
        percent: 14,
        visits_per_day: 0.33,
        looks: 5,
        reads_magazine: 0.08,
        adds: 0.30,
        checks_out: 0.62,
        goes_on: 0.92,
        opens_mail: 0.50,
        clicks_mail: 0.30,
        known: 0.98,
    },
    Habits {
        percent: 12,
        visits_per_day: 0.08,
        looks: 2,
        reads_magazine: 0.15,
        adds: 0.04,
        checks_out: 0.25,
        goes_on: 0.65,
        opens_mail: 0.20,
        clicks_mail: 0.08,
        known: 0.15,
    },
];

/// Where a visitor is on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Place {
    #[default]
    Away,
    Landing,
    Browsing,
    OnProduct,
    InCart,
    /// 1: began, 2: sees the first step, 3: completed it.
    Checkout(u8),
    Paying,
}

/// What a visit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Aim {
    #[default]
    Look,
    /// Came by a newsletter.
    Offer,
    /// Came back for the cart by a reminder.
    Cart,
}

/// Whether mail may be sent, as the shop's own mailer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum MailState {
    #[default]
    NoAddress,
    Welcome,
    Stopped,
}

/// One line of a visitor's cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub product: u16,
    pub quantity: u32,
}

/// One visitor. Times are the shop's (since its first midnight).
#[derive(Debug, Default)]
pub(super) struct Visitor {
    pub habits: u8,
    pub known: bool,
    /// By device.
    pub identified: [bool; 2],
    pub several_ids: bool,
    /// The one in use, and those that were.
    pub device: u8,
    pub came_by: [bool; 2],
    pub mail: MailState,
    pub place: Place,
    pub aim: Aim,
    /// Things still to look at in this visit.
    pub looks: u8,
    pub product: u16,
    /// Counts visits; a step planned for an earlier visit is void.
    pub visit: u32,
    /// Counts carts: an order or emptying begins a new one.
    pub cart_number: u32,
    pub lines: Vec<Line>,
    pub last_activity_ms: Ms,
    pub orders: u32,
    /// Orders that will come back, and what was in them.
    pub returns: Vec<(u32, Vec<Line>)>,
    /// Bought and not yet reviewed.
    pub to_review: Option<u16>,
    /// Reminders sent for the current series.
    pub reminders: u8,
    /// When the last series of reminders began.
    pub series_ms: Option<Ms>,
}

impl Visitor {
    pub(super) fn new(rng: &mut SeededRng, several_ids: bool) -> Self {
        let mut roll = rng.below(100);
        let mut habits = 0;
        for (n, h) in HABITS.iter().enumerate() {
            habits = n;
            if roll < h.percent {
                break;
            }
            roll -= h.percent;
        }
        let known = rng.chance(HABITS[habits].known);
        let mail = if known && rng.chance(0.9) { MailState::Welcome } else { MailState::NoAddress };
        Self { habits: u8::try_from(habits).unwrap_or(0), known, mail, several_ids, ..Self::default() }
    }

    /// The device of the next visit: with several ids, who has an account has two.
    pub(super) fn take_device(&mut self) {
        self.device = u8::from(self.several_ids && self.known && self.visit / 2 % 2 == 1);
    }

    /// Whether the visit begins with a login. With several ids nobody logs in before a second look.
    pub(super) fn logs_in(&mut self) -> bool {
        let device = usize::from(self.device);
        let may = self.came_by[device] || !self.several_ids;
        self.came_by[device] = true;
        let logs_in = self.known && may && !self.identified[device];
        self.identified[device] |= logs_in;
        logs_in
    }

    pub(super) fn habits(&self) -> &'static Habits {
        &HABITS[usize::from(self.habits) % HABITS.len()]
    }

    /// Adds to the line of the product, or a new line.
    pub(super) fn put(&mut self, product: u16, quantity: u32) {
        match self.lines.iter_mut().find(|l| l.product == product) {
            Some(line) => line.quantity += quantity,
            None => self.lines.push(Line { product, quantity }),
        }
    }

    pub(super) fn total_cents(&self) -> u64 {
        self.lines.iter().map(|l| super::catalogue::price_cents(l.product) * u64::from(l.quantity)).sum()
    }
}
