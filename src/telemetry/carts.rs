//! What orders after reminders are worth.

use super::{Telemetry, catalogue, known_currency};
use metrics::HistogramFn;

impl Telemetry {
    /// One order that follows from a reminder; `attribution`: `click`, `open`.
    pub fn cart_recovered(&self, currency: Option<&str>, attribution: &str, value: f64) {
        let currency = known_currency(currency);
        self.histogram(&catalogue::CART_RECOVERED_VALUE, &[currency]).record(value);
        self.histogram(&catalogue::CART_ATTRIBUTED_VALUE, &[currency, attribution]).record(value);
    }

    /// One order after a reminder of which nobody can say that it follows from it, and why not.
    pub fn cart_came_back(&self, currency: Option<&str>, reason: &str, value: f64) {
        let currency = known_currency(currency);
        self.histogram(&catalogue::CART_ATTRIBUTED_VALUE, &[currency, "none"]).record(value);
        self.histogram(&catalogue::CART_UNATTRIBUTED_VALUE, &[currency, reason]).record(value);
    }

    /// One order of the goods of a cart that was forgotten.
    pub fn cart_recovered_late(&self, currency: Option<&str>, value: f64) {
        self.histogram(&catalogue::CART_RECOVERED_LATE_VALUE, &[known_currency(currency)]).record(value);
    }

    /// A recovered order was cancelled or refunded, or its payment failed.
    pub fn cart_reversed(&self, currency: Option<&str>, reason: &str, value: f64) {
        self.histogram(&catalogue::CART_REVERSED_VALUE, &[known_currency(currency), reason]).record(value);
    }
}
