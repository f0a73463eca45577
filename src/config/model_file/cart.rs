//! `[cart]` of a model file, and `model.cart.*` of the settings: the same keys.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::spec::CartSpec;
use crate::domain::model::{CatchUp, IdleOn, OrderClears};

/// Reads the keys of the cart series.
pub fn cart(mut fields: Fields<'_>, faults: &mut Faults) -> CartSpec {
    let spec = CartSpec {
        steps_ms: fields.durations("steps", faults),
        idle_on: fields.choice("idle_on", &[("site", IdleOn::Site), ("cart", IdleOn::Cart)], faults),
        order_clears: fields.choice("order_clears", &[("cart", OrderClears::Cart), ("lines", OrderClears::Lines)], faults),
        cooldown_ms: fields.duration_or_off("cooldown", faults),
        max_lateness_ms: fields.duration_or_off("max_lateness", faults),
        forget_after_ms: fields.duration_or_off("forget_after", faults),
        grace_ms: fields.duration("grace", faults),
        catch_up: fields.choice("catch_up", &[("hold", CatchUp::Hold), ("replay", CatchUp::Replay)], faults),
        click_window_ms: fields.duration_or_off("click_window", faults),
        open_window_ms: fields.duration_or_off("open_window", faults),
        payment_window_ms: fields.duration_or_off("payment_window", faults),
    };
    fields.finish(faults);
    spec
}
