//! The account that a prospect belongs to, and the record of an account itself.

use super::Ms;
use super::effect::Effects;
use super::prospect::Prospect;
use super::step::Turn;

/// The account that a prospect belongs to, and the record of an account itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Membership {}

impl Membership {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Membership {
    /// The next deadline of an account.
    #[must_use]
    pub fn due_ms(&self) -> Option<Ms> {
        None
    }
}

/// Tells the account what changed about its member; on the account's own record, takes it in.
pub fn turn(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}

/// A deadline of an account.
pub fn fire(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}
