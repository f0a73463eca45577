//! How far a visit came in the checkout.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::names::{Kind, words};

/// A step of the checkout: a place in the order in which shops have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Step(pub u8);

impl Step {
    pub const STARTED: Self = Self(1);
    /// Behind all of them.
    pub(crate) const ORDERED: Self = Self(u8::MAX);
    /// Between the step of payment and that of the last look.
    pub const PAYMENT_ENTERED: Self = Self(Place::Payment.viewed() + 2);

    /// The step that an event is about.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Option<Self> {
        match (event.kind, &*event.name) {
            (Kind::CheckoutStarted, _) => Some(Self::STARTED),
            (Kind::CheckoutProgress, "Payment Info Entered") => Some(Self::PAYMENT_ENTERED),
            (Kind::CheckoutProgress, name) => {
                Some(Self::named(event.signals.checkout_step.as_deref(), name.ends_with("Completed")))
            }
            _ => None,
        }
    }

    /// As the shop numbers or names it.
    fn named(step: Option<&str>, is_completed: bool) -> Self {
        let step = step.unwrap_or_default();
        let done = u8::from(is_completed);
        if let Some(number) =
            step.bytes().find(u8::is_ascii_digit).map(|digit| digit - b'0').filter(|n| (1..=MOST_NUMBERED).contains(n))
        {
            return Self(FIRST_NUMBERED + 2 * (number - 1) + done);
        }
        let words = if step.is_empty() { Vec::new() } else { words(step) };
        Self(Place::called(&words).viewed() + done)
    }

    /// For people.
    #[must_use]
    pub fn name(self) -> String {
        let word = |done: u8| if done == 1 { "Completed" } else { "Viewed" };
        match self.0 {
            1 => "Checkout Started".to_owned(),
            n if self == Self::PAYMENT_ENTERED || n == Self::PAYMENT_ENTERED.0 + 1 => "Payment Info Entered".to_owned(),
            n if n >= FIRST_NAMED => {
                let at = Place::ALL.iter().rev().find(|place| place.viewed() <= n).copied().unwrap_or(Place::Unnamed);
                format!("{} {}", at.name(), word((n - FIRST_NAMED) % 2))
            }
            n if n >= FIRST_NUMBERED => {
                format!("Checkout Step {} {}", (n - FIRST_NUMBERED) / 2 + 1, word((n - FIRST_NUMBERED) % 2))
            }
            n => format!("Checkout Step ({n})"),
        }
    }
}

/// Steps that shops number: 1 to 9, each viewed and completed.
pub(crate) const FIRST_NUMBERED: u8 = 10;

pub(crate) const MOST_NUMBERED: u8 = 9;

/// Steps that shops name; those without a name or number come before them.
pub(crate) const FIRST_NAMED: u8 = 30;

/// A step by what it is for, in the order in which shops have them. Each is viewed and completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Neither numbered nor named.
    Unnamed,
    Address,
    Shipping,
    Payment,
    Review,
}

impl Place {
    const ALL: [Self; 5] = [Self::Unnamed, Self::Address, Self::Shipping, Self::Payment, Self::Review];

    /// What it may be called.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Unnamed => &[],
            Self::Address => {
                &["address", "contact", "customer", "information", "info", "details", "billing", "login", "account", "email"]
            }
            Self::Shipping => &["shipping", "delivery", "versand", "lieferung"],
            Self::Payment => &["payment", "zahlung", "pay", "card"],
            Self::Review => &["review", "confirm", "confirmation", "summary", "overview"],
        }
    }

    /// For people.
    fn name(self) -> &'static str {
        match self {
            Self::Unnamed => "Checkout Step",
            Self::Address => "Address",
            Self::Shipping => "Shipping",
            Self::Payment => "Payment",
            Self::Review => "Review",
        }
    }

    /// The number of its step while it is viewed; completed it is one more. Between payment and the last look lies
    /// [`Step::PAYMENT_ENTERED`].
    const fn viewed(self) -> u8 {
        match self {
            Self::Unnamed => FIRST_NAMED,
            Self::Address => FIRST_NAMED + 2,
            Self::Shipping => FIRST_NAMED + 4,
            Self::Payment => FIRST_NAMED + 6,
            Self::Review => FIRST_NAMED + 10,
        }
    }

    /// The one that is called by one of these words. Of two things in one step the later one: "shipping and payment".
    fn called(words: &[String]) -> Self {
        let is_called = |place: &&Self| words.iter().any(|word| place.words().contains(&word.as_str()));
        Self::ALL.iter().rev().find(is_called).copied().unwrap_or(Self::Unnamed)
    }
}

/// Where a visit stands in the checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempt {
    pub step: Step,
    /// When it came there.
    pub since_ms: Ms,
    /// Which visit of the prospect it is.
    pub visit: u32,
}

/// What an event changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passed {
    /// It went on from this step, where it had come at this time.
    pub from: Option<(Step, Ms)>,
    /// It came to this one.
    pub to: Option<(Step, Ms)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_in_the_order_of_a_checkout_however_a_shop_calls_them() {
        let viewed = |step| Step::named(step, false);
        let completed = |step| Step::named(step, true);
        let numbered =
            [Step::STARTED, viewed(Some("1")), completed(Some("step_1")), viewed(Some("2. Delivery")), completed(Some("2"))];
        assert!(numbered.is_sorted_by(|a, b| a < b) && *numbered.last().unwrap() < Step::PAYMENT_ENTERED);
        let named = [
            Step::STARTED,
            viewed(None),
            completed(None),
            viewed(Some("Contact information")),
            completed(Some("address")),
            viewed(Some("shippingMethod")),
            completed(Some("delivery")),
            viewed(Some("Shipping and payment")),
            completed(Some("payment")),
            Step::PAYMENT_ENTERED,
            viewed(Some("review")),
            completed(Some("Order confirmation")),
        ];
        assert!(named.is_sorted_by(|a, b| a < b), "{named:?}");
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let names = [
            (Step::STARTED, "Checkout Started"),
            (Step::named(Some("3"), false), "Checkout Step 3 Viewed"),
            (Step::named(None, true), "Checkout Step Completed"),
            (Step::named(Some("versand"), true), "Shipping Completed"),
            (Step::named(Some("payment"), false), "Payment Viewed"),
            (Step::PAYMENT_ENTERED, "Payment Info Entered"),
            (Step::named(Some("review"), false), "Review Viewed"),
            (Step::named(Some("summary"), true), "Review Completed"),
        ];
        for (step, name) in names {
            assert_eq!(step.name(), name);
        }
        for n in 0..=u8::MAX {
            assert!(!Step(n).name().is_empty());
        }
    }
}
