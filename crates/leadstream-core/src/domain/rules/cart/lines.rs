//! What is in a cart: adds, removals, snapshots, orders. Late events never undo what a later one decided.

use crate::domain::event::{Event, Product};
use crate::domain::output::{Effects, Note};
use crate::domain::rules::budget;
use crate::domain::rules::cart::product_match;
use crate::domain::rules::cart::product_match::{Sold, What};
use crate::domain::state::cart::{Cart, CartLine, MAX_LINES, MAX_REMOVED, Removed};
use crate::domain::state::limits::MAX_LINE_BYTES;
use crate::domain::state::weight;
use crate::domain::terms::limit::Limit;
use crate::domain::{Ms, SECOND_MS, Text};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Most of one product: whatever is more is a mistake.
const MAX_QUANTITY: f64 = u32::MAX as f64;

/// Quantities are counted to a millionth: sums leave no dust, and nothing is left when all was taken.
pub(crate) fn exact(quantity: f64) -> f64 {
    const PARTS: f64 = 1e6;
    let quantity = quantity.clamp(0.0, MAX_QUANTITY);
    if quantity.fract() == 0.0 { quantity } else { (quantity * PARTS).round() / PARTS }
}

/// How much a product of an event is; who doesn't say means one.
pub(super) fn quantity_of(product: &Product<'_>) -> f64 {
    product.quantity.map_or(1.0, exact)
}

/// Adds the quantity of each product.
pub(super) fn add(cart: &mut Cart, event: &Event<'_>, effects: &mut Effects) -> Change {
    if cart.cleared_ms.is_some_and(|cleared| event.time_ms < cleared) {
        return Change::Quiet;
    }
    let mut gained = false;
    for product in &event.products {
        if !is_removed(cart, What::is(product), event.time_ms) {
            gained |= add_line(cart, product, event, effects);
        }
    }
    if gained { Change::Gained } else { Change::Quiet }
}

/// Whether it was removed since, or its quantity set: itself, or all of its product.
fn is_removed(cart: &Cart, what: What<'_>, time_ms: Ms) -> bool {
    if cart.removed.is_empty() {
        return false;
    }
    let (own, all) = (what.hash(), What { sku: None, variant: None, ..what }.hash());
    cart.removed.iter().any(|r| (r.product_hash == own || r.product_hash == all) && time_ms < r.time_ms)
}

fn add_line(cart: &mut Cart, product: &Product<'_>, event: &Event<'_>, effects: &mut Effects) -> bool {
    let quantity = quantity_of(product);
    if quantity <= 0.0 {
        return false;
    }
    if let Some(at) = product_match::find(&cart.lines, What::is(product)) {
        let line = &mut cart.lines[at];
        line.quantity = exact(line.quantity + quantity);
        if event.time_ms >= line.added_ms {
            line.added_ms = event.time_ms;
            describe(line, product, event, cart.currency.as_ref());
            cart.lines_left_out = cart.lines_left_out.saturating_add(budget::fit_cart(&mut cart.lines, effects));
        }
        return true;
    }
    if cart.lines.len() >= MAX_LINES {
        effects.notes.push(Note::LimitReached(Limit::CartLines));
        cart.lines_left_out = cart.lines_left_out.saturating_add(1);
        return false;
    }
    cart.lines.push(new_line(product, event, quantity, cart.currency.as_ref()));
    cart.lines_left_out = cart.lines_left_out.saturating_add(budget::fit_cart(&mut cart.lines, effects));
    true
}

fn new_line(product: &Product<'_>, event: &Event<'_>, quantity: f64, of_cart: Option<&Text>) -> CartLine {
    let mut line = CartLine { product_id: product.id.as_ref().into(), quantity, added_ms: event.time_ms, ..CartLine::default() };
    describe(&mut line, product, event, of_cart);
    line
}

/// Takes over what the event says of the product; what it doesn't say stays.
fn describe(line: &mut CartLine, product: &Product<'_>, event: &Event<'_>, of_cart: Option<&Text>) {
    fn keep(into: &mut Option<Text>, from: Option<&Cow<'_, str>>) {
        if let Some(text) = from
            && into.as_deref() != Some(text.as_ref())
        {
            *into = Some(text.as_ref().into());
        }
    }
    keep(&mut line.sku, product.sku.as_ref());
    keep(&mut line.name, product.name.as_ref());
    keep(&mut line.variant, product.variant.as_ref());
    keep(&mut line.url, product.url.as_ref());
    keep(&mut line.image_url, product.image_url.as_ref());
    line.price = product.price.or(line.price);
    if let Some(currency) = product.currency.as_ref().or(event.currency.as_ref()) {
        let is_of_cart = of_cart.is_some_and(|of_cart| of_cart.eq_ignore_ascii_case(currency));
        if is_of_cart {
            line.currency = None;
        } else {
            keep(&mut line.currency, Some(currency));
        }
    }
    // Only two long addresses together are more: the page says more than the picture.
    if weight::line(line) > MAX_LINE_BYTES {
        line.image_url = None;
    }
}

/// The cart has the currency of its lines; a line that has another says so itself.
pub(in crate::domain) fn settle_currency(cart: &mut Cart) {
    if cart.lines.iter().all(|line| line.currency.is_none()) {
        return;
    }
    // While a line without a currency of its own relies on the cart's, that stays.
    let is_free = cart.currency.is_none() || cart.lines.iter().all(|line| line.currency.is_some());
    if is_free {
        cart.currency = cart.lines.iter().find_map(|line| line.currency.clone());
    }
    for line in &mut cart.lines {
        if line.currency.as_ref().zip(cart.currency.as_ref()).is_some_and(|(own, of_cart)| own.eq_ignore_ascii_case(of_cart)) {
            line.currency = None;
        }
    }
}

/// A removal takes the quantity that it names, else all. Where it doesn't say which of several lines of a product, the one
/// added last, or all when it names no quantity.
pub(super) fn remove(cart: &mut Cart, event: &Event<'_>, _: &mut Effects) -> Change {
    let had_lines = !cart.lines.is_empty();
    for product in &event.products {
        let what = What::is(product);
        if product.quantity.is_some_and(|q| q <= 0.0) || is_removed(cart, what, event.time_ms) {
            continue;
        }
        let lines = &cart.lines;
        let exactly = lines.iter().position(|line| what.same(What::holds(line)));
        let one = exactly
            .or_else(|| product_match::last(lines, |line| what.fits(line)))
            .or_else(|| product_match::last(lines, |line| what.means(line)));
        match (one, product.quantity) {
            // Its add may still come, late.
            (None, _) => note_removed(cart, what.hash(), event.time_ms),
            (Some(at), Some(quantity)) => remove_some(cart, at, exact(quantity), event.time_ms),
            (Some(at), None) if exactly.is_some() => remove_all(cart, at, event.time_ms),
            (Some(_), None) => {
                for at in (0..cart.lines.len()).rev() {
                    let line = What::holds(&cart.lines[at]);
                    if what.means(line) {
                        remove_all(cart, at, event.time_ms);
                    }
                }
                note_removed(cart, what.hash(), event.time_ms);
            }
        }
    }
    if had_lines && cart.lines.is_empty() { Change::Emptied } else { Change::Quiet }
}

/// A line goes, unless it was added again since: that add stays.
fn remove_all(cart: &mut Cart, at: usize, time_ms: Ms) {
    if time_ms >= cart.lines[at].added_ms {
        let line = cart.lines.remove(at);
        note_removed(cart, What::holds(&line).hash(), time_ms);
    }
}

fn remove_some(cart: &mut Cart, at: usize, quantity: f64, time_ms: Ms) {
    let line = &mut cart.lines[at];
    let left = exact(line.quantity - quantity);
    if left > 0.0 {
        line.quantity = left;
    } else if time_ms < line.added_ms {
        line.quantity = line.quantity.min(1.0);
    } else {
        remove_all(cart, at, time_ms);
    }
}

/// Remembers when a product was removed, or its quantity set.
pub(in crate::domain) fn note_removed(cart: &mut Cart, product_hash: u64, time_ms: Ms) {
    if let Some(known) = cart.removed.iter_mut().find(|r| r.product_hash == product_hash) {
        known.time_ms = known.time_ms.max(time_ms);
        return;
    }
    if cart.removed.len() >= MAX_REMOVED {
        cart.removed.remove(0);
    }
    cart.removed.push(Removed { product_hash, time_ms });
}

/// Each product that is named has this quantity now, and none if that is 0; the other lines stay. What is older than what is known of
/// a product changes nothing of it.
pub(super) fn set(cart: &mut Cart, event: &Event<'_>, effects: &mut Effects) -> Change {
    let had_lines = !cart.lines.is_empty();
    let mut gained = false;
    for product in &event.products {
        gained |= set_line(cart, product, event, effects);
    }
    match (had_lines, cart.lines.is_empty()) {
        (true, true) => Change::Emptied,
        _ if gained => Change::Gained,
        _ => Change::Quiet,
    }
}

/// Whether there is more of it than before.
fn set_line(cart: &mut Cart, product: &Product<'_>, event: &Event<'_>, effects: &mut Effects) -> bool {
    let what = What::is(product);
    let is_old = cart.cleared_ms.is_some_and(|cleared| event.time_ms < cleared) || is_removed(cart, what, event.time_ms);
    let at = product_match::find(&cart.lines, what);
    if is_old || at.is_some_and(|at| event.time_ms < cart.lines[at].added_ms) {
        return false;
    }
    let before = at.map_or(0.0, |at| cart.lines[at].quantity);
    let quantity = product.quantity.map_or(if at.is_some() { before } else { 1.0 }, exact);
    // What was added or taken before, and comes late, is in this quantity already.
    let settled = at.map_or(what.hash(), |at| What::holds(&cart.lines[at]).hash());
    note_removed(cart, settled, event.time_ms);
    match at {
        Some(at) if quantity <= 0.0 => remove_all(cart, at, event.time_ms),
        Some(at) => {
            let line = &mut cart.lines[at];
            (line.quantity, line.added_ms) = (quantity, event.time_ms);
            describe(line, product, event, cart.currency.as_ref());
            cart.lines_left_out = cart.lines_left_out.saturating_add(budget::fit_cart(&mut cart.lines, effects));
        }
        None => return add_line(cart, product, event, effects),
    }
    quantity > before
}

/// A snapshot replaces the lines; what has quantity 0 is not there. One that is older than what is known of the cart changes
/// nothing.
pub(super) fn replace(cart: &mut Cart, event: &Event<'_>, effects: &mut Effects) -> Change {
    let newest = cart.lines.iter().map(|l| l.added_ms).chain(cart.removed.iter().map(|r| r.time_ms)).chain(cart.cleared_ms).max();
    if newest.is_some_and(|n| event.time_ms < n) {
        return Change::Quiet;
    }
    let mut old = std::mem::take(&mut cart.lines);
    let had_lines = !old.is_empty();
    let mut left_out = event.products_left_out;
    // What each line had before.
    let mut before: SmallVec<[f64; 16]> = SmallVec::new();
    for (n, product) in event.products.iter().enumerate() {
        let (what, quantity) = (What::is(product), quantity_of(product));
        if quantity <= 0.0 {
            continue;
        }
        if let Some(line) = cart.lines.iter_mut().find(|line| what.same(What::holds(line))) {
            line.price = mean_price(line, product, quantity);
            line.quantity = exact(line.quantity + quantity);
            continue;
        }
        if cart.lines.len() >= MAX_LINES {
            effects.notes.push(Note::LimitReached(Limit::CartLines));
            left_out = left_out.saturating_add(1);
            continue;
        }
        let known = product_match::find(&old, what);
        let known = known.or_else(|| product_match::find_named_otherwise(&old, what, &event.products[n..]));
        let (line, had) = if let Some(at) = known {
            let mut line = old.remove(at);
            let had = std::mem::replace(&mut line.quantity, quantity);
            describe(&mut line, product, event, cart.currency.as_ref());
            (line, had)
        } else {
            (new_line(product, event, quantity, cart.currency.as_ref()), 0.0)
        };
        cart.lines.push(line);
        before.push(had);
    }
    let gone = budget::fit_cart(&mut cart.lines, effects);
    left_out = left_out.saturating_add(gone);
    let (mut more_of_one, mut new_lines) = (false, 0);
    for (line, before) in cart.lines.iter_mut().zip(before.into_iter().skip(usize::try_from(gone).unwrap_or(usize::MAX))) {
        if line.quantity > before {
            line.added_ms = event.time_ms;
            more_of_one |= before > 0.0;
            new_lines += u32::from(before <= 0.0);
        }
    }
    // As many as there was no room for before may not be new at all: the same snapshot again must not arm.
    let gained = more_of_one || new_lines > cart.lines_left_out;
    cart.lines_left_out = left_out;
    cart.cleared_ms = Some(event.time_ms);
    cart.removed.clear();
    match (had_lines, cart.lines.is_empty()) {
        (true, true) => Change::Emptied,
        _ if gained => Change::Gained,
        _ => Change::Quiet,
    }
}

/// One thing twice in a list, at two prices: each piece of the line costs what they cost on average.
fn mean_price(line: &CartLine, product: &Product<'_>, quantity: f64) -> Option<f64> {
    let Some((one, other)) = line.price.zip(product.price) else { return line.price.or(product.price) };
    let is_same = (one - other).abs() < f64::EPSILON;
    let is_in_other = product.currency.as_deref().zip(line.currency.as_deref()).is_some_and(|(a, b)| !a.eq_ignore_ascii_case(b));
    if is_same || is_in_other {
        return Some(one);
    }
    Some((one * line.quantity + other * quantity) / (line.quantity + quantity)).filter(|mean| mean.is_finite()).or(Some(one))
}

/// An order takes the whole cart, and whatever was put into it until then: what was added after it stays.
pub(in crate::domain) fn clear(cart: &mut Cart, until_ms: Ms) -> Vec<CartLine> {
    let taken = cart.lines.extract_if(.., |line| line.added_ms <= until_ms).collect();
    cart.lines_left_out = 0;
    cart.cleared_ms = cart.cleared_ms.max(Some(after(until_ms)));
    cart.removed.retain(|r| r.time_ms > until_ms);
    left_checkout(cart);
    taken
}

/// Shops whose servers know whole seconds only say when it was to the second: all of that is the same instant.
pub(in crate::domain) fn end_of_instant(time_ms: Ms) -> Ms {
    if time_ms % SECOND_MS == 0 { time_ms.saturating_add(SECOND_MS - 1) } else { time_ms }
}

/// The first instant that an order leaves alone.
pub(in crate::domain) fn after(until_ms: Ms) -> Ms {
    until_ms.saturating_add(1)
}

/// With an empty cart the prospect is not at the checkout.
pub(in crate::domain) fn left_checkout(cart: &mut Cart) {
    if cart.lines.is_empty() {
        cart.skip_told = false;
        cart.checkout_started = false;
        cart.checkout_step = None;
    }
}

/// An order takes the lines bought, whatever the quantity, and what of them was put into the cart until then.
pub(super) fn take_bought(cart: &mut Cart, event: &Event<'_>, sold: &Sold<'_>) -> Vec<CartLine> {
    if event.products.is_empty() {
        return clear(cart, sold.until_ms);
    }
    let taken = cart.lines.extract_if(.., |line| sold.takes(line)).collect();
    for product in &event.products {
        note_removed(cart, What::is(product).hash(), after(sold.until_ms));
    }
    left_checkout(cart);
    taken
}

/// What a change of lines means for the series.
pub(crate) enum Change {
    /// Nothing that arms or ends one.
    Quiet,
    /// An add, or a snapshot with something new: may arm.
    Gained,
    /// The last line is gone.
    Emptied,
}
