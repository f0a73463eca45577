//! The lines of the cart series in the canonical text of its model.

use super::compile;
use super::elsewhere;
use super::spec::CartSpec;
use leadstream_core::domain::mail;
use leadstream_core::domain::model::CartModel;

pub(super) fn lines(spec: &CartSpec) -> Vec<String> {
    let (cart, default) = (compile::cart(spec), CartModel::default());
    let mut lines = vec![
        format!("cart steps {:?} idle {:?} clears {:?}", cart.steps_ms, cart.idle_on, cart.order_clears),
        format!("cart cooldown {:?} lateness {:?} forget {:?}", cart.cooldown_ms, cart.max_lateness_ms, cart.forget_after_ms),
        format!("cart grace {} catch up {:?}", cart.grace_ms, cart.catch_up),
    ];
    // What came later adds a line only where it is used.
    for (name, said, default) in [
        ("click window", cart.click_window_ms, default.click_window_ms),
        ("open window", cart.open_window_ms, default.open_window_ms),
        ("payment window", cart.payment_window_ms, default.payment_window_ms),
        ("late window", cart.late_window_ms, default.late_window_ms),
    ] {
        if said != default {
            lines.push(format!("cart {name} {said:?}"));
        }
    }
    if cart.series != default.series {
        lines.push(format!("cart series {:?}", cart.series));
    }
    if cart.min_value != default.min_value {
        lines.push(format!("cart min value {:?}", cart.min_value));
    }
    if let Some(campaigns) = &cart.campaigns {
        let mut names: Vec<String> = campaigns.iter().map(|name| format!("{:08x}", mail::known_by(name))).collect();
        names.sort();
        names.dedup();
        lines.push(format!("cart campaigns {}", names.join(",")));
    }
    if cart.order_ends_cooldown != default.order_ends_cooldown {
        lines.push(format!("cart order ends cooldown {}", cart.order_ends_cooldown));
    }
    lines.extend(elsewhere::lines(spec));
    lines
}
