//! Where opportunities stand, what is won, and what is a sale besides orders: what a model file says, else what its moves say.

use crate::domain::event::Event;
use crate::domain::model::axis::{AxisModel, Move};
use crate::domain::model::predicate::Condition;
use crate::domain::names::Kind;
use crate::domain::terms::movement::Axis;

/// What steps run on.
#[derive(Debug, Clone, Default)]
pub struct WonModel {
    /// `None`: no stage of the model is won.
    pub places: Option<Places>,
    /// Events that are sales, besides orders.
    pub sales: Vec<Condition>,
    /// How sales says that it lost a lead.
    pub lost: Option<Condition>,
}

/// Where opportunities stand, and where they are won: stages by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub axis: Axis,
    /// Stages from here up to, not including, `won` are opportunities.
    pub open: usize,
    pub won: usize,
    /// Where what sales lost falls back to; `None`: there is no stage before the opportunities.
    pub lost_to: Option<usize>,
}

impl WonModel {
    /// Whether an event that is no order says that something was sold.
    #[must_use]
    pub fn is_contract(&self, event: &Event<'_>) -> bool {
        matches!(event.kind, Kind::Contract | Kind::Sales) && self.sales.iter().any(|when| when.holds(event))
    }

    /// Whether sales says that it lost the lead.
    #[must_use]
    pub fn is_lost(&self, event: &Event<'_>) -> bool {
        event.kind == Kind::Sales && self.lost.as_ref().is_some_and(|when| when.holds(event))
    }
}

/// Whether moves speak of an event for whoever stands before the stage that is won: then they are all there is to say.
pub fn told_before_won<'a>(mut moves: impl Iterator<Item = &'a Move>, won: usize) -> bool {
    moves.any(|one| one.from.is_empty() || one.from.iter().any(|from| *from < won))
}

impl AxisModel {
    /// Whether somebody who stands there is not at the stage that is won, or beyond: who lapsed has it still to come.
    #[must_use]
    pub fn is_before_won(&self, stage: usize, won: usize) -> bool {
        stage < won || self.lapsed == Some(stage)
    }
}
