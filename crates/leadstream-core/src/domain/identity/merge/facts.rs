//! What was known under one name holds for what was begun under the other: an order takes its goods from the carts of both, and who
//! must not be mailed is not mailed for either.
//!
//! A record doesn't keep what an order named. Its traces tell: carts that it emptied or took something from, and what was bought
//! within the visit. An order that left none concerned no cart (a renewal, a counter sale), or is older than any open cart.

use crate::domain::identity::merge::carts::is_same;
use crate::domain::identity::merge::contact;
use crate::domain::ids::hash64;
use crate::domain::model::{CartModel, Models, OrderClears};
use crate::domain::output::{CartsChange, Effects, Note};
use crate::domain::rules::budget;
use crate::domain::rules::cart::clock::is_live;
use crate::domain::rules::cart::find::touch;
use crate::domain::rules::cart::goods;
use crate::domain::rules::cart::lines;
use crate::domain::rules::cart::order::{end_cooldown, end_of_instant};
use crate::domain::rules::cart::outcome::{Fact, OutcomeDetails, report, report_of};
use crate::domain::rules::cart::product_match::What;
use crate::domain::rules::cart::series;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::triggers::fire;
use crate::domain::state::cart::{Cart, CartLine, SentStep, Series, SeriesPhase};
use crate::domain::state::orders::KnownOrder;
use crate::domain::state::past_carts::{MAX_ORDERS, PastOrder};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::{OutcomeKind, Reason};
use crate::domain::terms::limit::Limit;
use crate::domain::{Ms, Text};
use std::num::NonZeroU64;

/// An order, as far as it is remembered what it was of.
#[derive(Debug, Clone)]
struct Order {
    /// Its place among the known orders of its own record.
    at: usize,
    id: Option<NonZeroU64>,
    time_ms: Ms,
    /// What was put into a cart until then is bought.
    until_ms: Ms,
    /// Hashes of what it named, and of what it took; empty: it named nothing.
    products: Vec<u64>,
    /// The cart that it named, as far as that can be told; the carts of its own side: ids and when they were cleared.
    cart: Option<Text>,
    own_carts: Vec<Cart>,
    /// What of it is not yet counted as recovered.
    left: Option<f64>,
    currency: Option<Text>,
}

/// Both sides hear of what the other one knew.
pub(super) fn exchange(key: &str, into: &mut Prospect, from: &mut Prospect, at_ms: Ms, models: &Models, effects: &mut Effects) {
    let (own, theirs) = (orders_of(into), orders_of(from));
    let (stops_own, stops_theirs) = (contact::forbidden(into, from), contact::forbidden(from, into));
    hear(from, into, (own, stops_theirs), &mut StepContext::of_time(key, from, at_ms, models, effects));
    hear(into, from, (theirs, stops_own), &mut StepContext::of_time(key, into, at_ms, models, effects));
}

/// One side hears of the orders of the other one, and why it must not be mailed.
fn hear(
    side: &mut Prospect,
    other: &mut Prospect,
    (orders, forbidden): (Vec<Order>, Option<(Reason, Ms)>),
    step: &mut StepContext<'_, '_>,
) {
    for order in orders {
        let taken = take(side, &order, step);
        end_cooldown(side, order.until_ms, &step.model().cart);
        count(other, &order, taken, step);
    }
    if let Some((reason, since_ms)) = forbidden {
        stop(side, reason, since_ms, step);
    }
}

/// Orders that concerned carts, with what is known of them.
fn orders_of(prospect: &Prospect) -> Vec<Order> {
    let Some(extras) = prospect.extras.as_deref() else { return Vec::new() };
    let is_order = |order: &KnownOrder| order.standing.stands() && order.contract.is_none() && !order.by_sales;
    let known = extras.known_orders.list.iter().enumerate().filter(|(_, order)| is_order(order));
    let traced = known.filter_map(|(at, order)| {
        let until_ms = end_of_instant(order.placed_ms);
        let after_ms = lines::after(until_ms);
        let emptied: Vec<&Cart> = prospect.carts.iter().filter(|cart| cart.cleared_ms == Some(after_ms)).collect();
        let removed = prospect.carts.iter().flat_map(|cart| &cart.removed).filter(|removed| removed.time_ms == after_ms);
        let mut products: Vec<u64> = removed.map(|removed| removed.product_hash).collect();
        let past = extras.orders.iter().filter(|past| past.order == order.id && past.time_ms == order.placed_ms);
        products.extend(past.clone().flat_map(|past| &past.lines).map(|line| What::holds(line).hash()));
        let bought = extras.bought.as_deref().filter(|bought| bought.time_ms >= until_ms);
        products.extend(bought.iter().flat_map(|bought| &bought.lines).map(|(hash, _)| *hash));
        if emptied.is_empty() && products.is_empty() {
            return None;
        }
        let cart = match emptied.as_slice() {
            [only] => only.id.clone(),
            _ => None,
        };
        let recovered: f64 = past.filter(|past| !past.sent.is_empty()).filter_map(|past| past.value).sum();
        #[allow(clippy::cast_precision_loss, reason = "amounts in thousandths stay far below 2^52")]
        let left = order.left_milli().map(|milli| (milli as f64 / 1_000.0 - recovered).max(0.0));
        let bare = |cart: &Cart| Cart {
            id: cart.id.clone(),
            aliases: cart.aliases.clone(),
            cleared_ms: cart.cleared_ms,
            ..Cart::default()
        };
        let own_carts = prospect.carts.iter().map(bare).collect();
        let (id, time_ms, currency) = (order.id, order.placed_ms, order.currency.clone());
        Some(Order { at, id, time_ms, until_ms, products, cart, own_carts, left, currency })
    });
    let mut orders: Vec<Order> = traced.collect();
    orders.sort_by_key(|order| (order.time_ms, order.at));
    orders
}

impl Order {
    fn takes(&self, line: &CartLine) -> bool {
        let what = What::holds(line);
        let of_product = What { sku: None, variant: None, ..what };
        line.added_ms <= self.until_ms && (self.products.contains(&what.hash()) || self.products.contains(&of_product.hash()))
    }

    /// Whether it takes a whole cart; `None`: it is another cart's.
    fn takes_all(&self, cart: &Cart, model: &CartModel) -> Option<bool> {
        let after_ms = lines::after(self.until_ms);
        if let Some(own) = self.own_carts.iter().find(|own| is_same(own, cart)) {
            // Its own side knows what it took of this cart: all of it, or what it named.
            return Some(own.cleared_ms == Some(after_ms)).filter(|whole| *whole || !self.products.is_empty());
        }
        let is_own = self.cart.as_deref().map(|id| cart.is_called(id));
        // One that was cleared since may be the one that it named.
        let is_unsure = self.own_carts.iter().any(|own| own.cleared_ms > Some(after_ms));
        let has_bought = cart.lines.iter().any(|line| self.takes(line));
        match (self.products.is_empty(), is_own) {
            (true, Some(false)) => None,
            (true, _) => Some(true),
            (false, Some(own)) => Some(own && model.order_clears == OrderClears::Cart),
            (false, None) => Some(has_bought && !is_unsure && model.order_clears == OrderClears::Cart),
        }
    }

    fn fact(&self) -> Fact<'static, 'static> {
        let hash = self.id.map_or(0, NonZeroU64::get);
        Fact::Known { time_ms: self.time_ms, hash }
    }
}

/// Takes what was bought out of the carts; which of them are empty by that, and of these those at the checkout.
fn take(prospect: &mut Prospect, order: &Order, step: &mut StepContext<'_, '_>) -> (u8, u8) {
    let mut emptied = (0, 0);
    let mut left = order.left;
    for at in 0..prospect.carts.len() {
        let cart = &mut prospect.carts[at];
        let Some(whole) = order.takes_all(cart, &step.model().cart) else { continue };
        let (had_lines, began) = (!cart.lines.is_empty(), cart.checkout_started);
        let taken = if whole {
            lines::clear(cart, order.until_ms)
        } else {
            let taken: Vec<CartLine> = cart.lines.extract_if(.., |line| order.takes(line)).collect();
            // What was bought may still be told as added, late.
            for hash in &order.products {
                lines::note_removed(cart, *hash, lines::after(order.until_ms));
            }
            lines::left_checkout(cart);
            taken
        };
        lines::settle_currency(cart);
        if taken.is_empty() {
            continue;
        }
        touch(cart, order.time_ms);
        let cart = &prospect.carts[at];
        if had_lines && cart.lines.is_empty() {
            emptied = (emptied.0 + 1, emptied.1 + u8::from(began));
        }
        let is_pending = matches!(cart.series.phase, SeriesPhase::Armed | SeriesPhase::Running);
        // What was put in later does not keep it from having been bought.
        let was_emptied = cart.lines.iter().all(|line| line.added_ms > order.until_ms);
        let mut past = PastOrder {
            order: order.id,
            time_ms: order.time_ms,
            cart: cart.id.clone(),
            episode_ms: cart.series.episode_ms,
            lines: taken,
            currency: order.currency.clone().or_else(|| cart.only_currency().cloned()),
            ..PastOrder::default()
        };
        if whole || was_emptied || !is_pending {
            end(prospect, at, (order, &mut past), &mut left, step);
        }
        remember(prospect, past, step);
    }
    emptied
}

/// The series of a cart that was bought: what left after the order is recalled, what left before it led to it.
fn end(
    prospect: &mut Prospect,
    at: usize,
    (order, past): (&Order, &mut PastOrder),
    left: &mut Option<f64>,
    step: &mut StepContext<'_, '_>,
) {
    let fact = order.fact();
    let recalled = series::recall(prospect, at, fact, Reason::Ordered, Ms::MAX, step);
    let cart = &mut prospect.carts[at];
    let is_concerned = cart.series.episode_ms <= order.until_ms;
    let follows = cart.series.sent.iter().any(|sent| sent.may_lead_to(order.time_ms));
    let shown: Vec<&CartLine> = past.lines.iter().filter(|line| goods::has_line(&cart.series.goods, line)).collect();
    if follows && (!shown.is_empty() || cart.series.goods.is_empty()) {
        let prices: Option<f64> = shown.iter().map(|line| Some(line.price? * line.quantity)).sum();
        let value = prices.zip(*left).map(|(prices, left)| prices.min(left)).or(prices).or(*left);
        *left = left.zip(value).map(|(left, value)| left - value).or(*left);
        let mut sent: Vec<SentStep> = std::mem::take(&mut cart.series.sent);
        sent.retain(|sent| sent.may_lead_to(order.time_ms));
        let episode_ms = sent.last().map_or(cart.series.episode_ms, |sent| sent.episode_ms);
        let mut told = OutcomeDetails::of(OutcomeKind::Recovered, Reason::Ordered);
        (told.value, told.episode_ms) = (value, Some(episode_ms));
        report_of((cart.id.as_ref(), past.currency.as_ref(), &sent), &told, fact, step);
        (past.episode_ms, past.sent, past.value) = (episode_ms, sent, value);
        past.goods = std::mem::take(&mut cart.series.goods);
    } else if cart.series.phase == SeriesPhase::Running && is_concerned && !recalled {
        report(cart, OutcomeDetails::of(OutcomeKind::Cancelled, Reason::Ordered), Some(fact), step.at_ms, step);
    }
    if is_concerned {
        let cart = &mut prospect.carts[at];
        let old = std::mem::take(&mut cart.series);
        let since_ms = cart.lines.iter().map(|line| line.added_ms).min();
        if let Some(episode_ms) = since_ms.filter(|_| is_live(&old)) {
            // What was put in after the order would have armed a series: which event it was is no more known.
            let Series { armed_by, armed_as, armed_under, .. } = old;
            let phase = SeriesPhase::Armed;
            cart.series = Series { phase, episode_ms, armed_by, armed_as, armed_under, ..Series::default() };
        }
    }
}

/// Remembers what the order took, as long as it may be taken back.
fn remember(prospect: &mut Prospect, mut past: PastOrder, step: &mut StepContext<'_, '_>) {
    if step.model().cart.payment_window_ms.is_none() {
        past.lines = Vec::new();
    }
    if past.lines.is_empty() && past.sent.is_empty() {
        return;
    }
    budget::fit_order(&mut past.lines, step.effects);
    let orders = &mut prospect.extras_mut().orders;
    if orders.len() >= MAX_ORDERS {
        step.effects.notes.push(Note::LimitReached(Limit::Orders));
        orders.remove(0);
    }
    orders.push(past);
}

/// Carts that an order took count with it.
fn count(prospect: &mut Prospect, order: &Order, (carts, checkouts): (u8, u8), step: &mut StepContext<'_, '_>) {
    let Some(known) = prospect.extras.as_deref_mut().and_then(|extras| extras.known_orders.list.get_mut(order.at)) else {
        return;
    };
    if carts == 0 {
        return;
    }
    known.carts = known.carts.saturating_add(carts);
    known.checkouts = known.checkouts.saturating_add(checkouts);
    let (ordered, checkouts) = (i64::from(carts), i64::from(checkouts));
    step.effects.carts.push(CartsChange {
        placed_ms: order.time_ms,
        at_ms: order.time_ms,
        ordered,
        checkouts,
        ..CartsChange::default()
    });
}

/// Nobody may mail this person: every series ends, and what left since is recalled.
fn stop(prospect: &mut Prospect, reason: Reason, since_ms: Ms, step: &mut StepContext<'_, '_>) {
    let fact = Fact::Known { time_ms: since_ms, hash: hash64(reason.name().as_bytes()) };
    for at in 0..prospect.carts.len() {
        series::end(prospect, at, fact, reason, step);
    }
    if reason == Reason::SoftBounces {
        return;
    }
    for trigger in step.model().triggers.triggers.iter().filter(|trigger| trigger.mail) {
        let too_soon = |left: &crate::domain::state::triggers::FiredTrigger| {
            !left.recalled && left.trigger == trigger.hash && since_ms < left.left_ms
        };
        fire::recall(prospect, trigger, &too_soon, reason.name(), step);
    }
}
