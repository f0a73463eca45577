//! What machine traffic is told by: the latest delivery, clicks and views in a row.

use super::effect::Effects;
use super::event::Event;
use super::model::Model;
use super::prospect::Prospect;

/// What machine traffic is told by: the latest delivery, clicks and views in a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Machine {}

impl Machine {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a machine made this event. It is counted, and changes nothing but what machines are told by.
pub fn judge(_prospect: &mut Prospect, _event: &Event<'_>, _model: &Model, _effects: &mut Effects) -> bool {
    false
}
