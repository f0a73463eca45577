//! Which persona a prospect is, how well it fits, and which models are for it.

use crate::domain::effect::Effects;
use crate::domain::prospect::Prospect;
use crate::domain::step::Turn;

/// Finds persona and fit anew in every track, and which models are for this prospect.
pub fn place(_prospect: &mut Prospect, _turn: &Turn<'_, '_>, _effects: &mut Effects) {}
