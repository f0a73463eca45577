//! What the cart will hold once an event is applied: moves may ask for it, and are decided before.

use crate::domain::event::Event;
use crate::domain::output::Effects;
use crate::domain::rules::cart::{CartContext, apply, outcome};
use crate::domain::rules::journey::moved::Held;
use crate::domain::rules::order_news::News;
use crate::domain::state::prospect::Prospect;

/// Of several carts the one touched last, of those that hold anything. By the very rules that change carts, on a copy: few models
/// ask, and few events.
pub fn held_after(prospect: &Prospect, event: &Event<'_>, news: News, context: &CartContext<'_>) -> Held {
    let mut after = prospect.clone();
    apply(&mut after, event, news, context, &mut Effects::default());
    let cart = after.carts.iter().filter(|cart| !cart.lines.is_empty()).max_by_key(|cart| cart.touched_ms);
    #[allow(clippy::cast_precision_loss, reason = "lines are few")]
    cart.map_or_else(Held::default, |cart| Held {
        lines: cart.lines.len() as f64,
        quantity: cart.lines.iter().map(|line| line.quantity).sum(),
        value: outcome::value(cart),
    })
}
