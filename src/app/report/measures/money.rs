//! Carts and customers.

use super::dates::day;
use super::share::share;
use super::trust::Trust;
use crate::engine::figures::{CartFact, Figures, Key, PeopleCount, buckets, week_start_ms};
use serde::Serialize;
use std::collections::BTreeMap;

const DAY_SECONDS: f64 = 86_400.0;
/// In less time than this no one can have been slow.
const LEAST_WATCHED_MS: i64 = 14 * crate::domain::DAY_MS;

/// Amounts by currency.
pub(crate) type Money = BTreeMap<String, f64>;

const NOT_FORGOTTEN_YET: &str = "too young to tell (no cart has been left for so long yet that it counts as forgotten)";

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Carts {
    pub opened: i64,
    pub ordered: i64,
    pub emptied: i64,
    pub forgotten: i64,
    /// Their order was cancelled or refunded, or never paid, and they did not come back.
    pub came_to_nothing: i64,
    pub still_open: i64,
    /// 1 − ordered ÷ (ordered + emptied + forgotten + came to nothing); none before the first was forgotten
    pub not_ordered_rate: Option<f64>,
    pub not_ordered_rate_trust: Trust,
    /// 1 − ordered ÷ opened: what the trade calls abandoned
    pub trade_abandonment_rate: Option<f64>,
    pub trade_abandonment_rate_trust: Trust,
    /// Carts whose checkout began, those of them that were ordered, and 1 − ordered ÷ started
    pub checkouts_started: i64,
    pub checkouts_ordered: i64,
    pub checkout_abandonment_rate: Option<f64>,
    pub checkout_abandonment_rate_trust: Trust,
    /// How often carts were left alone until their first reminder was due.
    pub abandoned: i64,
    /// abandoned ÷ opened: not a share, for a cart that someone came back to can be abandoned again
    pub abandoned_per_cart: Option<f64>,
    /// Of the abandoned ones, those whose first reminder left, and those ordered after a reminder.
    pub reminded: i64,
    pub recovered: i64,
    /// recovered ÷ reminded
    pub recovery_rate: Option<f64>,
    pub recovery_rate_trust: Trust,
    /// After a click or an open of a reminder; ÷ reminded. All others came back unprompted.
    pub recovered_attributed: i64,
    pub attributed_recovery_rate: Option<f64>,
    pub attributed_recovery_rate_trust: Trust,
    pub recovered_attributed_value: Money,
    pub recovered_unattributed: i64,
    pub recovered_unattributed_value: Money,
    /// Of the recovered ones, those after a click or an open of a reminder; and those whose order came to nothing.
    pub recovered_by_click: i64,
    pub recovered_by_open: i64,
    /// Orders of the goods of forgotten carts: none of the recovered ones.
    pub recovered_late: i64,
    /// How often something of a recovered order was taken back.
    pub reversed: i64,
    pub abandoned_value: Money,
    pub recovered_value: Money,
    pub recovered_by_click_value: Money,
    pub recovered_by_open_value: Money,
    pub recovered_late_value: Money,
    pub reversed_value: Money,
    /// Reminders that left, by step, from step 1.
    pub reminders: Vec<i64>,
    /// Outcomes by type and reason.
    pub outcomes: Vec<(String, String, i64)>,
    pub weeks: Vec<CartWeek>,
}

/// `abandoned`, `reminded` and `recovered` are those of the carts whose series was armed in this week.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CartWeek {
    pub begins: String,
    pub opened: i64,
    pub abandoned: i64,
    pub reminded: i64,
    /// Both of the two below.
    pub recovered: i64,
    pub recovered_attributed: i64,
    pub recovered_unattributed: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Customers {
    pub customers: i64,
    pub orders: i64,
    /// Customers with more than one order.
    pub repeaters: i64,
    /// repeaters ÷ customers
    pub repeat_rate: Option<f64>,
    pub repeat_rate_trust: Trust,
    /// What all customers spent, refunds taken off.
    pub spent: Money,
    /// spent ÷ customers
    pub lifetime_value: Money,
    /// Of the orders that name a value.
    pub average_order: Money,
    pub average_order_trust: Trust,
    /// Mean, median and 90 % of the time from the first touch to the first order.
    pub days_to_close_mean: Option<f64>,
    pub ms_to_close_median: Option<i64>,
    pub ms_to_close_p90: Option<i64>,
    /// Of mean, median and 90 %.
    pub time_to_close_trust: Trust,
    pub weeks: Vec<OrderWeek>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct OrderWeek {
    pub begins: String,
    pub orders: i64,
    /// Of customers who had ordered before.
    pub again: i64,
    pub value: Money,
}

#[allow(clippy::cast_precision_loss, reason = "amounts in thousandths stay far below 2^52")]
fn amount(milli: i64) -> f64 {
    milli as f64 / 1_000.0
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn per(money: &Money, heads: i64) -> Money {
    if heads == 0 { Money::new() } else { money.iter().map(|(c, sum)| (c.clone(), sum / heads as f64)).collect() }
}

/// Sums of the keys that name a currency.
pub(super) fn by_currency(figures: &Figures, currency: impl Fn(&Key) -> Option<&str>) -> Money {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (key, n) in figures.sorted() {
        if let Some(currency) = currency(key) {
            let sum = sums.entry(currency.to_owned()).or_default();
            *sum = sum.wrapping_add(n);
        }
    }
    sums.into_iter().map(|(currency, milli)| (currency, amount(milli))).collect()
}

pub(super) fn carts(figures: &Figures) -> Carts {
    let count = |what| figures.get(&Key::Carts { what });
    let value = |wanted| {
        by_currency(figures, |key| match key {
            Key::CartValue { what, currency } if *what == wanted => Some(currency.as_str()),
            _ => None,
        })
    };
    let mut reminders = Vec::new();
    let mut outcomes = Vec::new();
    let mut weeks: BTreeMap<i32, CartWeek> = BTreeMap::new();
    for (key, n) in figures.sorted() {
        match key {
            Key::Reminders { step } => {
                let at = usize::from(*step).max(1);
                reminders.resize(reminders.len().max(at), 0);
                reminders[at - 1] += n;
            }
            Key::Outcomes { kind, reason } => outcomes.push((kind.to_string(), reason.to_string(), n)),
            Key::CartsInWeek { week, what } => {
                let begins = day(week_start_ms(*week));
                let row = weeks.entry(*week).or_insert_with(|| CartWeek { begins, ..CartWeek::default() });
                match what {
                    CartFact::Opened => row.opened += n,
                    CartFact::Abandoned => row.abandoned += n,
                    CartFact::Reminded => row.reminded += n,
                    CartFact::Recovered => row.recovered += n,
                    CartFact::RecoveredByClick | CartFact::RecoveredByOpen => row.recovered_attributed += n,
                    CartFact::RecoveredUnattributed => row.recovered_unattributed += n,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let (opened, ordered) = (count(CartFact::Opened), count(CartFact::Ordered));
    let ended = [CartFact::Emptied, CartFact::Forgotten, CartFact::CameToNothing].map(count).iter().sum::<i64>() + ordered;
    let (abandoned, reminded) = (count(CartFact::Abandoned), count(CartFact::Reminded));
    let recovered = count(CartFact::Recovered);
    let (started, checkouts_ordered) = (count(CartFact::CheckoutStarted), count(CartFact::CheckoutOrdered));
    let attributed = count(CartFact::RecoveredByClick) + count(CartFact::RecoveredByOpen);
    let by_reminder = by_currency(figures, |key| match key {
        Key::CartValue { what: CartFact::RecoveredByClick | CartFact::RecoveredByOpen, currency } => Some(currency.as_str()),
        _ => None,
    });
    let still_open = (opened - ended).max(0);
    // Carts that are ordered or emptied end at once, forgotten ones after days: before the first was forgotten only the quick
    // ends are seen.
    let is_young = still_open > 0 && count(CartFact::Forgotten) == 0;
    let not_ordered =
        if is_young { Trust::none(ended, NOT_FORGOTTEN_YET.to_owned()) } else { Trust::rate(ended - ordered, ended) };
    Carts {
        opened,
        ordered,
        emptied: count(CartFact::Emptied),
        forgotten: count(CartFact::Forgotten),
        came_to_nothing: count(CartFact::CameToNothing),
        still_open,
        not_ordered_rate: share(ended - ordered, ended).filter(|_| !is_young),
        not_ordered_rate_trust: not_ordered,
        trade_abandonment_rate: share(opened - ordered, opened),
        trade_abandonment_rate_trust: Trust::rate(opened - ordered, opened),
        checkouts_started: started,
        checkouts_ordered,
        checkout_abandonment_rate: share(started - checkouts_ordered, started),
        checkout_abandonment_rate_trust: Trust::rate(started - checkouts_ordered, started),
        abandoned,
        abandoned_per_cart: share(abandoned, opened),
        reminded,
        recovered,
        recovery_rate: share(recovered, reminded),
        recovery_rate_trust: Trust::rate(recovered, reminded),
        recovered_attributed: attributed,
        attributed_recovery_rate: share(attributed, reminded),
        attributed_recovery_rate_trust: Trust::rate(attributed, reminded),
        recovered_unattributed: count(CartFact::RecoveredUnattributed),
        recovered_unattributed_value: value(CartFact::RecoveredUnattributed),
        recovered_late: count(CartFact::RecoveredLate),
        recovered_attributed_value: by_reminder,
        recovered_by_click: count(CartFact::RecoveredByClick),
        recovered_by_open: count(CartFact::RecoveredByOpen),
        reversed: count(CartFact::Reversed),
        abandoned_value: value(CartFact::Abandoned),
        recovered_value: value(CartFact::Recovered),
        recovered_by_click_value: value(CartFact::RecoveredByClick),
        recovered_by_open_value: value(CartFact::RecoveredByOpen),
        recovered_late_value: value(CartFact::RecoveredLate),
        reversed_value: value(CartFact::Reversed),
        reminders,
        outcomes,
        weeks: weeks.into_values().collect(),
    }
}

#[allow(clippy::cast_precision_loss, reason = "seconds stay far below 2^52")]
pub(super) fn days_to_close(figures: &Figures) -> Option<f64> {
    let closed = figures.total(|key| matches!(key, Key::Closed { .. }));
    (closed > 0).then(|| figures.get(&Key::ClosedSeconds {}) as f64 / DAY_SECONDS / closed as f64)
}

/// Value sold in each currency ÷ all orders that name a value.
pub(super) fn average_order(figures: &Figures) -> Money {
    let value = by_currency(figures, |key| match key {
        Key::OrderValue { currency, .. } => Some(currency.as_str()),
        _ => None,
    });
    per(&value, priced_orders(figures))
}

/// Orders that name a value.
pub(super) fn priced_orders(figures: &Figures) -> i64 {
    (figures.total(|key| matches!(key, Key::Orders { .. })) - figures.get(&Key::OrdersUnpriced {})).max(0)
}

pub(super) fn customers(figures: &Figures) -> Customers {
    let count = |what| figures.get(&Key::People { what });
    let mut closed: Vec<(u16, i64)> = Vec::new();
    let mut weeks: BTreeMap<i32, OrderWeek> = BTreeMap::new();
    let week_of = |week: &i32| OrderWeek { begins: day(week_start_ms(*week)), orders: 0, again: 0, value: Money::new() };
    for (key, n) in figures.sorted() {
        match key {
            Key::Closed { bucket } => closed.push((*bucket, n)),
            Key::Orders { week, again } => {
                let row = weeks.entry(*week).or_insert_with(|| week_of(week));
                row.orders += n;
                row.again += if *again { n } else { 0 };
            }
            Key::OrderValue { week, currency } => {
                let row = weeks.entry(*week).or_insert_with(|| week_of(week));
                *row.value.entry(currency.to_string()).or_default() += amount(n);
            }
            _ => {}
        }
    }
    let spent = by_currency(figures, |key| match key {
        Key::Spent { currency } => Some(currency.as_str()),
        _ => None,
    });
    let customers = count(PeopleCount::Customers);
    Customers {
        customers,
        orders: count(PeopleCount::Orders),
        repeaters: count(PeopleCount::Repeaters),
        repeat_rate: share(count(PeopleCount::Repeaters), customers),
        repeat_rate_trust: Trust::rate(count(PeopleCount::Repeaters), customers),
        lifetime_value: per(&spent, customers),
        spent,
        average_order: average_order(figures),
        average_order_trust: Trust::cases(priced_orders(figures)),
        days_to_close_mean: days_to_close(figures),
        ms_to_close_median: buckets::quantile_ms(&closed, 0.5),
        ms_to_close_p90: buckets::quantile_ms(&closed, 0.9),
        time_to_close_trust: time_to_close_trust(figures, &closed),
        weeks: weeks.into_values().collect(),
    }
}

/// A young shop knows only those who were quick.
fn time_to_close_trust(figures: &Figures, closed: &[(u16, i64)]) -> Trust {
    let mut trust = Trust::cases(closed.iter().map(|(_, n)| n).sum());
    let watched_ms = figures.until_ms.unwrap_or(0) - figures.since_ms.unwrap_or(0);
    let pace_ms = buckets::quantile_ms(closed, 0.9).unwrap_or(0);
    if trust.cases > 0 && watched_ms < (2 * pace_ms).max(LEAST_WATCHED_MS) {
        trust.why = Some("of those who have ordered so far: what is counted is short, slower ones are still to come".to_owned());
    }
    trust
}
