//! What two prospects that are one were counted as twice: figures take it back.

use crate::domain::Ms;
use crate::domain::state::lead::Lead;
use crate::domain::terms::movement::{Axis, Cause, Direction};

/// What a merge takes back of what was counted.
#[derive(Debug, Default)]
pub struct GivenUp {
    /// Of the way that was not kept, of each model and axis.
    pub moves: Vec<GivenUpMove>,
    /// What sales had of the one, while it has the other.
    pub lead: Option<Box<Lead>>,
    /// Where the lead of the person stood when two became one, before anything followed from it: it was counted to get there.
    pub lead_before: Option<Box<Lead>>,
}

/// A move that was counted. Stages are indices in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenUpMove {
    /// Index of the model.
    pub model: usize,
    pub axis: Axis,
    /// When it was made.
    pub at_ms: Ms,
    pub what: TakenBack,
}

/// What of a move is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// All of it: the stage left, with its entry (`None`: came from nowhere), and the one entered (`None`: it stands nowhere since).
    Move { from: Option<(usize, Ms)>, to: Option<usize>, cause: Cause, direction: Direction },
    /// That somebody came to this stage: what it left for that is not remembered, or was the person's, too.
    Entry { to: usize },
}
