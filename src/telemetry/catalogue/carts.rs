//! Reminders of carts, and what orders after them are worth.

use crate::telemetry::metric::{Metric, counter, gauge, histogram, rows};
use crate::telemetry::registry::Telemetry;
use metrics::HistogramFn;

/// Currencies that get a label of their own; all others count as `other`, so that events can't make labels.
const CURRENCIES: [&str; 34] = [
    "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR",
    "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "USD", "ZAR",
];

const MONEY_BUCKETS: &[f64] = &[10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0];

rows! {
    /// Cart triggers.
    CART_TRIGGERS = counter("leadstream_cart_triggers_total", "triggers", &["step"],
        "Cart triggers sent, by step of the series",
        "Zero for hours while carts are being filled.");
    /// Steps that wait for the catch-up.
    CART_STEPS_HELD = gauge("leadstream_cart_steps_held", "steps", &[],
        "Cart steps that are due but wait because their task is still behind (`catch_up = \"hold\"`)",
        "Above zero for longer than max_lateness: they will be skipped as late.");
    /// Steps that did not leave.
    CART_SUPPRESSED = counter("leadstream_cart_suppressed_total", "steps", &["reason"],
        "Cart steps and series that were not sent, by reason",
        "`late` grows: the service was down or behind for longer than max_lateness.");
    /// What became of series.
    CART_OUTCOMES = counter("leadstream_cart_outcomes_total", "outcomes", &["kind"],
        "Cart outcomes by type: cart.recovered, cart.recovered-late, cart.cancelled, cart.recalled, cart.expired, cart.skipped, cart.reversed",
        "`cart.recalled` grows: orders arrive after the mail was sent; consider `grace`. `cart.recovered` counts every order after a reminder; the two metrics below split their value by attribution.");
    /// Orders that follow from a reminder.
    CART_RECOVERED_VALUE = histogram("leadstream_cart_recovered_value", "currency units", &["currency"], MONEY_BUCKETS,
        "Value of orders after a click in a reminder or an open of one, by currency; `_sum` is the recovered revenue before reversals",
        "Not by itself.");
    /// The same and those without, by what they follow from.
    CART_ATTRIBUTED_VALUE = histogram("leadstream_cart_attributed_value", "currency units", &["currency", "attribution"], MONEY_BUCKETS,
        "Value of orders after a reminder, by currency and attribution: a click in a reminder, an open, or `none` (the customer came back unprompted)",
        "All `none` while reminders are sent: no mail events arrive, or they don't say which mail they are about.");
    /// Those without, by why nothing is known.
    CART_UNATTRIBUTED_VALUE = histogram("leadstream_cart_unattributed_value", "currency units", &["currency", "reason"], MONEY_BUCKETS,
        "Value of orders after a reminder without a known click or open, by currency and reason: no-mail-events-known, no-open-or-click, by-machine, names-another-mail, outside-window",
        "Mostly `no-mail-events-known`: the mailer's events don't arrive. `names-another-mail`: see `[cart] campaigns`.");
    /// Orders of forgotten carts' goods.
    CART_RECOVERED_LATE_VALUE = histogram("leadstream_cart_recovered_late_value", "currency units", &["currency"], MONEY_BUCKETS,
        "Value of orders for the goods of carts that were reminded of and then forgotten, by currency; not part of the recovered revenue",
        "Not by itself.");
    /// Orders that came to nothing after all.
    CART_REVERSED_VALUE = histogram("leadstream_cart_reversed_value", "currency units", &["currency", "reason"], MONEY_BUCKETS,
        "Value of recovered orders that was reversed, by currency and reason: cancelled, refunded, payment-failed, order-changed",
        "`payment-failed` jumps: the payment provider has trouble.");
    /// Triggers for prospects without a known address.
    CART_UNADDRESSABLE = counter("leadstream_cart_unaddressable_total", "triggers", &["step"],
        "Cart triggers sent for prospects whose address was never seen, by step",
        "Most of leadstream_cart_triggers_total: the shop asks for the address too late, or identify calls omit it.");
}

impl Telemetry {
    pub fn cart_triggers(&self, step: u8, count: u64) {
        self.count(&CART_TRIGGERS, &[&step.to_string()], count);
    }

    pub fn cart_suppressed(&self, reason: &str, count: u64) {
        self.count(&CART_SUPPRESSED, &[reason], count);
    }

    pub fn cart_outcomes(&self, kind: &str, count: u64) {
        self.count(&CART_OUTCOMES, &[kind], count);
    }

    /// One order that follows from a reminder; `attribution`: `click`, `open`.
    pub fn cart_recovered(&self, currency: Option<&str>, attribution: &str, value: f64) {
        let currency = known_currency(currency);
        self.histogram(&CART_RECOVERED_VALUE, &[currency]).record(value);
        self.histogram(&CART_ATTRIBUTED_VALUE, &[currency, attribution]).record(value);
    }

    /// One order after a reminder of which nobody can say that it follows from it, and why not.
    pub fn cart_came_back(&self, currency: Option<&str>, reason: &str, value: f64) {
        let currency = known_currency(currency);
        self.histogram(&CART_ATTRIBUTED_VALUE, &[currency, "none"]).record(value);
        self.histogram(&CART_UNATTRIBUTED_VALUE, &[currency, reason]).record(value);
    }

    /// One order of the goods of a cart that was forgotten.
    pub fn cart_recovered_late(&self, currency: Option<&str>, value: f64) {
        self.histogram(&CART_RECOVERED_LATE_VALUE, &[known_currency(currency)]).record(value);
    }

    /// A recovered order was cancelled or refunded, or its payment failed.
    pub fn cart_reversed(&self, currency: Option<&str>, reason: &str, value: f64) {
        self.histogram(&CART_REVERSED_VALUE, &[known_currency(currency), reason]).record(value);
    }

    /// Triggers sent for prospects without a known address.
    pub fn cart_unaddressable(&self, step: u8, count: u64) {
        self.count(&CART_UNADDRESSABLE, &[&step.to_string()], count);
    }
}

/// Prospects send currencies: only real ones become labels.
fn known_currency(currency: Option<&str>) -> &'static str {
    currency.and_then(|c| CURRENCIES.iter().find(|k| k.eq_ignore_ascii_case(c))).copied().unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use crate::telemetry::Telemetry;

    #[test]
    fn a_currency_that_nobody_knows_makes_no_label() {
        let t = Telemetry::new("x");
        t.cart_recovered(Some("eur"), "none", 40.0);
        t.cart_recovered(Some("\"} 1\nevil"), "none", 2.0);
        t.cart_recovered(None, "none", 3.0);
        let page = t.render();
        assert!(page.contains("leadstream_cart_recovered_value_sum{currency=\"EUR\"} 40\n"), "{page}");
        assert!(page.contains("leadstream_cart_recovered_value_sum{currency=\"other\"} 5\n"), "{page}");
        assert!(!page.contains("evil"));
    }
}
