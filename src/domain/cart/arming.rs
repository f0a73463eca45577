//! The event that armed a series.

use crate::domain::Ms;
use crate::domain::event::{Event, Position};

/// The event that armed a series, for the proof that its steps carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arming {
    /// Place of its name in [`ARMING_EVENTS`].
    pub name: u8,
    pub position: Position,
    /// What was added to the time that it says itself.
    pub corrected_ms: Ms,
}

/// Events that arm a cart's series. Records hold the place in this list: append only.
pub const ARMING_EVENTS: [&str; 6] =
    ["Product Added", "Wishlist Product Added to Cart", "Cart Viewed", "Cart Updated", "Checkout Started", "Payment Failed"];

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
