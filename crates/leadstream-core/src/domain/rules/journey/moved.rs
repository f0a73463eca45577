//! What a move between stages gives.

use crate::domain::event::Value;
use crate::domain::model::{Model, OfCart, Predicate};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::{Axis, Cause, Direction};
use crate::domain::{Ms, Text};

/// A move that was made, for the output.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub axis: Axis,
    pub from: Option<Text>,
    /// Stage index in the model.
    pub to: usize,
    pub direction: Direction,
    pub cause: Cause,
    pub in_stage_ms: Ms,
}

/// What movement needs to know of the prospect besides its track.
#[derive(Debug, Clone, Copy)]
pub struct Presence {
    pub sessions: u32,
    /// A pause this long ends a visit.
    pub session_gap_ms: Ms,
    pub last_activity_ms: Option<Ms>,
    /// What the cart holds once the event is applied; only looked at where a move asks for it.
    pub cart: Option<Held>,
}

impl Presence {
    /// Without a look into the cart.
    #[must_use]
    pub fn of(prospect: &Prospect, model: &Model) -> Self {
        let Prospect { sessions, last_activity_ms, .. } = *prospect;
        Self { sessions, session_gap_ms: model.session_gap_ms, last_activity_ms, cart: None }
    }
}

/// What a cart holds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Held {
    pub lines: f64,
    pub quantity: f64,
    /// `None`: not known.
    pub value: Option<f64>,
}

impl Held {
    pub(crate) fn passes(self, (what, test): &(OfCart, Predicate)) -> bool {
        let number = match what {
            OfCart::Lines => Some(self.lines),
            OfCart::Quantity => Some(self.quantity),
            OfCart::Value => self.value,
        };
        test.holds(number.map(Value::Number).as_ref())
    }
}
