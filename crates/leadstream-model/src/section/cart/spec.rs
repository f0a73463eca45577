//! What the file says of the cart series.

use crate::condition::spec::Tests;
use crate::fault::Spanned;
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::{CatchUp, IdleOn, OrderClears, SeriesFor};

/// `[cart]` of the file, or the overrides of the settings (`model.cart.*`). `None`: not said.
#[derive(Debug, Clone, Default)]
pub struct CartSpec {
    pub steps_ms: Option<Spanned<Vec<Ms>>>,
    pub idle_on: Option<Spanned<IdleOn>>,
    pub order_clears: Option<Spanned<OrderClears>>,
    /// Inner `None`: `"off"`.
    pub cooldown_ms: Option<Spanned<Option<Ms>>>,
    pub max_lateness_ms: Option<Spanned<Option<Ms>>>,
    pub forget_after_ms: Option<Spanned<Option<Ms>>>,
    pub grace_ms: Option<Spanned<Ms>>,
    pub catch_up: Option<Spanned<CatchUp>>,
    pub click_window_ms: Option<Spanned<Option<Ms>>>,
    pub open_window_ms: Option<Spanned<Option<Ms>>>,
    pub payment_window_ms: Option<Spanned<Option<Ms>>>,
    pub series: Option<Spanned<SeriesFor>>,
    pub min_value: Option<Spanned<Option<f64>>>,
    pub campaigns: Option<Spanned<Vec<String>>>,
    pub late_window_ms: Option<Spanned<Option<Ms>>>,
    pub order_ends_cooldown: Option<Spanned<bool>>,
    /// Orders that concern no cart: any of these.
    pub not_by: Option<Spanned<Vec<Spanned<Tests>>>>,
}

impl CartSpec {
    /// This one where it says something, else the other.
    #[must_use]
    pub fn over(&self, below: &Self) -> Self {
        Self {
            steps_ms: self.steps_ms.clone().or_else(|| below.steps_ms.clone()),
            idle_on: self.idle_on.clone().or_else(|| below.idle_on.clone()),
            order_clears: self.order_clears.clone().or_else(|| below.order_clears.clone()),
            cooldown_ms: self.cooldown_ms.clone().or_else(|| below.cooldown_ms.clone()),
            max_lateness_ms: self.max_lateness_ms.clone().or_else(|| below.max_lateness_ms.clone()),
            forget_after_ms: self.forget_after_ms.clone().or_else(|| below.forget_after_ms.clone()),
            grace_ms: self.grace_ms.clone().or_else(|| below.grace_ms.clone()),
            catch_up: self.catch_up.clone().or_else(|| below.catch_up.clone()),
            click_window_ms: self.click_window_ms.clone().or_else(|| below.click_window_ms.clone()),
            open_window_ms: self.open_window_ms.clone().or_else(|| below.open_window_ms.clone()),
            payment_window_ms: self.payment_window_ms.clone().or_else(|| below.payment_window_ms.clone()),
            series: self.series.clone().or_else(|| below.series.clone()),
            min_value: self.min_value.clone().or_else(|| below.min_value.clone()),
            campaigns: self.campaigns.clone().or_else(|| below.campaigns.clone()),
            late_window_ms: self.late_window_ms.clone().or_else(|| below.late_window_ms.clone()),
            order_ends_cooldown: self.order_ends_cooldown.clone().or_else(|| below.order_ends_cooldown.clone()),
            not_by: self.not_by.clone().or_else(|| below.not_by.clone()),
        }
    }
}
