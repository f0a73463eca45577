//! Triggers of absence: pending ones and those that left lately.

use super::Ms;
use super::effect::Effects;
use super::prospect::Prospect;
use super::step::Turn;

/// Triggers of absence: pending ones and those that left lately.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Absence {}

impl Absence {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Absence {
    /// When each pending trigger is due, in the order of the list.
    pub fn due_ms(&self) -> impl Iterator<Item = Ms> + '_ {
        std::iter::empty()
    }
}

/// Arms and cancels triggers by an event, and by what it moved.
pub fn turn(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}

/// A pending trigger is due: it leaves, is held or is skipped.
pub fn fire(_prospect: &mut Prospect, _index: usize, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}
