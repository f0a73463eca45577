//! What was known under one name holds for what was begun under the other: an order takes its goods from the carts of both, and who
//! must not be mailed is not mailed for either.
//!
//! A record doesn't keep what an order named. Its traces tell: carts that it emptied or took something from, and what was bought
//! within the visit. An order that left none where something lay in a cart concerned no cart (a renewal, a counter sale); one
//! that found no cart at all may have been of the other one's.

use crate::domain::identity::merge::carts::{is_same, still_there};
use crate::domain::identity::merge::contact;
use crate::domain::ids::hash64;
use crate::domain::model::{CartModel, Models, OrderClears};
use crate::domain::output::{CartsChange, Effects, Note};
use crate::domain::rules::budget;
use crate::domain::rules::cart::bought;
use crate::domain::rules::cart::clock::is_live;
use crate::domain::rules::cart::find::touch;
use crate::domain::rules::cart::goods;
use crate::domain::rules::cart::lines;
use crate::domain::rules::cart::lines::end_of_instant;
use crate::domain::rules::cart::order::end_cooldown;
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
    /// It is of an earlier visit, and what it named is forgotten: it may have been of any goods.
    is_vague: bool,
    /// The cart that it named, as far as that can be told.
    cart: Option<Text>,
    own_carts: Vec<OwnCart>,
    /// What of it is not yet counted as recovered.
    left: Option<f64>,
    currency: Option<Text>,
}

/// What an order was to a cart of its own side.
#[derive(Debug, Clone)]
struct OwnCart {
    /// Its ids, and what had emptied it before.
    cart: Cart,
    /// The order cleared it.
    was_cleared: bool,
    /// What the order took from it.
    gave: Vec<CartLine>,
    /// It was cleared later.
    is_unsure: bool,
}

/// Both sides hear of what the other one knew.
pub(super) fn exchange(key: &str, into: &mut Prospect, from: &mut Prospect, at_ms: Ms, models: &Models, effects: &mut Effects) {
    for side in [&mut *into, &mut *from] {
        // What both bought is put together: each product must be known for that of its own order.
        bought::name_orders(side, None);
    }
    let gap_ms = models.models[models.primary_model_for(into)].session_gap_ms;
    let (own, theirs) = (orders_of(into, gap_ms), orders_of(from, gap_ms));
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
        let mut taken = Taken { left: order.left, ..Taken::default() };
        share_unnamed(side, other, &order, &mut taken, step);
        take(side, &order, &mut taken, step);
        end_cooldown(side, order.until_ms, &step.model().cart);
        count(other, &order, &taken, step);
    }
    if let Some((reason, since_ms)) = forbidden {
        stop(side, reason, since_ms, step);
    }
}

/// Orders that concerned carts, with what is known of them.
fn orders_of(prospect: &Prospect, session_gap_ms: Ms) -> Vec<Order> {
    let Some(extras) = prospect.extras.as_deref() else { return Vec::new() };
    let is_order = |order: &KnownOrder| order.standing.stands() && order.contract.is_none() && !order.by_sales;
    let known = extras.known_orders.list.iter().enumerate().filter(|(_, order)| is_order(order));
    let mut orders: Vec<Order> = known.filter_map(|(at, known)| Order::of(prospect, at, known, session_gap_ms)).collect();
    orders.sort_by_key(|order| (order.time_ms, order.at));
    orders
}

impl Order {
    fn of(prospect: &Prospect, at: usize, known: &KnownOrder, session_gap_ms: Ms) -> Option<Self> {
        let extras = prospect.extras.as_deref()?;
        let (id, time_ms) = (known.id, known.placed_ms);
        let until_ms = end_of_instant(time_ms);
        // Two names may have told it at different times.
        let traces = [time_ms, known.told_ms].map(|time_ms| lines::after(end_of_instant(time_ms)));
        let is_its = |time_ms: Ms| traces.contains(&time_ms);
        let is_past = |past: &&PastOrder| past.order == id && (id.is_some() || past.time_ms == time_ms);
        let past: Vec<&PastOrder> = extras.orders.iter().filter(is_past).collect();
        let marks = [bought::mark(id, until_ms), bought::mark(None, until_ms)];
        let bought = extras.bought.as_deref().map_or(&[][..], |bought| &bought.lines);
        let named = bought.iter().filter(|line| line.order.is_some_and(|order| marks.contains(&order)));
        let mut products: Vec<u64> = named.map(|line| line.what).collect();
        if products.is_empty() {
            let removed = prospect.carts.iter().flat_map(|cart| &cart.removed).filter(|removed| is_its(removed.time_ms));
            products.extend(removed.map(|removed| removed.product_hash));
            products.extend(past.iter().flat_map(|past| &past.lines).map(|line| What::holds(line).hash()));
        }
        let gave = |cart: &Cart| {
            let lines = past.iter().filter(|past| past.cart == cart.id).flat_map(|past| past.lines.iter().cloned());
            let untold = CartLine { added_ms: until_ms, ..CartLine::default() };
            lines.chain((past.is_empty() && known.carts > 0).then_some(untold)).collect()
        };
        let own_cart = |cart: &Cart| OwnCart {
            cart: before(cart, until_ms),
            was_cleared: cart.cleared_ms.is_some_and(is_its),
            gave: gave(cart),
            is_unsure: cart.cleared_ms.is_some_and(|cleared_ms| cleared_ms > lines::after(until_ms) && !is_its(cleared_ms)),
        };
        let own_carts: Vec<OwnCart> = prospect.carts.iter().map(own_cart).collect();
        let mut emptied = own_carts.iter().filter(|own| own.was_cleared);
        let cart = match (emptied.next(), emptied.next()) {
            // Of a shop that doesn't say what was bought. It left no trace where there was no cart; one that it left alone says that it
            // concerned none.
            (None, _) if products.is_empty() && leaves_alone(prospect, until_ms) => return None,
            (None, _) if products.is_empty() => None,
            (Some(only), None) => only.cart.id.clone(),
            _ => None,
        };
        let recovered: f64 = past.iter().filter(|past| !past.sent.is_empty()).filter_map(|past| past.value).sum();
        #[allow(clippy::cast_precision_loss, reason = "amounts in thousandths stay far below 2^52")]
        let left = known.left_milli().map(|milli| (milli as f64 / 1_000.0 - recovered).max(0.0));
        let is_vague = products.is_empty() && prospect.last_seen_ms >= until_ms.saturating_add(session_gap_ms);
        let currency = known.currency.clone();
        Some(Self { at, id, time_ms, until_ms, products, is_vague, cart, own_carts, left, currency })
    }

    fn takes(&self, line: &CartLine) -> bool {
        let what = What::holds(line);
        let of_product = What { sku: None, variant: None, ..what };
        line.added_ms <= self.until_ms && (self.products.contains(&what.hash()) || self.products.contains(&of_product.hash()))
    }

    /// Whether it takes a whole cart; `None`: it is another cart's.
    fn takes_all(&self, cart: &Cart, model: &CartModel) -> Option<bool> {
        let has_bought = cart.lines.iter().any(|line| self.takes(line));
        let named_nothing = self.products.is_empty();
        if let Some(own) = self.own_carts.iter().find(|own| is_same(&own.cart, cart)) {
            // Its own side knows what it took of this cart: all of it, or what it named.
            let whole = if named_nothing || own.cart.id.is_some() {
                own.was_cleared
            } else {
                // Nobody named it: it was cleared if something in it was bought.
                model.order_clears == OrderClears::Cart && self.found_any(own, cart)
            };
            return Some(whole).filter(|whole| *whole || !named_nothing);
        }
        let is_own = self.cart.as_deref().map(|id| cart.is_called(id));
        // One that was cleared since may be the one that it named.
        let is_unsure = self.own_carts.iter().any(|own| own.is_unsure);
        match (named_nothing, is_own) {
            (true, Some(false)) => None,
            (true, _) => Some(true),
            (false, Some(own)) => Some(own && model.order_clears == OrderClears::Cart),
            (false, None) => Some(has_bought && !is_unsure && model.order_clears == OrderClears::Cart),
        }
    }

    /// Whether something that it named lay in a cart of which both sides saw a part.
    fn found_any(&self, own: &OwnCart, cart: &Cart) -> bool {
        let gave = Cart { lines: own.gave.clone(), ..Cart::default() };
        !still_there(&gave, &before(cart, self.until_ms)).is_empty()
            || still_there(cart, &own.cart).iter().any(|line| self.takes(line))
    }

    /// What was bought may still be told as added, late.
    fn note_bought(&self, cart: &mut Cart) {
        for hash in &self.products {
            lines::note_removed(cart, *hash, lines::after(self.until_ms));
        }
    }

    fn fact(&self) -> Fact<'static, 'static> {
        let hash = self.id.map_or(0, NonZeroU64::get);
        Fact::Known { time_ms: self.time_ms, hash }
    }
}

/// Something lies in a cart that was put in before.
fn leaves_alone(prospect: &Prospect, until_ms: Ms) -> bool {
    prospect.carts.iter().flat_map(|cart| &cart.lines).any(|line| line.added_ms <= until_ms)
}

/// Of a cart what names it, and what had emptied it by then.
fn before(cart: &Cart, until_ms: Ms) -> Cart {
    let (id, aliases) = (cart.id.clone(), cart.aliases.clone());
    let removed = cart.removed.iter().filter(|removed| removed.time_ms <= until_ms).copied().collect();
    Cart { id, aliases, removed, cleared_ms: cart.cleared_ms.filter(|cleared_ms| *cleared_ms <= until_ms), ..Cart::default() }
}

/// What an order took from the carts.
#[derive(Default)]
struct Taken {
    /// Carts that are empty by it, and those of them that were at the checkout.
    carts: u8,
    checkouts: u8,
    /// What of its value is left for further carts.
    left: Option<f64>,
}

/// The cart without an id is one under both names. An order of some goods takes all of it if something in it was bought, whoever put
/// that in; a side on which it was empty cleared it, and may have had no reason to.
fn share_unnamed(side: &Prospect, other: &mut Prospect, order: &Order, taken: &mut Taken, step: &mut StepContext<'_, '_>) {
    let Some(own) = order.own_carts.iter().find(|own| own.cart.id.is_none()) else { return };
    let Some(cart) = side.carts.iter().find(|cart| cart.id.is_none()) else { return };
    let Some(at) = other.carts.iter().position(|cart| cart.id.is_none()) else { return };
    if order.products.is_empty() || step.model().cart.order_clears == OrderClears::Lines {
        return;
    }
    let is_bought = order.found_any(own, cart);
    if is_bought && !own.was_cleared {
        take_from(other, at, order, true, taken, step);
    } else if !is_bought && own.was_cleared && cart.lines.iter().any(|line| line.added_ms <= order.until_ms) {
        other.carts[at].cleared_ms = None;
        order.note_bought(&mut other.carts[at]);
    }
}

/// Takes what was bought out of the carts.
fn take(prospect: &mut Prospect, order: &Order, taken: &mut Taken, step: &mut StepContext<'_, '_>) {
    for at in 0..prospect.carts.len() {
        if let Some(whole) = order.takes_all(&prospect.carts[at], &step.model().cart) {
            take_from(prospect, at, order, whole, taken, step);
        }
    }
}

fn take_from(prospect: &mut Prospect, at: usize, order: &Order, whole: bool, taken: &mut Taken, step: &mut StepContext<'_, '_>) {
    let cart = &mut prospect.carts[at];
    let (had_lines, began) = (!cart.lines.is_empty(), cart.checkout_started);
    let lines = if whole {
        lines::clear(cart, order.until_ms)
    } else {
        let lines: Vec<CartLine> = cart.lines.extract_if(.., |line| order.takes(line)).collect();
        order.note_bought(cart);
        lines::left_checkout(cart);
        lines
    };
    lines::settle_currency(cart);
    if lines.is_empty() {
        return;
    }
    touch(cart, order.time_ms);
    let cart = &prospect.carts[at];
    if had_lines && cart.lines.is_empty() {
        taken.carts = taken.carts.saturating_add(1);
        taken.checkouts = taken.checkouts.saturating_add(u8::from(began));
    }
    let is_pending = matches!(cart.series.phase, SeriesPhase::Armed | SeriesPhase::Running);
    // What was put in later does not keep it from having been bought.
    let was_emptied = cart.lines.iter().all(|line| line.added_ms > order.until_ms);
    let mut past = PastOrder {
        order: order.id,
        time_ms: order.time_ms,
        cart: cart.id.clone(),
        episode_ms: cart.series.episode_ms,
        lines,
        currency: order.currency.clone().or_else(|| cart.only_currency().cloned()),
        ..PastOrder::default()
    };
    if whole || was_emptied || !is_pending {
        end(prospect, at, (order, &mut past), &mut taken.left, step);
    }
    remember(prospect, past, step);
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
    // Who may have bought something else was not led there by a reminder.
    if follows && !order.is_vague && (!shown.is_empty() || cart.series.goods.is_empty()) {
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
fn count(prospect: &mut Prospect, order: &Order, taken: &Taken, step: &mut StepContext<'_, '_>) {
    let Taken { carts, checkouts, .. } = *taken;
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
pub(super) fn stop(prospect: &mut Prospect, reason: Reason, since_ms: Ms, step: &mut StepContext<'_, '_>) {
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
