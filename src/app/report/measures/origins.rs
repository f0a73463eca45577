//! Sources and campaigns: who came by them, what became of those, and what that cost.

use super::money::{Money, by_currency};
use super::share::share;
use super::trust::Trust;
use crate::app::report::costs::Costs;
use crate::engine::figures::{Figures, Key, OTHER, Origin, PeopleCount};
use serde::Serialize;
use std::collections::BTreeSet;

/// A source or campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Named {
    /// `None`: those who came without one.
    pub name: Option<String>,
    /// Came by it first.
    pub prospects: i64,
    pub customers: i64,
    pub repeaters: i64,
    pub orders: i64,
    /// customers ÷ prospects
    pub conversion: Option<f64>,
    pub conversion_trust: Trust,
    pub spent: Money,
    /// Orders of those who came by it last before they ordered.
    pub last_touch_orders: i64,
    pub last_touch_value: Money,
    /// As the caller said.
    pub cost: Option<f64>,
    /// cost ÷ prospects, cost ÷ customers
    pub cost_per_prospect: Option<f64>,
    pub cost_per_customer: Option<f64>,
}

/// First and last touch.
pub(super) const SOURCES: [Origin; 2] = [Origin::FirstSource, Origin::LastSource];
pub(super) const CAMPAIGNS: [Origin; 2] = [Origin::FirstCampaign, Origin::LastCampaign];

/// The sources or the campaigns, those with the most prospects first; those who came without one last.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn named(figures: &Figures, [first, last]: [Origin; 2], costs: &Costs) -> Vec<Named> {
    let mut names: BTreeSet<&str> = costs.keys().map(String::as_str).collect();
    for (key, _) in figures.sorted() {
        if let Key::Origins { of, name, .. } = key
            && (*of == first || *of == last)
        {
            names.insert(name.as_str());
        }
    }
    let mut all: Vec<Named> = names.into_iter().map(|wanted| one_named(figures, [first, last], wanted, costs)).collect();
    all.sort_by_key(|n| (n.name.as_deref() == Some(OTHER), std::cmp::Reverse((n.prospects, n.orders))));
    let rest = |what: fn(&Named) -> i64, heads| figures.get(&Key::People { what: heads }) - all.iter().map(what).sum::<i64>();
    let (prospects, customers) = (rest(|n| n.prospects, PeopleCount::Prospects), rest(|n| n.customers, PeopleCount::Customers));
    if !all.is_empty() && (prospects > 0 || customers > 0) {
        let mut spent = customers_spent(figures);
        for named in &all {
            for (currency, sum) in &named.spent {
                *spent.entry(currency.clone()).or_default() -= sum;
            }
        }
        let mut last_touch_value = sold(figures);
        for named in &all {
            for (currency, sum) in &named.last_touch_value {
                *last_touch_value.entry(currency.clone()).or_default() -= sum;
            }
        }
        for money in [&mut spent, &mut last_touch_value] {
            money.retain(|_, sum| sum.abs() > 0.000_5);
        }
        let none = Named {
            name: None,
            prospects,
            customers,
            repeaters: rest(|n| n.repeaters, PeopleCount::Repeaters),
            orders: rest(|n| n.orders, PeopleCount::Orders),
            conversion: share(customers, prospects),
            conversion_trust: Trust::rate(customers, prospects),
            spent,
            last_touch_orders: figures.total(|key| matches!(key, Key::Orders { .. }))
                - all.iter().map(|n| n.last_touch_orders).sum::<i64>(),
            last_touch_value,
            cost: None,
            cost_per_prospect: None,
            cost_per_customer: None,
        };
        all.push(none);
    }
    all
}

/// What all orders are worth, as they stand.
fn sold(figures: &Figures) -> Money {
    by_currency(figures, |key| match key {
        Key::OrderValue { currency, .. } => Some(currency.as_str()),
        _ => None,
    })
}

fn customers_spent(figures: &Figures) -> Money {
    by_currency(figures, |key| match key {
        Key::Spent { currency } => Some(currency.as_str()),
        _ => None,
    })
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn one_named(figures: &Figures, [first, last]: [Origin; 2], wanted: &str, costs: &Costs) -> Named {
    let count = |of, what| figures.get(&Key::Origins { of, name: wanted.into(), what });
    let money = |wanted_of: Origin| {
        by_currency(figures, |key| match key {
            Key::OriginSpent { of, name, currency } if *of == wanted_of && name == wanted => Some(currency.as_str()),
            _ => None,
        })
    };
    let (prospects, customers) = (count(first, PeopleCount::Prospects), count(first, PeopleCount::Customers));
    let cost = costs.get(wanted).copied();
    let each = |heads: i64| cost.filter(|_| heads > 0).map(|cost| cost / heads as f64);
    Named {
        name: Some(wanted.to_owned()),
        prospects,
        customers,
        repeaters: count(first, PeopleCount::Repeaters),
        orders: count(first, PeopleCount::Orders),
        conversion: share(customers, prospects),
        conversion_trust: Trust::rate(customers, prospects),
        spent: money(first),
        last_touch_orders: count(last, PeopleCount::Orders),
        last_touch_value: money(last),
        cost,
        cost_per_prospect: each(prospects),
        cost_per_customer: each(customers),
    }
}
