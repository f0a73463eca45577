//! What identify and group calls said of the prospect; only what the models name.

use super::effect::Effects;
use super::event::Event;
use super::model::Models;
use super::prospect::Prospect;
use super::step::Turn;

/// What identify and group calls said of the prospect; only what the models name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traits {}

impl Traits {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Takes in what an event says of the prospect. True: something that a model looks at changed.
pub fn learn(_prospect: &mut Prospect, _event: &Event<'_>, _models: &Models) -> bool {
    false
}

/// Finds persona and fit anew in every track, and which models are for this prospect.
pub fn place(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}
