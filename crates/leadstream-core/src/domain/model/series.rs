//! The cart series of a model.

use crate::domain::{DAY_MS, HOUR_MS, Ms, Text};

/// The cart series (docs/carts.md).
#[derive(Debug, Clone, PartialEq)]
pub struct CartModel {
    /// Delays of the steps after abandonment, ascending.
    pub steps_ms: Vec<Ms>,
    pub idle_on: IdleOn,
    pub order_clears: OrderClears,
    /// `None`: off.
    pub cooldown_ms: Option<Ms>,
    pub max_lateness_ms: Option<Ms>,
    pub forget_after_ms: Option<Ms>,
    pub grace_ms: Ms,
    pub catch_up: CatchUp,
    /// How long before an order a click or an open of a reminder counts for it; `None`: never.
    pub click_window_ms: Option<Ms>,
    pub open_window_ms: Option<Ms>,
    /// How long after an order a payment that failed brings its lines back; `None`: never.
    pub payment_window_ms: Option<Ms>,
    pub series: SeriesFor,
    /// A cart that is known to be worth less arms nothing; `None`: off.
    pub min_value: Option<f64>,
    /// What the shop's mailer calls reminders; `None`: whatever [says so](crate::domain::mail::MailNames).
    pub campaigns: Option<Vec<Text>>,
    /// How long after its last reminder an order of a forgotten cart's goods is reported as late; `None`: never.
    pub late_window_ms: Option<Ms>,
    /// The cooldown ends with an order.
    pub order_ends_cooldown: bool,
}

/// What has one series at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeriesFor {
    #[default]
    Prospect,
    Cart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdleOn {
    #[default]
    Site,
    Cart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderClears {
    #[default]
    Cart,
    Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    #[default]
    Hold,
    Replay,
}

impl Default for CartModel {
    fn default() -> Self {
        Self {
            steps_ms: vec![HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS],
            idle_on: IdleOn::Site,
            order_clears: OrderClears::Cart,
            cooldown_ms: Some(7 * DAY_MS),
            max_lateness_ms: Some(2 * HOUR_MS),
            forget_after_ms: Some(10 * DAY_MS),
            grace_ms: 0,
            catch_up: CatchUp::Hold,
            click_window_ms: Some(5 * DAY_MS),
            open_window_ms: Some(DAY_MS),
            payment_window_ms: Some(DAY_MS),
            series: SeriesFor::Prospect,
            // More than nothing.
            min_value: Some(f64::MIN_POSITIVE),
            campaigns: None,
            late_window_ms: Some(30 * DAY_MS),
            order_ends_cooldown: true,
        }
    }
}
