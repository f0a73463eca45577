//! A cart, its lines, and the reminders that left.

use crate::app::explain::page::{Page, decimal};
use crate::view::prospect::cart::{CartView, LineView, Quantity, SentView};

pub(super) fn add(page: &mut Page<'_>, cart: &CartView) {
    let series = &cart.series;
    let id = cart.cart_id.as_deref().unwrap_or("without id");
    let mut line = format!("  cart     {id}: {} lines, series {}", cart.lines.len(), series.phase);
    if series.next_due.is_some() {
        line += &format!(", step {} due {}", u32::from(series.steps_done) + 1, page.time(series.next_due));
    }
    if cart.reminded_for == "payment-failed" {
        line += ", its payment failed";
    }
    if let Some(step) = &cart.checkout_step {
        line += &format!(", checkout at step {step}");
    }
    if let Some(address) = &cart.address {
        line += &format!(", named with {address}");
    }
    page.line(&line);
    for product in &cart.lines {
        page.line(&product_line(product));
    }
    for sent in &series.sent {
        page.line(&sent_line(sent, page));
    }
}

fn product_line(line: &LineView) -> String {
    let name = line.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let price = line.price.map(|price| format!(" at {price}")).unwrap_or_default();
    let quantity = match line.quantity {
        Quantity::Pieces(pieces) => pieces.to_string(),
        Quantity::Amount(amount) => decimal(amount),
    };
    format!("           {quantity} × {}{name}{price}", line.product_id)
}

fn sent_line(sent: &SentView, page: &Page<'_>) -> String {
    let mut line = format!("           step {} left {}, trigger {}", sent.step, page.time(sent.left), sent.trigger_id);
    for (time, done) in [(sent.opened, "opened"), (sent.clicked, "clicked")] {
        if time.is_some() {
            line += &format!(", {done} {}", page.time(time));
        }
    }
    line
}
