//! What carts that were reminded of brought in, apart by what the orders follow from, so that no place adds up what must not be.

use crate::domain::Text;
use crate::domain::number::milli;
use crate::domain::output::trigger::CartOutcome;
use crate::domain::state::acquisition::NO_CURRENCY;
use crate::domain::terms::cart::OutcomeKind;
use crate::domain::terms::recovery::Attribution;
use std::collections::BTreeMap;

/// Currencies counted apart; what comes in further ones is one sum. They are named by what comes in.
const MAX_CURRENCIES: usize = 32;
const OTHERS: &str = "other";

/// What an order after a reminder follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Follows {
    /// A link in a reminder was clicked.
    Click,
    /// A reminder was opened.
    Open,
    /// Neither is known: the cart came back by itself.
    Itself,
    /// The cart was forgotten by then.
    Late,
}

impl Follows {
    /// What follows from a reminder, as far as anybody can know.
    pub const ATTRIBUTED: [Self; 2] = [Self::Click, Self::Open];
}

/// Orders, and what they are worth in thousandths, by currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    pub orders: u64,
    pub milli: BTreeMap<Text, i64>,
}

impl Sum {
    fn add(&mut self, currency: &str, milli: i64) {
        let is_new = !self.milli.contains_key(currency);
        let currency = if is_new && self.milli.len() >= MAX_CURRENCIES { OTHERS } else { currency };
        let sum = self.milli.entry(currency.into()).or_default();
        *sum = sum.saturating_add(milli);
    }

    fn merge(&mut self, other: &Self) {
        self.orders += other.orders;
        other.milli.iter().for_each(|(currency, milli)| self.add(currency, *milli));
    }
}

/// Recovered orders, and what was taken back of them; never in one number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    ordered: BTreeMap<Follows, Sum>,
    taken_back: BTreeMap<Follows, Sum>,
}

impl Recovery {
    /// Counts an outcome that reports an order after a reminder; others are ignored.
    pub fn note(&mut self, outcome: &CartOutcome) {
        let is_back = match outcome.kind {
            OutcomeKind::Recovered | OutcomeKind::RecoveredLate => false,
            OutcomeKind::Reversed => true,
            OutcomeKind::Cancelled | OutcomeKind::Recalled | OutcomeKind::Expired | OutcomeKind::Skipped => return,
        };
        let follows = match outcome.attribution {
            _ if outcome.late => Follows::Late,
            Some(Attribution::Click) => Follows::Click,
            Some(Attribution::Open) => Follows::Open,
            None => Follows::Itself,
        };
        self.add(follows, is_back, outcome.value, outcome.currency.as_deref());
    }

    /// One order, or one time that something of it is taken back.
    pub fn add(&mut self, follows: Follows, is_back: bool, value: Option<f64>, currency: Option<&str>) {
        let of = if is_back { &mut self.taken_back } else { &mut self.ordered };
        let sum = of.entry(follows).or_default();
        sum.orders += 1;
        if let Some(value) = value {
            sum.add(currency.unwrap_or(NO_CURRENCY), milli(value));
        }
    }

    /// Another task's.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.ordered, &other.ordered), (&mut self.taken_back, &other.taken_back)] {
            theirs.iter().for_each(|(follows, sum)| mine.entry(*follows).or_default().merge(sum));
        }
    }

    /// Orders that follow from any of these, before anything is taken back.
    #[must_use]
    pub fn ordered(&self, of: &[Follows]) -> Sum {
        sum(&self.ordered, of)
    }

    /// What of them was cancelled, refunded or not paid.
    #[must_use]
    pub fn taken_back(&self, of: &[Follows]) -> Sum {
        sum(&self.taken_back, of)
    }
}

fn sum(all: &BTreeMap<Follows, Sum>, of: &[Follows]) -> Sum {
    let mut sum = Sum::default();
    of.iter().filter_map(|follows| all.get(follows)).for_each(|one| sum.merge(one));
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(all: &[(&str, i64)]) -> BTreeMap<Text, i64> {
        all.iter().map(|(currency, milli)| ((*currency).into(), *milli)).collect()
    }

    #[test]
    fn what_follows_from_a_reminder_and_what_came_back_by_itself_never_meet() {
        let (mut all, mut other) = (Recovery::default(), Recovery::default());
        all.add(Follows::Click, false, Some(80.0), Some("EUR"));
        all.add(Follows::Open, false, Some(20.5), Some("EUR"));
        all.add(Follows::Itself, false, Some(900.0), Some("EUR"));
        other.add(Follows::Itself, false, None, None);
        other.add(Follows::Late, false, Some(7.0), Some("USD"));
        other.add(Follows::Click, true, Some(80.0), Some("EUR"));
        all.merge(&other);
        assert_eq!(all.ordered(&Follows::ATTRIBUTED), Sum { orders: 2, milli: worth(&[("EUR", 100_500)]) });
        assert_eq!(all.taken_back(&Follows::ATTRIBUTED), Sum { orders: 1, milli: worth(&[("EUR", 80_000)]) });
        assert_eq!(all.ordered(&[Follows::Itself]), Sum { orders: 2, milli: worth(&[("EUR", 900_000)]) });
        assert_eq!(all.taken_back(&[Follows::Itself]), Sum::default());
        assert_eq!(all.ordered(&[Follows::Late]), Sum { orders: 1, milli: worth(&[("USD", 7_000)]) });
    }

    #[test]
    fn currencies_that_nobody_has_heard_of_do_not_grow_without_bound() {
        let mut all = Recovery::default();
        for n in 0..500 {
            all.add(Follows::Open, false, Some(1.0), Some(&format!("X{n}")));
        }
        let sum = all.ordered(&[Follows::Open]);
        assert_eq!((sum.orders, sum.milli.len(), sum.milli[OTHERS]), (500, MAX_CURRENCIES + 1, 468_000));
    }
}
