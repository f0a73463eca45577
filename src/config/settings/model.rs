//! `model.*`: which models run, and what is said over their own.

use super::section::section;
use crate::config::keys::key::{Key, optional};
use crate::config::keys::kind::Kind;
use leadstream_model::CartSpec;

section! {
    /// `model.*`
    ModelSettings "model" besides {
        /// `model.cart.*`: over each model's own.
        cart: CartSpec,
    } {
        files: Vec<String> = ["ecommerce"],
            "Models that run: paths, or names of shipped models. Primary for a prospect is the first for their persona, or \
             for everyone.";
    }
}

impl PartialEq for ModelSettings {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files && format!("{:?}", self.cart) == format!("{:?}", other.cart)
    }
}

/// Keys of a model's `[cart]`; `leadstream-model` reads them.
pub(in crate::config) const CART: [Key; 16] = [
    optional(
        "model.cart.steps",
        Kind::Durations,
        "Overrides the model: delays of the reminders, ascending, at most 16. Model default: 1h, 24h, 72h.",
    ),
    optional(
        "model.cart.idle_on",
        Kind::Choice(&["site", "cart"]),
        "Overrides the model: idle means no activity on the `site`, or no `cart`, checkout or order event. Model default: \
         `site`.",
    ),
    optional(
        "model.cart.order_clears",
        Kind::Choice(&["cart", "lines"]),
        "Overrides the model: an order clears the whole `cart`, or only the `lines` bought. Model default: `cart`.",
    ),
    optional(
        "model.cart.cooldown",
        Kind::DurationOrOff,
        "Overrides the model: no new series within this time. Model default: 7d.",
    ),
    optional(
        "model.cart.max_lateness",
        Kind::DurationOrOff,
        "Overrides the model: a step that is later than this is skipped. Model default: 2h.",
    ),
    optional(
        "model.cart.forget_after",
        Kind::DurationOrOff,
        "Overrides the model: a cart left untouched for this long is forgotten. Model default: 10d.",
    ),
    optional(
        "model.cart.grace",
        Kind::Duration,
        "Overrides the model: how long a due step waits for events still on their way. Model default: 0s.",
    ),
    optional(
        "model.cart.catch_up",
        Kind::Choice(&["hold", "replay"]),
        "Overrides the model: `hold` reads a backlog first and then sends; `replay` sends in event time. Model default: \
         `hold`.",
    ),
    optional(
        "model.cart.click_window",
        Kind::DurationOrOff,
        "Overrides the model: an order is attributed to a click in a reminder within this time. Model default: 5d.",
    ),
    optional(
        "model.cart.open_window",
        Kind::DurationOrOff,
        "Overrides the model: an order is attributed to an open of a reminder within this time. Model default: 1d.",
    ),
    optional(
        "model.cart.payment_window",
        Kind::DurationOrOff,
        "Overrides the model: a payment that fails within this time after its order brings the cart back. Model default: 24h.",
    ),
    optional(
        "model.cart.series",
        Kind::Choice(&["prospect", "cart"]),
        "Overrides the model: whether each `prospect` or each `cart` has one series at a time.",
    ),
    optional("model.cart.min_value", Kind::NumberOrOff, "Overrides the model: a cart worth less than this starts no series."),
    optional(
        "model.cart.campaigns",
        Kind::Texts,
        "Overrides the model: what your mailer calls reminders of carts. Model default: names that speak for themselves.",
    ),
    optional(
        "model.cart.late_window",
        Kind::DurationOrOff,
        "Overrides the model: how long after its last reminder an order of a forgotten cart's goods is reported as late. \
         Model default: 30d.",
    ),
    optional(
        "model.cart.order_ends_cooldown",
        Kind::Bool,
        "Overrides the model: an order ends the cooldown. Model default: true.",
    ),
];
