//! Carts: of the same id, or both without one, they are one cart; others lie side by side.

use crate::domain::identity::merge::series as join;
use crate::domain::ids::hash64;
use crate::domain::model::SeriesFor;
use crate::domain::output::Note;
use crate::domain::rules::budget;
use crate::domain::rules::cart::clock::is_live;
use crate::domain::rules::cart::lines;
use crate::domain::rules::cart::lines::exact;
use crate::domain::rules::cart::outcome::Fact;
use crate::domain::rules::cart::product_match;
use crate::domain::rules::cart::product_match::What;
use crate::domain::rules::cart::series;
use crate::domain::rules::cart::successor::{hand_over, keep_id};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::orders::carts::disown_cart;
use crate::domain::state::cart::{Cart, CartLine, MAX_ALIASES, MAX_CARTS, MAX_LINES, MAX_REMOVED, Removed};
use crate::domain::state::contact::NamedAddress;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::{OutcomeKind, Reason};
use crate::domain::terms::limit::Limit;
use crate::domain::{Ms, Text};

/// Takes in the carts of the other.
pub(super) fn unite(into: &mut Prospect, carts: Vec<Cart>, step: &mut StepContext<'_, '_>) {
    for cart in carts {
        let same = into.carts.iter().position(|own| is_same(own, &cart));
        into.carts.push(cart);
        if let Some(at) = same {
            let other = into.carts.len() - 1;
            unite_two(into, at, other, step);
        }
    }
    while into.carts.len() > MAX_CARTS {
        step.effects.notes.push(Note::LimitReached(Limit::Carts));
        let oldest = into.carts.iter().enumerate().min_by_key(|(at, cart)| (cart.touched_ms, *at)).map(|(at, _)| at);
        let Some(at) = oldest else { break };
        let fact = Fact::Known { time_ms: step.at_ms, hash: hash64(into.carts[at].id.as_deref().unwrap_or_default().as_bytes()) };
        series::close(into, at, Some(fact), step.at_ms, OutcomeKind::Cancelled, Reason::Evicted, step);
    }
    if step.model().cart.series == SeriesFor::Prospect {
        one_series(into, step);
    }
}

/// Whether two carts are one.
pub(super) fn is_same(one: &Cart, other: &Cart) -> bool {
    let names = |cart: &Cart| cart.id.iter().chain(&cart.aliases).cloned().collect::<Vec<Text>>();
    match (one.id.as_ref(), other.id.as_ref()) {
        (None, None) => true,
        _ => names(other).iter().any(|id| one.is_called(id)),
    }
}

/// Two carts of one id become the cart that would have seen all of it.
fn unite_two(prospect: &mut Prospect, at: usize, other: usize, step: &mut StepContext<'_, '_>) {
    let gone = [(at, other), (other, at)].map(|(one, by)| gone_by(&prospect.carts[one], &prospect.carts[by]));
    for (place, gone) in [at, other].into_iter().zip(&gone) {
        if let Some(time_ms) = gone.emptied_ms {
            // The other side emptied it, and only then was filled again.
            let fact = Fact::Known { time_ms, hash: 0 };
            series::end(prospect, place, fact, Reason::Emptied, step);
        }
    }
    let from = prospect.carts.remove(other);
    let mut own = std::mem::take(&mut prospect.carts[at]);
    if !own.lines.is_empty() && !from.lines.is_empty() {
        // Two were counted when they were opened.
        disown_cart(if own.touched_ms < from.touched_ms { &own } else { &from }, step);
    }
    let [gone_of_own, gone_of_from] = gone;
    let began = began_checkout(&own, &gone_of_own) || began_checkout(&from, &gone_of_from);
    let had_lines = !own.lines.is_empty() || !from.lines.is_empty();
    let (own_lines, their_lines) = (kept(&own, &gone_of_own), kept(&from, &gone_of_from));
    let their_series = from.series.clone();
    let their_id = from.id.clone();
    own.lines = own_lines;
    one_cart(&mut own, Cart { lines: their_lines, ..from }, step);
    join::join(&mut own, their_id.as_ref(), their_series, step);
    let is_empty = own.lines.is_empty();
    own.checkout_started = began && !is_empty;
    if !own.checkout_started {
        own.checkout_step = None;
    }
    own.skip_told &= !is_empty && !is_live(&own.series);
    let emptied_ms = own.cleared_ms.into_iter().chain(own.removed.iter().map(|removed| removed.time_ms)).max();
    prospect.carts[at] = own;
    if is_empty && had_lines {
        let time_ms = emptied_ms.unwrap_or(step.at_ms);
        let fact = Fact::Known { time_ms, hash: 0 };
        series::end(prospect, at, fact, Reason::Emptied, step);
    }
}

/// What one side knows to be gone from the cart of the other.
struct Gone {
    /// Of each line.
    lines: Vec<bool>,
    /// By that it was empty, and since when.
    emptied_ms: Option<Ms>,
}

/// A line counts as of its add, or as of the last list in which it was shown. What cleared the cart later takes it, or removed it.
fn gone_by(cart: &Cart, by: &Cart) -> Gone {
    let seen_ms = |line: &CartLine| line.added_ms.max(cart.cleared_ms.unwrap_or(Ms::MIN));
    let gone_ms = |line: &CartLine| {
        let what = What::holds(line);
        let (own, all) = (what.hash(), What { sku: None, variant: None, ..what }.hash());
        let removed = by.removed.iter().filter(|removed| removed.product_hash == own || removed.product_hash == all);
        removed.map(|removed| removed.time_ms).chain(by.cleared_ms).filter(|time_ms| seen_ms(line) < *time_ms).min()
    };
    let gone: Vec<Option<Ms>> = cart.lines.iter().map(gone_ms).collect();
    // What was put in on the other side until then kept it from being empty.
    let all_ms = gone.iter().copied().collect::<Option<Vec<Ms>>>().and_then(|times| times.into_iter().max());
    let emptied_ms = all_ms.filter(|time_ms| !by.lines.iter().any(|line| line.added_ms <= *time_ms));
    Gone { lines: gone.into_iter().map(|gone| gone.is_some()).collect(), emptied_ms }
}

/// What is in it, as far as one side knows, and nothing that the other side knows took out.
pub(super) fn still_there(cart: &Cart, by: &Cart) -> Vec<CartLine> {
    kept(cart, &gone_by(cart, by))
}

fn kept(cart: &Cart, gone: &Gone) -> Vec<CartLine> {
    cart.lines.iter().zip(&gone.lines).filter(|(_, gone)| !**gone).map(|(line, _)| line.clone()).collect()
}

/// It was at the checkout with something that is still there.
fn began_checkout(cart: &Cart, gone: &Gone) -> bool {
    cart.checkout_started && gone.lines.iter().any(|gone| !gone)
}

/// Everything of two carts but their series and where the checkout stands.
fn one_cart(own: &mut Cart, from: Cart, step: &mut StepContext<'_, '_>) {
    let Cart {
        id,
        aliases,
        lines,
        removed,
        cleared_ms,
        touched_ms,
        checkout_started: _,
        checkout_step,
        currency,
        series: _,
        forget_at_ms: _,
        lines_left_out,
        skip_told,
        origin,
        address,
    } = from;
    let is_newer = touched_ms > own.touched_ms;
    one_id(own, id, aliases, is_newer);
    own.lines_left_out = own.lines_left_out.saturating_add(lines_left_out);
    own.lines_left_out = own.lines_left_out.saturating_add(add_lines(own, lines, currency.as_ref(), step));
    own.cleared_ms = own.cleared_ms.max(cleared_ms);
    one_memory(&mut own.removed, removed, own.cleared_ms);
    if is_newer {
        own.checkout_step = checkout_step.or(own.checkout_step.take());
    } else {
        own.checkout_step = own.checkout_step.take().or(checkout_step);
    }
    own.touched_ms = own.touched_ms.max(touched_ms);
    own.skip_told |= skip_told;
    own.address = NamedAddress::newest(own.address.take(), address);
    // What both had belongs to the one that stays.
    own.origin = own.origin.take().filter(|own| Some(own) == origin.as_ref());
}

/// The id under which it was touched last; the other one is an alias.
fn one_id(own: &mut Cart, id: Option<Text>, aliases: Vec<Text>, is_newer: bool) {
    let old = own.id.clone();
    let is_other = id.is_some() && id != own.id;
    let mut all = std::mem::take(&mut own.aliases);
    all.extend(aliases);
    if is_other && is_newer {
        all.extend(own.id.replace(id.unwrap_or_default()));
        keep_id(&mut own.series, old.as_ref(), own.id.as_deref());
    } else if is_other {
        all.extend(id);
    }
    for alias in all {
        if own.id.as_ref() != Some(&alias) && !own.aliases.contains(&alias) {
            own.aliases.push(alias);
        }
    }
    let surplus = own.aliases.len().saturating_sub(MAX_ALIASES);
    own.aliases.drain(..surplus);
}

/// Of one product both were put in: each add was seen by one side. What finds no room is counted.
fn add_lines(own: &mut Cart, lines: Vec<CartLine>, currency: Option<&Text>, step: &mut StepContext<'_, '_>) -> u32 {
    let is_other = own.currency.as_ref().zip(currency).is_some_and(|(own, other)| own != other);
    if own.currency.is_none() {
        own.currency = currency.cloned();
    }
    for mut line in lines {
        if is_other && line.currency.is_none() {
            line.currency = currency.cloned();
        }
        match product_match::find(&own.lines, What::holds(&line)) {
            Some(at) => one_line(&mut own.lines[at], line),
            None => own.lines.push(line),
        }
    }
    own.lines.sort_by_key(|line| line.added_ms);
    lines::settle_currency(own);
    let mut left_out = own.lines.len().saturating_sub(MAX_LINES);
    if left_out > 0 {
        step.effects.notes.push(Note::LimitReached(Limit::CartLines));
        own.lines.truncate(MAX_LINES);
    }
    left_out = left_out.saturating_add(usize::try_from(budget::fit_cart(&mut own.lines, step.effects)).unwrap_or(usize::MAX));
    u32::try_from(left_out).unwrap_or(u32::MAX)
}

/// The newer one says what it is.
fn one_line(own: &mut CartLine, from: CartLine) {
    let quantity = exact(own.quantity + from.quantity);
    let (newer, older) = if from.added_ms > own.added_ms { (from, own.clone()) } else { (own.clone(), from) };
    let CartLine { product_id, sku, name, variant, url, image_url, quantity: _, price, currency, added_ms } = newer;
    *own = CartLine {
        product_id,
        sku: sku.or(older.sku),
        name: name.or(older.name),
        variant: variant.or(older.variant),
        url: url.or(older.url),
        image_url: image_url.or(older.image_url),
        quantity,
        price: price.or(older.price),
        currency: currency.or(older.currency),
        added_ms,
    };
}

/// Of each product the newest removal; what the last list or order made pointless goes.
fn one_memory(own: &mut Vec<Removed>, from: Vec<Removed>, cleared_ms: Option<Ms>) {
    for removed in from {
        match own.iter_mut().find(|known| known.product_hash == removed.product_hash) {
            Some(known) => known.time_ms = known.time_ms.max(removed.time_ms),
            None => own.push(removed),
        }
    }
    own.retain(|removed| cleared_ms.is_none_or(|cleared_ms| removed.time_ms >= cleared_ms));
    own.sort_by_key(|removed| (removed.time_ms, removed.product_hash));
    own.drain(..own.len().saturating_sub(MAX_REMOVED));
}

/// With one series for each prospect: of several that are armed or run one goes on, with the cart touched last.
fn one_series(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let live: Vec<usize> = (0..prospect.carts.len()).filter(|at| is_live(&prospect.carts[*at].series)).collect();
    let mut one = None;
    for at in live {
        one = Some(match one {
            None => at,
            Some(before) => join::only_one(&mut prospect.carts, before, at, step),
        });
    }
    let carts = &mut prospect.carts;
    let Some(at) = one.filter(|at| is_live(&carts[*at].series)) else { return };
    let filled = carts.iter().enumerate().filter(|(_, cart)| !cart.lines.is_empty());
    let last = filled.max_by_key(|(place, cart)| (cart.touched_ms, *place == at, *place)).map(|(place, _)| place);
    if let Some(to) = last.filter(|to| *to != at) {
        hand_over(carts, at, to);
    }
}
