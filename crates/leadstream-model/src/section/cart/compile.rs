//! The cart series in force: what is spec, over the defaults.

use super::spec::CartSpec;
use leadstream_core::domain::model::CartModel;

/// The effective cart series: what is spec, over the defaults.
#[must_use]
pub fn cart(spec: &CartSpec) -> CartModel {
    let default = CartModel::default();
    CartModel {
        steps_ms: spec.steps_ms.as_ref().map_or(default.steps_ms, |v| v.value.clone()),
        idle_on: spec.idle_on.as_ref().map_or(default.idle_on, |v| v.value),
        order_clears: spec.order_clears.as_ref().map_or(default.order_clears, |v| v.value),
        cooldown_ms: spec.cooldown_ms.as_ref().map_or(default.cooldown_ms, |v| v.value),
        max_lateness_ms: spec.max_lateness_ms.as_ref().map_or(default.max_lateness_ms, |v| v.value),
        forget_after_ms: spec.forget_after_ms.as_ref().map_or(default.forget_after_ms, |v| v.value),
        grace_ms: spec.grace_ms.as_ref().map_or(default.grace_ms, |v| v.value),
        catch_up: spec.catch_up.as_ref().map_or(default.catch_up, |v| v.value),
        click_window_ms: spec.click_window_ms.as_ref().map_or(default.click_window_ms, |v| v.value),
        open_window_ms: spec.open_window_ms.as_ref().map_or(default.open_window_ms, |v| v.value),
        payment_window_ms: spec.payment_window_ms.as_ref().map_or(default.payment_window_ms, |v| v.value),
        series: spec.series.as_ref().map_or(default.series, |v| v.value),
        min_value: spec.min_value.as_ref().map_or(default.min_value, |v| v.value),
        campaigns: spec.campaigns.as_ref().map(|v| v.value.iter().map(|name| name.as_str().into()).collect()),
        late_window_ms: spec.late_window_ms.as_ref().map_or(default.late_window_ms, |v| v.value),
        order_ends_cooldown: spec.order_ends_cooldown.as_ref().map_or(default.order_ends_cooldown, |v| v.value),
    }
}
