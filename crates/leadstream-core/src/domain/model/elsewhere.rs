//! Orders that no cart led to: renewals, and what was sold by phone or at the counter (`[cart] not_by`).

use super::predicate::Predicate;
use crate::domain::event::Event;
use crate::domain::names::PropertyId;

/// Properties that say yes or no; some name what they are the renewal of instead.
pub const FLAGS: [&str; 20] = [
    "is_renewal",
    "renewal",
    "is_renewal_order",
    "renewal_order",
    "is_recurring",
    "recurring",
    "is_recurring_order",
    "recurring_order",
    "is_subscription_renewal",
    "subscription_renewal",
    "_subscription_renewal",
    "is_pos",
    "is_pos_order",
    "pos_order",
    "is_phone_order",
    "phone_order",
    "is_in_store",
    "in_store",
    "is_counter_sale",
    "is_offline",
];

/// Properties that say where an order was made: Shopify's `source_name`, `created_via` of `WooCommerce`, and what others call it.
pub const PLACES: [&str; 8] =
    ["source_name", "created_via", "order_source", "source", "order_channel", "sales_channel", "channel", "order_type"];

/// The properties that are looked at where the model says nothing, in any spelling.
pub fn shipped_properties() -> impl Iterator<Item = &'static str> {
    FLAGS.into_iter().chain(PLACES).chain(["billing_reason", "tags", "order_tags"])
}

/// Which orders concern no cart: any of these, all tests of which must hold.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere {
    pub any: Vec<Vec<(PropertyId, Predicate)>>,
}

impl Elsewhere {
    /// Whether no cart led to this order.
    #[must_use]
    pub fn holds(&self, order: &Event<'_>) -> bool {
        !order.properties.is_empty()
            && self.any.iter().any(|tests| tests.iter().all(|(id, test)| test.holds(order.property(*id))))
    }
}
