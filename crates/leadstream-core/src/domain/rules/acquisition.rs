//! Where the prospect came from and what was bought: for the figures.
//!
//! A source or campaign counts from the first event that names one (`context.campaign.source` and `context.campaign.name`); a
//! visit that names none changes nothing: who comes back by hand still came by the campaign.

use crate::domain::Text;
use crate::domain::event::{Event, Value};
use crate::domain::model::Models;
use crate::domain::names::PropertyId;
use crate::domain::output::OrderChange;
use crate::domain::rules::context::StepContext;
use crate::domain::state::acquisition::{MAX_NAME_BYTES, NO_CURRENCY};
use crate::domain::state::orders::Touch;
use crate::domain::state::prospect::{Extras, Prospect};

/// Takes in source and campaign.
pub fn on_step(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let (source, campaign) = named(event, step.models);
    if source.is_some() || campaign.is_some() {
        step.effects.customer = true;
        prospect.extras_mut().customer.record_source(source, campaign);
    }
}

/// Counts what became of an order.
pub fn count(prospect: &mut Prospect, change: OrderChange, step: &mut StepContext<'_, '_>) {
    let OrderChange { placed_ms, orders, milli, ref currency, .. } = change;
    let extras = prospect.extras_mut();
    let customer = &mut extras.customer;
    customer.orders = u32::try_from(i64::from(customer.orders).saturating_add(orders).max(0)).unwrap_or(u32::MAX);
    customer.pay(currency.as_deref(), milli);
    if orders > 0 {
        customer.first_order_ms = Some(customer.first_order_ms.map_or(placed_ms, |first| first.min(placed_ms)));
    } else if orders < 0 && customer.first_order_ms == Some(placed_ms) {
        let standing = extras.known_orders.list.iter().filter(|order| order.standing.stands());
        let next_ms = standing.map(|order| order.placed_ms).min();
        customer.first_order_ms = next_ms.or(Some(placed_ms)).filter(|_| customer.orders > 0);
    }
    step.effects.customer = true;
    step.effects.orders.push(change);
}

/// Takes off what was spent on an order that is forgotten: no more than such orders were worth.
pub fn pay_back(prospect: &mut Prospect, currency: Option<&str>, milli: i64, step: &mut StepContext<'_, '_>) {
    let Extras { customer, known_orders, .. } = prospect.extras_mut();
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
        step.effects.customer = true;
    }
}

/// What an order is credited to: the newest source and campaign, the order's own among them.
#[must_use]
pub fn touch_of(prospect: &Prospect, event: &Event<'_>, models: &Models) -> Touch {
    let (source, campaign) = named(event, models);
    let customer = prospect.extras.as_deref().map(|extras| &extras.customer);
    Touch {
        source: source.or_else(|| customer?.last_source.clone()),
        campaign: campaign.or_else(|| customer?.last_campaign.clone()),
    }
}

/// The source and the campaign that an event names.
pub(crate) fn named(event: &Event<'_>, models: &Models) -> (Option<Text>, Option<Text>) {
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
