//! Where the prospect came from and what was bought: for the figures.

use super::effect::Effects;
use super::prospect::Prospect;
use super::step::Turn;

/// Where the prospect came from and what was bought: for the figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Customer {}

impl Customer {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Takes in source, campaign and orders.
pub fn turn(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}
