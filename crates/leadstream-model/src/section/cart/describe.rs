//! The cart series in words.

use super::compile;
use super::elsewhere;
use super::spec::CartSpec;
use crate::common::describe::or_off;
use leadstream_core::domain::model::words::length;

pub(super) fn describe(spec: &CartSpec, say: &mut dyn FnMut(&str, String)) {
    let cart = compile::cart(spec);
    let steps: Vec<String> = cart.steps_ms.iter().map(|ms| length(*ms)).collect();
    say("cart: reminders after", steps.join(", "));
    say("cart: idle means no", format!("{:?} activity", cart.idle_on).to_lowercase());
    say("cart: an order clears the", format!("{:?}", cart.order_clears).to_lowercase());
    let cooldown = match cart.cooldown_ms {
        Some(ms) if cart.order_ends_cooldown => format!("{}, or until an order", length(ms)),
        other => or_off(other),
    };
    say("cart: no new series for", cooldown);
    say("cart: a reminder is skipped when late by", or_off(cart.max_lateness_ms));
    say("cart: forgotten after", or_off(cart.forget_after_ms));
    say("cart: waits for late events", length(cart.grace_ms));
    say("cart: after a stop", format!("{:?}", cart.catch_up).to_lowercase());
    say("cart: a click counts for an order within", or_off(cart.click_window_ms));
    say("cart: an open counts for an order within", or_off(cart.open_window_ms));
    let campaigns = cart.campaigns.as_ref().map(|names| names.join(", ")).filter(|names| !names.is_empty());
    let campaigns = match (&cart.campaigns, campaigns) {
        (None, _) => "those whose names say so, such as cart-reminder".to_owned(),
        (Some(_), None) => "none: reminders are known by trigger_id".to_owned(),
        (Some(_), Some(names)) => names,
    };
    say("cart: campaigns of reminders are", campaigns);
    say("cart: an order of a forgotten cart's goods is told as late within", or_off(cart.late_window_ms));
    say("cart: a failed payment brings the cart back within", or_off(cart.payment_window_ms));
    say("cart: one series at a time for each", format!("{:?}", cart.series).to_lowercase());
    let least = match cart.min_value {
        Some(least) if least >= 0.01 => format!("{least} or more"),
        Some(_) => "more than nothing".to_owned(),
        None => "whatever it is".to_owned(),
    };
    say("cart: reminded of when its value is", least);
    say("cart: orders that concern none", elsewhere::statement(spec));
}
