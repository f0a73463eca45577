//! A cart and its reminder series.

use crate::domain::state::cart::{Cart, CartLine, SentStep, Series, SeriesPhase};
use crate::view::time::Time;
use serde::{Deserialize, Serialize};

/// A cart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CartView {
    /// With identity: the address that was named last together with it, as ids are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `null`: the cart without id.
    pub cart_id: Option<String>,
    pub checkout_started: bool,
    /// The latest step of the checkout, as the shop counts or names them.
    pub checkout_step: Option<String>,
    pub cleared: Option<Time>,
    /// Of the lines that don't name their own.
    pub currency: Option<String>,
    /// When the cart is forgotten.
    pub forget_at: Option<Time>,
    pub lines: Vec<LineView>,
    /// `abandoned` or `payment-failed`.
    pub reminded_for: String,
    pub series: SeriesView,
    /// The newest event on this cart.
    pub touched: Option<Time>,
}

impl CartView {
    pub(super) fn of(cart: &Cart) -> Self {
        Self {
            address: cart.address.as_ref().map(|named| named.id.to_string()),
            cart_id: cart.id.as_ref().map(ToString::to_string),
            checkout_started: cart.checkout_started,
            checkout_step: cart.checkout_step.as_ref().map(ToString::to_string),
            cleared: cart.cleared_ms.and_then(Time::of),
            currency: cart.currency.as_ref().map(ToString::to_string),
            forget_at: cart.forget_at_ms.and_then(Time::of),
            lines: cart.lines.iter().map(LineView::of).collect(),
            reminded_for: cart.series.armed_for.name().to_owned(),
            series: SeriesView::of(&cart.series),
            touched: Time::of(cart.touched_ms),
        }
    }
}

/// A product in a cart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LineView {
    /// Of the price, where it is not the cart's.
    pub currency: Option<String>,
    pub name: Option<String>,
    pub price: Option<f64>,
    pub product_id: String,
    pub quantity: Quantity,
    pub sku: Option<String>,
    pub variant: Option<String>,
}

impl LineView {
    fn of(line: &CartLine) -> Self {
        Self {
            currency: line.currency.as_ref().map(ToString::to_string),
            name: line.name.as_ref().map(ToString::to_string),
            price: line.price,
            product_id: line.product_id.to_string(),
            quantity: line.pieces().map_or(Quantity::Amount(line.quantity), Quantity::Pieces),
            sku: line.sku.as_ref().map(ToString::to_string),
            variant: line.variant.as_ref().map(ToString::to_string),
        }
    }
}

/// How much of a product.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Quantity {
    Pieces(u32),
    Amount(f64),
}

impl Default for Quantity {
    fn default() -> Self {
        Self::Pieces(0)
    }
}

/// Where the reminder series of a cart stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct SeriesView {
    /// Time of the add that armed it, in milliseconds; `null` while it is idle.
    pub episode: Option<i64>,
    pub next_due: Option<Time>,
    /// `idle`, `armed`, `running`, `complete` or `ended`.
    pub phase: String,
    /// The steps that left.
    pub sent: Vec<SentView>,
    /// Steps that left or were skipped.
    pub steps_done: u8,
}

impl SeriesView {
    fn of(series: &Series) -> Self {
        Self {
            episode: (series.phase != SeriesPhase::Idle).then_some(series.episode_ms),
            next_due: series.due_ms.and_then(Time::of),
            phase: phase_name(series.phase).to_owned(),
            sent: series.sent.iter().map(SentView::of).collect(),
            steps_done: series.done,
        }
    }
}

fn phase_name(phase: SeriesPhase) -> &'static str {
    match phase {
        SeriesPhase::Idle => "idle",
        SeriesPhase::Armed => "armed",
        SeriesPhase::Running => "running",
        SeriesPhase::Complete => "complete",
        SeriesPhase::Ended => "ended",
    }
}

/// A reminder that left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct SentView {
    /// When a link in its mail was last clicked by a person.
    pub clicked: Option<Time>,
    pub left: Option<Time>,
    /// When its mail was last opened by a person.
    pub opened: Option<Time>,
    /// 1-based.
    pub step: u8,
    pub trigger_id: String,
    /// Its series was cancelled, or its mail never arrived: no order follows from it.
    pub void: bool,
}

impl SentView {
    fn of(sent: &SentStep) -> Self {
        Self {
            clicked: sent.clicked_ms.and_then(Time::of),
            left: Time::of(sent.left_ms),
            opened: sent.opened_ms.and_then(Time::of),
            step: sent.step,
            trigger_id: format!("{:032x}", sent.trigger_id),
            void: sent.void,
        }
    }
}
