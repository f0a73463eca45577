//! What reminders brought in, for the API and the page: what follows from one stands first, what came back by itself beside it, and
//! no number holds both.

use crate::domain::state::acquisition::NO_CURRENCY;
use crate::domain::terms::cart::OutcomeKind;
use crate::runtime::snapshot::recovery::{Follows, Recovery, Sum};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const BY_A_REMINDER: &str = "recovered by a reminder";
const BY_THEMSELVES: &str = "came back by themselves";

/// As `/api/v1/carts` and the summary of a replay have it.
#[must_use]
pub fn to_json(recovery: &Recovery) -> Value {
    let one = |of: &[Follows]| {
        let (ordered, back) = (recovery.ordered(of), recovery.taken_back(of));
        json!({ "orders": ordered.orders, "value": value(&ordered), "taken_back": back.orders, "taken_back_value": value(&back) })
    };
    let mut attributed = one(&Follows::ATTRIBUTED);
    attributed["by_click"] = one(&[Follows::Click]);
    attributed["by_open"] = one(&[Follows::Open]);
    json!({ "attributed": attributed, "unattributed": one(&[Follows::Itself]), "late": one(&[Follows::Late]) })
}

#[allow(clippy::cast_precision_loss, reason = "for people; far below 2^53 thousandths")]
fn value(sum: &Sum) -> Map<String, Value> {
    sum.milli.iter().map(|(currency, milli)| (currency.to_string(), json!(*milli as f64 / 1_000.0))).collect()
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
        let answer = to_json(&some());
        let attributed = &answer["attributed"];
        assert_eq!((&attributed["orders"], &attributed["value"]), (&json!(2), &json!({ "EUR": 100.505 })));
        assert_eq!((&attributed["taken_back"], &attributed["taken_back_value"]), (&json!(1), &json!({ "EUR": 80.0 })));
        assert_eq!((&attributed["by_click"]["orders"], &attributed["by_open"]["value"]), (&json!(1), &json!({ "EUR": 20.505 })));
        assert_eq!(answer["unattributed"]["value"], json!({ "-": 1.0, "EUR": 900.0 }));
        assert_eq!((&answer["late"]["orders"], &answer["late"]["value"]), (&json!(0), &json!({})));
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
