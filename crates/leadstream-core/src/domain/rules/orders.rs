//! Orders, each known by its id, whatever reports it: browser and server, a page that is loaded again, a payment that is tried
//! again, a status that changes months later. A repeated report changes only what is new in it.
//!
//! This page says what an event means to the orders that are known; `reverse` takes back what an order moved and gave.

pub mod carts;
pub mod contribution;
pub mod find;
pub mod memory;
pub mod part;
pub mod reverse;

use crate::domain::event::{Event, OrderFate, OrderStatus};
use crate::domain::model::Model;
use crate::domain::names::Kind;
use crate::domain::output::OrderChange;
use crate::domain::rules::acquisition;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::order_news::News;
use crate::domain::rules::orders::find::change;
use crate::domain::rules::orders::part::Refund;
use crate::domain::state::orders::{KnownOrder, Standing};
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, number};

/// What an event says became of an order.
enum Says {
    Placed,
    Updated,
    Failed,
    Cancelled,
    Refunded,
    /// It is none: a draft.
    Draft,
    /// Sales lost what it had won.
    Lost,
}

/// Whether an event says that something was sold: an order, or what the model takes for a contract.
#[must_use]
pub fn is_sale(event: &Event<'_>, model: &Model) -> bool {
    event.kind == Kind::OrderCompleted || model.won.is_contract(event)
}

fn says(event: &Event<'_>, model: &Model) -> Option<Says> {
    let by_status = match event.signals.order_status {
        OrderStatus::Failed => Some(Says::Failed),
        OrderStatus::Cancelled => Some(Says::Cancelled),
        OrderStatus::Refunded => Some(Says::Refunded),
        OrderStatus::Draft => Some(Says::Draft),
        OrderStatus::PartlyRefunded if event.kind == Kind::OrderUpdated && event.value.is_some() => Some(Says::Refunded),
        OrderStatus::Unsaid | OrderStatus::Pending | OrderStatus::Paid | OrderStatus::PartlyRefunded => None,
    };
    match (event.kind, event.order_fate()) {
        (_, Some(OrderFate::Cancelled)) => Some(Says::Cancelled),
        (_, Some(OrderFate::Refunded)) => Some(Says::Refunded),
        (Kind::OrderUpdated, None) => Some(by_status.unwrap_or(Says::Updated)),
        (Kind::OrderCompleted, None) => Some(by_status.unwrap_or(Says::Placed)),
        (Kind::PaymentFailed, None) => Some(Says::Failed),
        (Kind::Contract, None) if model.won.is_contract(event) => Some(by_status.unwrap_or(Says::Placed)),
        (Kind::Sales, None) if model.won.is_contract(event) => Some(Says::Placed),
        (Kind::Sales, None) if model.won.is_lost(event) => Some(Says::Lost),
        _ => None,
    }
}

/// Takes in what an event says of orders: the ledger, what the customer spent, and what figures count.
pub fn learn(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let Some(says) = says(event, step.model()) else { return News::None };
    if let Some(extras) = prospect.extras.as_deref_mut() {
        let newest_ms = prospect.last_seen_ms.max(event.time_ms);
        extras.known_orders.change(|known| known.forget(newest_ms));
    }
    match says {
        Says::Placed => place(prospect, event, step),
        Says::Updated => update(prospect, event, step),
        Says::Failed => fail(prospect, event, step),
        Says::Lost => lose(prospect, event, step),
        Says::Cancelled => cancel(prospect, event, step),
        Says::Refunded => refund(prospect, event, step),
        // Whatever is known of an order stays: drafts are made before there is one.
        Says::Draft if event.kind == Kind::OrderCompleted => News::Void,
        Says::Draft => News::None,
    }
}

fn place(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let mut order = KnownOrder::of(event);
    if let Some(at) = find::order(prospect, event) {
        let known = &mut prospect.extras_mut().known_orders.list;
        if known[at].standing.stands() {
            return update(prospect, event, step);
        }
        // A payment that is tried again comes later than its failure. What was refunded is not sold by a page that is loaded
        // again.
        if event.time_ms < known[at].told_ms || known[at].standing == Standing::Refunded {
            return News::Void;
        }
        carts::take_over(&known.remove(at), &mut order, step);
    }
    // What sales reported as won is now reported by the contract itself, or by the order: one sale, known better.
    if let Some(at) = find::won_by_sales(prospect, event) {
        let change = change(prospect, at, OrderChange::gone);
        prospect.extras_mut().known_orders.list.remove(at);
        acquisition::count(prospect, change, step);
    }
    let touch = acquisition::touch_of(prospect, event, step.models);
    let extras = prospect.extras_mut();
    order.has_ordered_before = extras.customer.orders > 0;
    order.touch = extras.known_orders.credit(touch);
    let at = extras.known_orders.add(order, step.effects);
    let change = change(prospect, at, OrderChange::placed);
    acquisition::count(prospect, change, step);
    News::Placed(at)
}

/// Sales lost what it had said that it won.
fn lose(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let known = prospect.extras.as_deref().map_or(&[][..], |extras| &extras.known_orders.list);
    match known.iter().rposition(|order| order.by_sales && order.standing.stands()) {
        Some(at) => take_back(prospect, at, Standing::Cancelled, event, step),
        None => News::None,
    }
}

/// A known order is reported again: its total and that it is paid may be new.
fn update(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let Some(at) = find::order(prospect, event) else { return News::None };
    let order = &mut prospect.extras_mut().known_orders.list[at];
    if !order.standing.stands() {
        return News::Void;
    }
    order.was_paid |= event.signals.order_status == OrderStatus::Paid;
    order.told_ms = order.told_ms.max(event.time_ms);
    if order.id.is_none() {
        order.id = event.order_hash();
    }
    let told = event.value.map(number::milli).filter(|told| order.total_milli != Some(*told));
    if let Some(told) = told {
        reprice(prospect, at, told, event, step);
    }
    News::Retold(at)
}

/// The total of a known order becomes known, or changes: what it counts for is what is left of it, in the currency that is
/// known now.
fn reprice(prospect: &mut Prospect, at: usize, told_milli: i64, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let before = change(prospect, at, OrderChange::unpriced);
    let order = &mut prospect.extras_mut().known_orders.list[at];
    let was_unpriced = order.total_milli.replace(told_milli).is_none();
    if order.currency.is_none() {
        order.currency = event.currency.as_deref().map(Into::into);
    }
    let mut after = change(prospect, at, OrderChange::priced);
    after.unpriced = -i64::from(was_unpriced);
    if before.currency == after.currency {
        after.milli = after.milli.saturating_add(before.milli);
    } else {
        acquisition::count(prospect, before, step);
    }
    acquisition::count(prospect, after, step);
}

/// Its payment failed: within the payment window the order comes to nothing until it is paid.
fn fail(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let Some(window_ms) = step.model().cart.payment_window_ms else { return News::None };
    let Some(at) = find::unpaid(prospect, event) else {
        return if event.kind == Kind::OrderCompleted {
            never_placed(prospect, event, Standing::Failed, step)
        } else {
            News::None
        };
    };
    let order = &prospect.extras_mut().known_orders.list[at];
    if !order.standing.stands() {
        return if event.kind == Kind::PaymentFailed { News::None } else { News::Void };
    }
    if event.time_ms < order.placed_ms || event.time_ms > order.placed_ms.saturating_add(window_ms) {
        return if event.kind == Kind::OrderCompleted { News::Void } else { News::None };
    }
    take_back(prospect, at, Standing::Failed, event, step)
}

fn cancel(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let Some(at) = find::named(prospect, event) else {
        return never_placed(prospect, event, Standing::Cancelled, step);
    };
    let order = &prospect.extras_mut().known_orders.list[at];
    if order.standing.stands()
        && let Some(amount) = part::cancelled_milli(prospect, at, event)
    {
        let newest_ms = prospect.last_seen_ms.max(event.time_ms);
        if !prospect.extras_mut().known_orders.remember_refund(find::refund_hash(event), newest_ms) {
            return News::Void;
        }
        return take_part(prospect, at, amount, event, step);
    }
    take_back(prospect, at, Standing::Cancelled, event, step)
}

/// A refund is known by its own id, else by order, amount and time. Without an amount all of it goes back, unless it says that
/// it is a part.
fn refund(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let hash = find::refund_hash(event);
    let newest_ms = prospect.last_seen_ms.max(event.time_ms);
    if !prospect.extras_mut().known_orders.remember_refund(hash, newest_ms) {
        return News::Void;
    }
    let Some(at) = find::named(prospect, event).or_else(|| find::only(prospect, event)) else {
        return never_placed(prospect, event, Standing::Refunded, step);
    };
    let amount = part::refunded_milli(prospect, at, event);
    let order = &prospect.extras_mut().known_orders.list[at];
    match amount {
        // What was paid back so far is known already.
        Refund::Part(0) if event.signals.refunded_so_far => News::Void,
        Refund::Part(milli) if order.is_left_of(milli) => {
            if order.standing.stands() {
                take_part(prospect, at, milli, event, step)
            } else {
                News::Void
            }
        }
        Refund::Whole | Refund::Part(_) => take_back(prospect, at, Standing::Refunded, event, step),
    }
}

/// So much of an order goes back, and something of it is left.
fn take_part(prospect: &mut Prospect, at: usize, milli: i64, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let order = &mut prospect.extras_mut().known_orders.list[at];
    order.told_ms = order.told_ms.max(event.time_ms);
    let before_milli = order.worth_milli();
    order.refunded_milli = order.refunded_milli.saturating_add(milli);
    let change = change(prospect, at, |order| OrderChange::since(order, before_milli));
    acquisition::count(prospect, change, step);
    News::RefundedInPart(Some(at))
}

fn take_back(prospect: &mut Prospect, at: usize, why: Standing, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> News {
    let order = &mut prospect.extras_mut().known_orders.list[at];
    if event.time_ms < order.placed_ms {
        return News::None;
    }
    let stood = order.standing.stands();
    order.standing = why;
    order.told_ms = order.told_ms.max(event.time_ms);
    if !stood {
        return News::Void;
    }
    let change = change(prospect, at, OrderChange::gone);
    acquisition::count(prospect, change, step);
    News::TakenBack(at)
}

/// An order of which nothing is known came to nothing: should it be reported late, it counts for nothing.
fn never_placed(prospect: &mut Prospect, event: &Event<'_>, why: Standing, step: &mut StepContext<'_, '_>) -> News {
    if let Some(amount) = part::told_milli(event).filter(|_| event.kind == Kind::OrderUpdated) {
        pay_back(prospect, event, amount, step);
    }
    if event.order_hash().is_some() {
        let order = KnownOrder { standing: why, ..KnownOrder::of(event) };
        prospect.extras_mut().known_orders.add(order, step.effects);
    }
    if event.kind == Kind::OrderCompleted { News::Void } else { News::None }
}

/// It is unknown which order is refunded: of those that it may be, the newest is reduced by the amount. What is left of the
/// amount was for an order that is forgotten.
fn pay_back(prospect: &mut Prospect, event: &Event<'_>, amount_milli: i64, step: &mut StepContext<'_, '_>) {
    let mut rest_milli = amount_milli;
    for at in (0..prospect.extras_mut().known_orders.list.len()).rev() {
        let order = &mut prospect.extras_mut().known_orders.list[at];
        let part_milli = order.worth_milli().min(rest_milli);
        if part_milli <= 0 || !find::may_be(order, event) {
            continue;
        }
        let before_milli = order.worth_milli();
        order.refunded_milli = order.refunded_milli.saturating_add(part_milli);
        rest_milli -= part_milli;
        let change = change(prospect, at, |order| OrderChange::since(order, before_milli));
        acquisition::count(prospect, change, step);
    }
    acquisition::pay_back(prospect, event.currency.as_deref(), rest_milli, step);
}

/// When an order that is reported again was placed: what was put into the cart since doesn't belong to it.
#[must_use]
pub fn placed_ms(prospect: &Prospect, news: News) -> Option<Ms> {
    let News::Retold(at) = news else { return None };
    prospect.extras.as_deref()?.known_orders.list.get(at).map(|order| order.placed_ms)
}
