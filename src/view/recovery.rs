//! What reminders brought in, for programs and for people: what follows from one stands first, what came back by itself beside it, and
//! no number holds both.

use crate::domain::state::acquisition::NO_CURRENCY;
use crate::domain::terms::cart::OutcomeKind;
use crate::runtime::snapshot::recovery::{Follows, Recovery, Sum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const BY_A_REMINDER: &str = "recovered by a reminder";
const BY_THEMSELVES: &str = "came back by themselves";

/// What reminders brought in, as `/api/v1/carts` and the summary of a replay have it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RecoveryView {
    /// Orders that follow from a reminder.
    pub attributed: AttributedView,
    /// Orders of carts that were forgotten by then.
    pub late: OrdersView,
    /// Orders that came by themselves.
    pub unattributed: OrdersView,
}

impl RecoveryView {
    #[must_use]
    pub fn of(recovery: &Recovery) -> Self {
        let one = |of: &[Follows]| OrdersView::of(recovery, of);
        let OrdersView { orders, taken_back, taken_back_value, value } = one(&Follows::ATTRIBUTED);
        let (by_click, by_open) = (one(&[Follows::Click]), one(&[Follows::Open]));
        Self {
            attributed: AttributedView { by_click, by_open, orders, taken_back, taken_back_value, value },
            late: one(&[Follows::Late]),
            unattributed: one(&[Follows::Itself]),
        }
    }
}

/// Orders that follow from a reminder, all of them and by what they follow from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct AttributedView {
    pub by_click: OrdersView,
    pub by_open: OrdersView,
    pub orders: u64,
    pub taken_back: u64,
    /// By currency.
    pub taken_back_value: BTreeMap<String, f64>,
    /// By currency.
    pub value: BTreeMap<String, f64>,
}

/// Orders, what they are worth, and what was taken back of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct OrdersView {
    pub orders: u64,
    pub taken_back: u64,
    /// By currency.
    pub taken_back_value: BTreeMap<String, f64>,
    /// By currency.
    pub value: BTreeMap<String, f64>,
}

impl OrdersView {
    fn of(recovery: &Recovery, of: &[Follows]) -> Self {
        let (ordered, back) = (recovery.ordered(of), recovery.taken_back(of));
        let (value, taken_back_value) = (value(&ordered), value(&back));
        Self { orders: ordered.orders, taken_back: back.orders, taken_back_value, value }
    }
}

#[allow(clippy::cast_precision_loss, reason = "for people; far below 2^53 thousandths")]
fn value(sum: &Sum) -> BTreeMap<String, f64> {
    sum.milli.iter().map(|(currency, milli)| (currency.to_string(), *milli as f64 / 1_000.0)).collect()
}

/// `12: 1234.50 EUR, 3.00 USD`: how many orders, and what they are worth.
#[must_use]
pub fn text(sum: &Sum) -> String {
    let amounts: Vec<String> = sum
        .milli
        .iter()
        .map(|(currency, milli)| {
            let name = if *currency == NO_CURRENCY { "(no currency)" } else { currency.as_str() };
            let cents = (milli.unsigned_abs() + 5) / 10;
            let sign = if *milli < 0 { "-" } else { "" };
            format!("{sign}{}.{:02} {name}", cents / 100, cents % 100)
        })
        .collect();
    if amounts.is_empty() { sum.orders.to_string() } else { format!("{}: {}", sum.orders, amounts.join(", ")) }
}

/// The two that stand in front.
#[must_use]
pub fn tiles(recovery: &Recovery) -> [(&'static str, String); 2] {
    [(BY_A_REMINDER, &Follows::ATTRIBUTED[..]), (BY_THEMSELVES, &[Follows::Itself])]
        .map(|(name, of)| (name, text(&recovery.ordered(of))))
}

/// Outcomes of carts by type, without those of orders: [`rows`] tells them apart.
pub fn other_outcomes<'a>(all: &'a BTreeMap<&'static str, u64>) -> impl Iterator<Item = (&'static str, u64)> + 'a {
    let of_orders = [OutcomeKind::Recovered, OutcomeKind::RecoveredLate, OutcomeKind::Reversed].map(OutcomeKind::type_name);
    all.iter().filter(move |(kind, _)| !of_orders.contains(kind)).map(|(kind, count)| (*kind, *count))
}

/// What is said of recovery wherever people read it: a name, and the numbers. Late orders and what was taken back only where
/// there are any.
#[must_use]
pub fn rows(recovery: &Recovery) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    for (name, taken_back, of, always) in [
        (BY_A_REMINDER, "taken back of these", &Follows::ATTRIBUTED[..], true),
        (BY_THEMSELVES, "taken back of those", &[Follows::Itself], true),
        ("late, of carts forgotten by then", "taken back of late ones", &[Follows::Late], false),
    ] {
        let (ordered, back) = (recovery.ordered(of), recovery.taken_back(of));
        if always || ordered.orders > 0 {
            rows.push((name, text(&ordered)));
        }
        if back.orders > 0 {
            rows.push((taken_back, text(&back)));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Recovery {
        let mut all = Recovery::default();
        all.add(Follows::Click, false, Some(80.0), Some("EUR"));
        all.add(Follows::Open, false, Some(20.505), Some("EUR"));
        all.add(Follows::Itself, false, Some(900.0), Some("EUR"));
        all.add(Follows::Itself, false, Some(1.0), None);
        all.add(Follows::Click, true, Some(80.0), Some("EUR"));
        all
    }

    #[test]
    fn the_answer_has_what_is_attributed_and_what_is_not_apart() {
        let RecoveryView { attributed, late, unattributed } = RecoveryView::of(&some());
        let value = |of: &[(&str, f64)]| of.iter().map(|(currency, sum)| ((*currency).to_owned(), *sum)).collect();
        assert_eq!((attributed.orders, attributed.value), (2, value(&[("EUR", 100.505)])));
        assert_eq!((attributed.taken_back, attributed.taken_back_value), (1, value(&[("EUR", 80.0)])));
        assert_eq!((attributed.by_click.orders, attributed.by_open.value), (1, value(&[("EUR", 20.505)])));
        assert_eq!(unattributed.value, value(&[("-", 1.0), ("EUR", 900.0)]));
        assert_eq!((late.orders, late.value), (0, value(&[])));
    }

    #[test]
    fn people_read_first_what_a_reminder_brought_and_then_what_came_by_itself() {
        let mut all = some();
        let said = |all: &Recovery| rows(all).iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>();
        assert_eq!(
            said(&all),
            [
                "recovered by a reminder 2: 100.51 EUR",
                "taken back of these 1: 80.00 EUR",
                "came back by themselves 2: 1.00 (no currency), 900.00 EUR"
            ]
        );
        all.add(Follows::Late, false, None, None);
        assert_eq!(said(&all).last().map(String::as_str), Some("late, of carts forgotten by then 1"));
        assert_eq!(said(&Recovery::default()), ["recovered by a reminder 0", "came back by themselves 0"]);
    }
}
