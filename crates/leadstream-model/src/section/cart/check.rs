//! Faults of the cart series, as it is in force: the settings over the file.

use super::compile;
use super::elsewhere;
use super::spec::CartSpec;
use crate::fault::{Faults, Spanned};
use leadstream_core::domain::Ms;

/// Most steps of a cart series.
const MAX_CART_STEPS: usize = 16;
/// Most campaigns that are known as reminders of carts.
const MAX_CAMPAIGNS: usize = 100;

pub(super) fn check(spec: &CartSpec, faults: &mut Faults) {
    if let Some(steps) = &spec.steps_ms {
        check_steps(steps, faults);
    }
    for (limit, example) in [
        (&spec.cooldown_ms, "\"7d\", or \"off\" for none"),
        (&spec.max_lateness_ms, "\"2h\", or \"off\" to send however late"),
        (&spec.forget_after_ms, "\"10d\", or \"off\" to keep carts for ever"),
        (&spec.click_window_ms, "\"5d\", or \"off\" to credit no click"),
        (&spec.open_window_ms, "\"1d\", or \"off\" to credit no open"),
        (&spec.payment_window_ms, "\"24h\", or \"off\" when an order is final"),
        (&spec.late_window_ms, "\"30d\", or \"off\" to tell of no late order"),
    ] {
        if let Some(limit) = limit
            && limit.value.is_some_and(|ms| ms <= 0)
        {
            faults.add(&limit.place, format!("must be longer than nothing: write {example}"));
        }
    }
    if let Some(grace) = spec.grace_ms.as_ref().filter(|grace| grace.value < 0) {
        faults.add(&grace.place, "can't be negative: write \"0s\" for no grace");
    }
    if let Some(least) = &spec.min_value
        && least.value.is_some_and(|least| !(0.0..=1e12).contains(&least))
    {
        faults.add(&least.place, "must be a value that a cart can have: write 10, or \"off\" to remind of every cart");
    }
    if let Some(campaigns) = &spec.campaigns {
        check_campaigns(campaigns, faults);
    }
    elsewhere::check(spec, faults);
    let cart = compile::cart(spec);
    if let (Some(last), Some(forget)) = (cart.steps_ms.last(), cart.forget_after_ms)
        && forget <= last.saturating_add(cart.grace_ms)
        && let Some(place) = spec.forget_after_ms.as_ref().map(|f| &f.place).or(spec.steps_ms.as_ref().map(|s| &s.place))
    {
        let message = format!(
            "the cart is forgotten before its last step is due (forget_after {} s, last step {} s): \
             make forget_after longer, or the steps shorter",
            forget / 1_000,
            last / 1_000
        );
        faults.add(place, message);
    }
}

fn check_campaigns(campaigns: &Spanned<Vec<String>>, faults: &mut Faults) {
    let place = &campaigns.place;
    if campaigns.value.len() > MAX_CAMPAIGNS {
        faults.add(place, format!("has {} names, at most {MAX_CAMPAIGNS} fit", campaigns.value.len()));
    }
    if campaigns.value.iter().any(|name| !name.chars().any(char::is_alphanumeric)) {
        faults
            .add(place, "has a name without a letter: write what your mailer calls its reminders, such as [\"cart-reminder-1\"]");
    }
}

fn check_steps(steps: &Spanned<Vec<Ms>>, faults: &mut Faults) {
    let place = &steps.place;
    if steps.value.is_empty() {
        faults.add(place, "names no step: write [\"1h\", \"24h\", \"72h\"]");
    }
    if steps.value.len() > MAX_CART_STEPS {
        faults.add(place, format!("has {} steps, at most {MAX_CART_STEPS} fit", steps.value.len()));
    }
    if steps.value.first().is_some_and(|first| *first <= 0) {
        faults.add(place, "the first step can't be due at once: a cart is abandoned after a while only, such as \"1h\"");
    }
    for (n, pair) in steps.value.windows(2).enumerate() {
        if pair[1] <= pair[0] {
            let message = format!("step {} must come later than step {}: write the delays in rising order", n + 2, n + 1);
            faults.add(place, message);
        }
    }
}
