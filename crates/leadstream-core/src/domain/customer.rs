//! Where the prospect came from and what was bought: for the figures.
//!
//! A source or campaign counts from the first event that names one (`context.campaign.source` and `context.campaign.name`); a
//! visit that names none changes nothing: who comes back by hand still came by the campaign.

use super::effect::{Effects, OrderChange};
use super::event::{Event, Value};
use super::model::Models;
use super::names::PropertyId;
use super::orders::Touch;
use super::prospect::{More, Prospect};
use super::step::Turn;
use super::{Ms, Text};

/// Currencies in which the orders of one prospect are added up; what comes in further ones counts as [`OTHER_CURRENCY`].
pub const MAX_CURRENCIES: usize = 4;
/// Orders in more currencies than a record keeps.
pub const OTHER_CURRENCY: &str = "other";
/// Orders whose currency nobody named.
pub const NO_CURRENCY: &str = "-";
/// Longest name of a source or campaign; the rest is cut off.
pub const MAX_NAME_BYTES: usize = 64;

/// Where the prospect came from and what was bought: for the figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Customer {
    pub first_source: Option<Text>,
    pub first_campaign: Option<Text>,
    /// The newest ones; the same as the first while there is only one.
    pub last_source: Option<Text>,
    pub last_campaign: Option<Text>,
    pub orders: u32,
    pub first_order_ms: Option<Ms>,
    /// Currency and thousandths of its unit, refunds taken off.
    pub spent: Vec<(Text, i64)>,
}

impl Customer {
    fn come_by(&mut self, source: Option<Text>, campaign: Option<Text>) {
        let newest = |first: &mut Option<Text>, last: &mut Option<Text>, named: Option<Text>| {
            let Some(name) = named else { return };
            first.get_or_insert_with(|| name.clone());
            *last = Some(name);
        };
        newest(&mut self.first_source, &mut self.last_source, source);
        newest(&mut self.first_campaign, &mut self.last_campaign, campaign);
    }

    fn pay(&mut self, currency: Option<&str>, milli: i64) {
        if milli == 0 {
            return;
        }
        let currency = currency.unwrap_or(NO_CURRENCY);
        let known = self.spent.iter().position(|(c, _)| c == currency);
        let room = self.spent.len() + 1 < MAX_CURRENCIES;
        let named = if known.is_some() || room { currency } else { OTHER_CURRENCY };
        match self.spent.iter_mut().find(|(c, _)| c == named) {
            Some((_, sum)) => *sum = sum.saturating_add(milli),
            None => self.spent.push((named.into(), milli)),
        }
    }
}

/// Money in thousandths of its unit: sums of whole numbers don't depend on their order.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "saturating, and checked to be finite")]
pub fn milli(amount: f64) -> i64 {
    if amount.is_finite() { (amount * 1_000.0).round() as i64 } else { 0 }
}

/// Takes in source and campaign.
pub fn turn(prospect: &mut Prospect, turn: &Turn<'_, '_>, effects: &mut Effects) {
    let Some(event) = turn.event else { return };
    let (source, campaign) = named(event, turn.models);
    if source.is_some() || campaign.is_some() {
        effects.customer = true;
        prospect.more_mut().customer.come_by(source, campaign);
    }
}

/// Counts what became of an order.
pub fn count(prospect: &mut Prospect, change: OrderChange, effects: &mut Effects) {
    let OrderChange { placed_ms, orders, milli, ref currency, .. } = change;
    let more = prospect.more_mut();
    let customer = &mut more.customer;
    customer.orders = u32::try_from(i64::from(customer.orders).saturating_add(orders).max(0)).unwrap_or(u32::MAX);
    customer.pay(currency.as_deref(), milli);
    if orders > 0 {
        customer.first_order_ms = Some(customer.first_order_ms.map_or(placed_ms, |first| first.min(placed_ms)));
    } else if orders < 0 && customer.first_order_ms == Some(placed_ms) {
        let standing = more.known_orders.list.iter().filter(|order| order.standing.stands());
        let next_ms = standing.map(|order| order.placed_ms).min();
        customer.first_order_ms = next_ms.or(Some(placed_ms)).filter(|_| customer.orders > 0);
    }
    effects.customer = true;
    effects.orders.push(change);
}

/// Takes off what was spent for an order that nobody remembers: no more than such orders were worth.
pub fn pay_back(prospect: &mut Prospect, currency: Option<&str>, milli: i64, effects: &mut Effects) {
    let More { customer, known_orders, .. } = prospect.more_mut();
    let known = known_orders.list.iter().filter(|order| order.standing.stands());
    if usize::try_from(customer.orders).unwrap_or(usize::MAX) <= known.clone().count() {
        return;
    }
    let at = match (currency, customer.spent.len()) {
        (None, 1) => Some(0),
        (named, _) => customer.spent.iter().position(|(currency, _)| currency == named.unwrap_or(NO_CURRENCY)),
    };
    if let Some((currency, sum)) = at.and_then(|at| customer.spent.get_mut(at)) {
        let own = known.filter(|order| order.currency.as_deref().unwrap_or(NO_CURRENCY) == currency.as_str());
        let known_milli = own.fold(0_i64, |sum, order| sum.saturating_add(order.worth_milli()));
        *sum = sum.saturating_sub(milli.min(sum.saturating_sub(known_milli)).max(0));
        effects.customer = true;
    }
}

/// What an order is credited to: the newest source and campaign, the order's own among them.
#[must_use]
pub fn touch_of(prospect: &Prospect, event: &Event<'_>, models: &Models) -> Touch {
    let (source, campaign) = named(event, models);
    let customer = prospect.more.as_deref().map(|more| &more.customer);
    Touch {
        source: source.or_else(|| customer?.last_source.clone()),
        campaign: campaign.or_else(|| customer?.last_campaign.clone()),
    }
}

/// The source and the campaign that an event names.
fn named(event: &Event<'_>, models: &Models) -> (Option<Text>, Option<Text>) {
    if event.properties.is_empty() {
        return (None, None);
    }
    let vocabulary = &models.vocabulary;
    let text = |id: Option<PropertyId>| match event.property(id?)? {
        Value::Text(text) => cut(text.trim()),
        Value::Number(_) | Value::Bool(_) => None,
    };
    (text(vocabulary.source), text(vocabulary.campaign))
}

fn cut(name: &str) -> Option<Text> {
    let end = (0..=name.len().min(MAX_NAME_BYTES)).rev().find(|n| name.is_char_boundary(*n)).unwrap_or(0);
    (end > 0).then(|| name[..end].into())
}
