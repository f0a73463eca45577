//! What a record holds of carts and their reminder series.

use crate::domain::event::Event;
use crate::domain::origin::Position;
use crate::domain::state::contact::NamedAddress;
use crate::domain::state::few::InlineVec;
use crate::domain::terms::recovery::AttributedBy;
use crate::domain::{Ms, Text};
use std::num::NonZeroU32;

/// One cart of a prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cart {
    /// `None`: the cart without id.
    pub id: Option<Text>,
    /// Ids that it had before, oldest first.
    pub aliases: Vec<Text>,
    /// In the order of the first add.
    pub lines: Vec<CartLine>,
    /// When products were removed, or their quantity was set: the last 64, oldest first.
    pub removed: Vec<Removed>,
    /// Last clear or snapshot: an older add does not refill the cart. An order clears its own instant, too: a millisecond later.
    pub cleared_ms: Option<Ms>,
    /// Newest cart, checkout or order event on this cart.
    pub touched_ms: Ms,
    pub checkout_started: bool,
    /// The latest step of the checkout, as the shop counts or names them.
    pub checkout_step: Option<Text>,
    /// Of the lines that don't name their own.
    pub currency: Option<Text>,
    pub series: Series,
    /// When the cart is forgotten, if ever.
    pub forget_at_ms: Option<Ms>,
    /// Lines that it should have and for which there was no room, since it was last emptied or replaced.
    pub lines_left_out: u32,
    /// It was told that no series begins: once until it is empty, or one begins.
    pub skip_told: bool,
    /// The prospect that it came from, where another one became part of this.
    pub origin: Option<Text>,
    /// The address that an event named last together with this cart; only with identity.
    pub address: Option<NamedAddress>,
}

/// One line of a cart: a product, and what is bought of it (`sku`, else `variant`).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CartLine {
    /// `product_id`, else `sku`.
    pub product_id: Text,
    pub sku: Option<Text>,
    pub name: Option<Text>,
    pub variant: Option<Text>,
    pub url: Option<Text>,
    pub image_url: Option<Text>,
    /// More than 0; to a millionth.
    pub quantity: f64,
    pub price: Option<f64>,
    /// Of the price, where it is not the cart's.
    pub currency: Option<Text>,
    /// Newest add of it, or when its quantity was set.
    pub added_ms: Ms,
}

impl CartLine {
    /// The quantity where it is a whole number.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within the bounds of u32")]
    pub fn pieces(&self) -> Option<u32> {
        let counted = self.quantity.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&self.quantity);
        counted.then_some(self.quantity as u32)
    }
}

impl Cart {
    /// Whether names of persons are in it besides its own texts; never without identity.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        self.origin.is_some() || self.series.armed_under.is_some() || self.address.is_some()
    }

    /// Whether events mean it by this id.
    #[must_use]
    pub fn is_called(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id) || self.aliases.iter().any(|alias| alias == id)
    }

    /// The id of the cart that armed its series.
    #[must_use]
    pub fn armed_as(&self) -> Option<&str> {
        let own = self.id.as_deref();
        self.series.armed_as.as_deref().map_or(own, |armed_as| Some(armed_as).filter(|id| !id.is_empty()))
    }

    /// The name of the prospect that armed its series; `key`: the present one.
    #[must_use]
    pub fn armed_under<'a>(&'a self, key: &'a str) -> &'a str {
        self.series.armed_under.as_deref().unwrap_or(key)
    }

    /// The currency of all lines; nothing where they have several.
    #[must_use]
    pub fn only_currency(&self) -> Option<&Text> {
        self.currency.as_ref().filter(|_| !self.is_mixed())
    }

    /// Its lines have several currencies: their prices are not added up.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.lines.iter().any(|line| line.currency.is_some())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Of the product and what is bought of it; of the product alone when all of it was removed.
    pub product_hash: u64,
    pub time_ms: Ms,
}

/// Where the reminder series of a cart stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    pub phase: SeriesPhase,
    pub armed_for: ArmedFor,
    /// Time of the add that armed it.
    pub episode_ms: Ms,
    /// Hash of the arming event's message id: part of the triggers' ids.
    pub armed_by: u64,
    /// Steps that left or were skipped so far; the next one is `done + 1`.
    pub done: u8,
    /// Last activity before step 1 (set when step 1 leaves or is skipped).
    pub abandoned_at_ms: Ms,
    /// When the last step left or was skipped, and whether it left.
    pub last_step_ms: Ms,
    pub last_step_left: bool,
    /// The steps that left, in order; those of earlier series of this cart stay until an outcome names them. At most 16.
    pub sent: Vec<SentStep>,
    /// What was in the cart when they left, as hashes; empty where that is unknown (records before version 6).
    pub goods: InlineVec<u32, 2>,
    /// When the next step is due (without grace), while armed or running.
    pub due_ms: Option<Ms>,
    /// When the timer of the next step is set: due plus grace, or the end of quiet hours.
    pub fire_at_ms: Option<Ms>,
    /// The event that armed it; while it is armed or runs.
    pub arming: Option<Arming>,
    /// The id of the cart that armed it, where this one has another; empty for the cart without id. Ids of triggers are made of
    /// it.
    pub armed_as: Option<Text>,
    /// The prospect's name when it was armed, where this record has another: ids of triggers are made of it.
    pub armed_under: Option<Text>,
}

/// What a cart is reminded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArmedFor {
    /// It was left.
    #[default]
    Abandoned,
    /// Its payment failed.
    PaymentFailed,
}

impl ArmedFor {
    /// `reason` of an abandoned cart.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Abandoned => "abandoned",
            Self::PaymentFailed => "payment-failed",
        }
    }
}

/// The life of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeriesPhase {
    /// Nothing armed.
    #[default]
    Idle,
    /// An add armed it; step 1 is pending.
    Armed,
    /// Step 1 left or was skipped; more steps are pending.
    Running,
    /// The last step left or was skipped; an order still counts as recovered.
    Complete,
    /// Cancelled or recalled before its last step; an order still counts as recovered.
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SentStep {
    /// 1-based.
    pub step: u8,
    /// The series that it belongs to.
    pub episode_ms: Ms,
    pub left_ms: Ms,
    pub trigger_id: u128,
    /// When its mail was last opened, and when a link in it was last clicked, by a person.
    pub opened_ms: Option<Ms>,
    pub clicked_ms: Option<Ms>,
    pub opened_by: AttributedBy,
    pub clicked_by: AttributedBy,
    /// What its mail is [known by](crate::domain::mail::known_by), once an event named it together with the trigger.
    pub mail: Option<NonZeroU32>,
    pub heard: Heard,
    /// Its series was cancelled, or its mail never arrived: no order follows from it. It may still be recalled.
    pub void: bool,
}

impl SentStep {
    /// Whether an order may follow from it: it left, stands, and left before.
    #[must_use]
    pub fn may_lead_to(&self, ordered_ms: Ms) -> bool {
        !self.void && self.left_ms <= ordered_ms
    }
}

/// What was heard of mails since a step left and before the next one did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heard {
    pub any: bool,
    /// Opens or clicks that named another mail or campaign.
    pub of_another: bool,
    /// Opens or clicks that a machine made.
    pub of_machine: bool,
}

/// Most carts of one prospect; the one touched longest ago goes first.
pub const MAX_CARTS: usize = 16;

/// Most lines of one cart; further products are left out and counted.
pub const MAX_LINES: usize = 100;

/// Products whose removal is remembered.
pub const MAX_REMOVED: usize = 64;

/// Steps that left, remembered until an outcome names them.
pub const MAX_SENT: usize = 16;

/// The event that armed a series, for the proof that its steps carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arming {
    /// Place of its name in [`ARMING_EVENTS`].
    pub name: u8,
    pub position: Position,
    /// What was added to the time that it says itself.
    pub corrected_ms: Ms,
}

impl Arming {
    /// By this event.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Self {
        let name = ARMING_EVENTS.iter().position(|name| *name == &*event.name).and_then(|n| u8::try_from(n).ok());
        Self { name: name.unwrap_or_default(), position: event.position, corrected_ms: event.corrected_by_ms() }
    }

    /// The event's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ARMING_EVENTS.get(usize::from(self.name)).copied().unwrap_or_default()
    }
}

/// Events that arm a cart's series. Records hold the place in this list: append only.
pub const ARMING_EVENTS: [&str; 7] = [
    "Product Added",
    "Wishlist Product Added to Cart",
    "Cart Viewed",
    "Cart Updated",
    "Checkout Started",
    "Payment Failed",
    "Cart Line Set",
];

/// Former ids of a cart that events may still name; the oldest goes first.
pub const MAX_ALIASES: usize = 4;

/// Most hashes that a series keeps; what finds no room is not recovered.
pub const MAX_GOODS: usize = 128;

/// Hashes of goods: of each line itself, of its sku and variant alone (an order may name it so), and of its product in any form.
pub type Goods = InlineVec<u32, 2>;
