//! Between marketing and sales: where the lead stands, and until when somebody has to answer.

use super::effect::Effects;
use super::prospect::Prospect;
use super::step::Turn;
use super::{Ms, Text};

/// Between marketing and sales: where the lead stands, and until when somebody has to answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lead {}

impl Lead {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Lead {
    /// When somebody has to have answered, or the lead has aged.
    #[must_use]
    pub fn due_ms(&self) -> Option<Ms> {
        None
    }
}

/// The prospect is no lead any more, until it comes back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Disqualified {
    pub since_ms: Ms,
    pub reason: Option<Text>,
    /// Where it stood: journey, funnel.
    pub stood: [Option<Text>; 2],
}

/// What an event, or what just moved, means for the hand-over.
pub fn turn(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}

/// Somebody should have answered by now, or the lead has aged.
pub fn fire(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}
