//! Orders, each known by its id: one that both knew counts once.

use crate::domain::Ms;
use crate::domain::model::Models;
use crate::domain::output::{Effects, Note, OrderChange};
use crate::domain::rules::acquisition;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::orders::find::{SAME_WITHIN_MS, change};
use crate::domain::rules::orders::memory::REMEMBERED_MS;
use crate::domain::rules::orders::reverse;
use crate::domain::state::few::InlineVec;
use crate::domain::state::orders::{KnownOrder, KnownOrders, MAX_DETAILED, MAX_KNOWN, MAX_REFUNDS, Standing};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::limit::Limit;

/// By its id; where an id is missing on either side, by lines and total within ten minutes.
fn is_same(one: &KnownOrder, other: &KnownOrder) -> bool {
    let is_named_so = one.id.is_some() && one.id == other.id;
    let is_near = (one.placed_ms - other.placed_ms).abs() <= SAME_WITHIN_MS;
    let looks_so = one.content.is_some() && one.content == other.content;
    is_named_so || (one.id.is_none() || other.id.is_none()) && looks_so && is_near
}

/// How an order stands of which two reports are known: what was refunded stays so, else the later report says it.
fn standing(one: &KnownOrder, other: &KnownOrder) -> Standing {
    let is_refunded = |order: &KnownOrder| order.standing == Standing::Refunded;
    if is_refunded(one) || is_refunded(other) {
        return Standing::Refunded;
    }
    let key = |order: &KnownOrder| (order.told_ms, !order.standing.stands());
    if key(one) >= key(other) { one.standing } else { other.standing }
}

/// Takes an order that both know off one of them: what it gave, moved and was worth. What is left of it is known to `into`.
pub(super) fn count_once(key: &str, into: &mut Prospect, from: &mut Prospect, at_ms: Ms, models: &Models, effects: &mut Effects) {
    let mut place = 0;
    while let Some(theirs) = known(from).get(place).cloned() {
        let Some(at) = known(into).iter().position(|own| is_same(own, &theirs)) else {
            place += 1;
            continue;
        };
        let stands = standing(&known(into)[at], &theirs);
        let own_stands = known(into)[at].standing.stands();
        if theirs.standing.stands() && (own_stands || !stands.stands()) {
            take_off(key, from, place, at_ms, models, effects);
        }
        if own_stands && !stands.stands() {
            let since = effects.outputs.len();
            let mut step = StepContext::of_time(key, into, at_ms, models, effects);
            step.since = since;
            let change = change(into, at, OrderChange::gone);
            into.extras_mut().known_orders.list[at].standing = stands;
            acquisition::count(into, change, &mut step);
            reverse::reverse(into, at, &mut step);
        }
        let keeps_theirs = stands.stands() && !own_stands;
        let (keeper, at, other, other_at) = if keeps_theirs {
            // It counts where it stands.
            (&mut *from, place, &mut *into, at)
        } else {
            (&mut *into, at, &mut *from, place)
        };
        let report = other.extras_mut().known_orders.list.remove(other_at);
        let mut step = StepContext::of_time(key, keeper, at_ms, models, effects);
        hear(keeper, at, &report, stands, &mut step);
        place += usize::from(keeps_theirs);
    }
}

/// What the other report says besides.
fn hear(prospect: &mut Prospect, at: usize, report: &KnownOrder, standing: Standing, step: &mut StepContext<'_, '_>) {
    let order = &mut prospect.extras_mut().known_orders.list[at];
    let (before_milli, was_unpriced) = (order.worth_milli(), order.total_milli.is_none());
    *order = told_twice(order.clone(), report, standing);
    if !order.standing.stands() {
        return;
    }
    let unpriced = -i64::from(was_unpriced && order.total_milli.is_some());
    let change = OrderChange { unpriced, ..change(prospect, at, |order| OrderChange::since(order, before_milli)) };
    if change.milli != 0 || change.unpriced != 0 {
        acquisition::count(prospect, change, step);
    }
}

fn known(prospect: &Prospect) -> &[KnownOrder] {
    prospect.extras.as_deref().map_or(&[], |extras| &extras.known_orders.list)
}

/// Without a word: it was never placed twice.
fn take_off(key: &str, prospect: &mut Prospect, at: usize, at_ms: Ms, models: &Models, effects: &mut Effects) {
    let mut unsaid = Effects::default();
    let mut step = StepContext::of_time(key, prospect, at_ms, models, &mut unsaid);
    let change = change(prospect, at, OrderChange::gone);
    prospect.extras_mut().known_orders.list[at].standing = Standing::Cancelled;
    acquisition::count(prospect, change, &mut step);
    reverse::reverse(prospect, at, &mut step);
    effects.orders.append(&mut unsaid.orders);
    effects.unsaid.append(&mut unsaid.outputs);
    effects.customer = true;
}

/// What is known of it by two reports.
fn told_twice(order: KnownOrder, other: &KnownOrder, standing: Standing) -> KnownOrder {
    let KnownOrder {
        id,
        content,
        placed_ms,
        told_ms,
        standing: _,
        was_paid,
        total_milli,
        refunded_milli,
        currency,
        has_ordered_before: _,
        contract,
        by_sales,
        touch: _,
        carts,
        checkouts,
        rules: _,
        gave: _,
    } = other;
    KnownOrder {
        id: order.id.or(*id),
        content: order.content.or(*content),
        placed_ms: order.placed_ms.min(*placed_ms),
        told_ms: order.told_ms.max(*told_ms),
        standing,
        was_paid: order.was_paid || *was_paid,
        total_milli: order.total_milli.or(*total_milli),
        refunded_milli: order.refunded_milli.max(*refunded_milli),
        currency: order.currency.or_else(|| currency.clone()),
        contract: order.contract.or(*contract),
        by_sales: order.by_sales && *by_sales,
        carts: order.carts.saturating_add(*carts),
        checkouts: order.checkouts.saturating_add(*checkouts),
        ..order
    }
}

/// Of both, the newest; none of them twice. One that is not the person's first counts as another one of a customer.
pub(super) fn unite(into: &mut KnownOrders, from: &KnownOrders, newest_ms: Ms, step: &mut StepContext<'_, '_>) {
    let KnownOrders { list, refunds, touches: _ } = from;
    for order in list {
        let touch = into.credit(from.touch_of(order));
        into.list.push(KnownOrder { touch, ..order.clone() });
    }
    into.list.sort_by_key(|order| (order.told_ms, order.placed_ms, order.id));
    let surplus = into.list.len().saturating_sub(MAX_KNOWN);
    if surplus > 0 {
        step.effects.notes.push(Note::LimitReached(Limit::Orders));
        into.list.drain(..surplus);
        into.forget_touches();
    }
    let plain = into.list.len().saturating_sub(MAX_DETAILED);
    for order in into.list.iter_mut().take(plain) {
        (order.rules, order.gave) = (InlineVec::new(), InlineVec::new());
    }
    into.refunds = into.refunds.united(refunds);
    into.refunds.forget(0, MAX_REFUNDS, newest_ms.saturating_sub(REMEMBERED_MS));
    let first = into.list.iter().filter(|order| order.standing.stands()).map(|order| (order.placed_ms, order.id)).min();
    for order in into.list.iter_mut().filter(|order| order.standing.stands() && !order.has_ordered_before) {
        if first == Some((order.placed_ms, order.id)) {
            continue;
        }
        let before = OrderChange { milli: 0, unpriced: 0, ..OrderChange::gone(order) };
        order.has_ordered_before = true;
        let after = OrderChange { milli: 0, unpriced: 0, ..OrderChange::placed(order) };
        step.effects.orders.extend([before, after]);
    }
}
