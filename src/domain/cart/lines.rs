//! What is in a cart: adds, removals, snapshots, orders. Late events never undo what a later one decided.

use super::{Change, MAX_LINES, MAX_REMOVED};
use crate::domain::budget::{self, MAX_LINE_BYTES};
use crate::domain::effect::{Effects, Limit, Note};
use crate::domain::event::{Event, Product};
use crate::domain::ids::hash64;
use crate::domain::prospect::{Cart, CartLine, Removed};
use crate::domain::{Ms, Text};
use std::borrow::Cow;

/// Adds the quantity of each product.
pub(super) fn add(cart: &mut Cart, event: &Event<'_>, effects: &mut Effects) -> Change {
    if cart.cleared_ms.is_some_and(|cleared| event.time_ms < cleared) {
        return Change::Quiet;
    }
    let mut gained = false;
    for product in &event.products {
        let hash = hash64(product.id.as_bytes());
        if cart.removed.iter().any(|r| r.product_hash == hash && event.time_ms < r.time_ms) {
            continue;
        }
        gained |= add_line(cart, product, event.time_ms, effects);
    }
    if gained { Change::Gained } else { Change::Quiet }
}

fn add_line(cart: &mut Cart, product: &Product<'_>, time_ms: Ms, effects: &mut Effects) -> bool {
    let quantity = product.quantity.unwrap_or(1);
    if let Some(line) = cart.lines.iter_mut().find(|l| *l.product_id == *product.id) {
        line.quantity = line.quantity.saturating_add(quantity);
        if time_ms >= line.added_ms {
            line.added_ms = time_ms;
            describe(line, product);
            cart.lines_left_out = cart.lines_left_out.saturating_add(budget::fit_cart(&mut cart.lines, effects));
        }
        return true;
    }
    if cart.lines.len() >= MAX_LINES {
        effects.notes.push(Note::LimitReached(Limit::CartLines));
        cart.lines_left_out = cart.lines_left_out.saturating_add(1);
        return false;
    }
    let mut line = CartLine { product_id: product.id.as_ref().into(), quantity, added_ms: time_ms, ..CartLine::default() };
    describe(&mut line, product);
    cart.lines.push(line);
    cart.lines_left_out = cart.lines_left_out.saturating_add(budget::fit_cart(&mut cart.lines, effects));
    true
}

/// Takes over what the event says of the product; what it doesn't say stays.
fn describe(line: &mut CartLine, product: &Product<'_>) {
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
    // Only two long addresses together are more: the page says more than the picture.
    if budget::weight::line(line) > MAX_LINE_BYTES {
        line.image_url = None;
    }
}

/// Removes by quantity; the line when none is given.
pub(super) fn remove(cart: &mut Cart, event: &Event<'_>, _: &mut Effects) -> Change {
    let had_lines = !cart.lines.is_empty();
    for product in &event.products {
        let Some(at) = cart.lines.iter().position(|l| *l.product_id == *product.id) else {
            // Its add may still come, late.
            note_removed(cart, hash64(product.id.as_bytes()), event.time_ms);
            continue;
        };
        let line = &mut cart.lines[at];
        let late = event.time_ms < line.added_ms;
        let left = product.quantity.map_or(0, |q| line.quantity.saturating_sub(q));
        if late {
            // The product was added again since: that add stays.
            line.quantity = if product.quantity.is_some() { left.max(1) } else { line.quantity };
        } else if left == 0 {
            cart.lines.remove(at);
            note_removed(cart, hash64(product.id.as_bytes()), event.time_ms);
        } else {
            line.quantity = left;
        }
    }
    if had_lines && cart.lines.is_empty() { Change::Emptied } else { Change::Quiet }
}

/// Remembers when a product was removed.
pub(super) fn note_removed(cart: &mut Cart, product_hash: u64, time_ms: Ms) {
    if let Some(known) = cart.removed.iter_mut().find(|r| r.product_hash == product_hash) {
        known.time_ms = known.time_ms.max(time_ms);
        return;
    }
    if cart.removed.len() >= MAX_REMOVED {
        cart.removed.remove(0);
    }
    cart.removed.push(Removed { product_hash, time_ms });
}

/// A snapshot replaces the lines. One that is older than what is known of the cart changes nothing.
pub(super) fn replace(cart: &mut Cart, event: &Event<'_>, effects: &mut Effects) -> Change {
    let newest = cart.lines.iter().map(|l| l.added_ms).chain(cart.removed.iter().map(|r| r.time_ms)).chain(cart.cleared_ms).max();
    if newest.is_some_and(|n| event.time_ms < n) {
        return Change::Quiet;
    }
    let old = std::mem::take(&mut cart.lines);
    let mut left_out = event.products_left_out;
    for product in &event.products {
        let quantity = product.quantity.unwrap_or(1);
        if let Some(line) = cart.lines.iter_mut().find(|l| *l.product_id == *product.id) {
            line.quantity = line.quantity.saturating_add(quantity);
            continue;
        }
        if cart.lines.len() >= MAX_LINES {
            effects.notes.push(Note::LimitReached(Limit::CartLines));
            left_out = left_out.saturating_add(1);
            continue;
        }
        let known = old.iter().find(|l| *l.product_id == *product.id);
        let mut line = known.cloned().unwrap_or_else(|| CartLine {
            product_id: product.id.as_ref().into(),
            added_ms: event.time_ms,
            ..CartLine::default()
        });
        line.quantity = quantity;
        describe(&mut line, product);
        cart.lines.push(line);
    }
    left_out = left_out.saturating_add(budget::fit_cart(&mut cart.lines, effects));
    let (mut more_of_one, mut new_lines) = (false, 0);
    for line in &mut cart.lines {
        let before = old.iter().find(|l| l.product_id == line.product_id).map_or(0, |l| l.quantity);
        if line.quantity > before {
            line.added_ms = event.time_ms;
            more_of_one |= before > 0;
            new_lines += u32::from(before == 0);
        }
    }
    // As many as there was no room for before may not be new at all: the same snapshot again must not arm.
    let gained = more_of_one || new_lines > cart.lines_left_out;
    cart.lines_left_out = left_out;
    cart.cleared_ms = Some(event.time_ms);
    cart.removed.clear();
    match (old.is_empty(), cart.lines.is_empty()) {
        (false, true) => Change::Emptied,
        _ if gained => Change::Gained,
        _ => Change::Quiet,
    }
}

/// An order takes the whole cart: what was added after it stays.
pub(super) fn clear(cart: &mut Cart, time_ms: Ms) {
    cart.lines.retain(|l| l.added_ms > time_ms);
    cart.lines_left_out = 0;
    cart.cleared_ms = cart.cleared_ms.max(Some(time_ms));
    cart.removed.retain(|r| r.time_ms > time_ms);
    left_checkout(cart);
}

/// Whoever has nothing in the cart is not at the checkout.
fn left_checkout(cart: &mut Cart) {
    if cart.lines.is_empty() {
        cart.checkout_started = false;
        cart.checkout_step = None;
    }
}

/// An order placed at a time takes the lines bought, whatever the quantity. Returns whether it took any.
pub(super) fn take_bought(cart: &mut Cart, event: &Event<'_>, placed_ms: Ms) -> bool {
    if !event.has_products && event.products.is_empty() {
        let any = cart.lines.iter().any(|l| l.added_ms <= placed_ms);
        clear(cart, placed_ms);
        return any;
    }
    let before = cart.lines.len();
    for product in &event.products {
        cart.lines.retain(|l| *l.product_id != *product.id || l.added_ms > placed_ms);
        note_removed(cart, hash64(product.id.as_bytes()), placed_ms);
    }
    left_checkout(cart);
    cart.lines.len() < before
}
