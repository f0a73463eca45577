//! One compiled axis: its stages, moves and counts.

use crate::domain::model::of_cart::OfCart;
use crate::domain::model::predicate::{Condition, On, Predicate};
use crate::domain::names::{Kind, PropertyId};
use crate::domain::terms::movement::Axis;
use crate::domain::{Ms, Text};

/// One axis of a model.
#[derive(Debug, Clone, Default)]
pub struct AxisModel {
    /// Names, in order: earlier to later.
    pub stages: Vec<Text>,
    /// [`crate::domain::ids::name_hash`] of each.
    pub hashes: Vec<u32>,
    pub moves: Vec<Move>,
    /// Indices into `moves` by event name: `moves_by_name[name.0]`, then the moves on any event.
    pub moves_by_name: Vec<Vec<u16>>,
    pub moves_on_any: Vec<u16>,
    /// The events whose moves ask what the cart holds.
    pub asks_for_cart: On,
    /// By stage: how long without activity, and where to.
    pub stale: Vec<Option<Stale>>,
    /// Old stage names of earlier versions of the model and the stage they became (index).
    pub renamed: Vec<(Text, usize)>,
    /// Stages left that a record keeps.
    pub history: usize,
    /// Events that close a journey, after which the next one begins; and their marks in records.
    pub closed_by: On,
    pub closing_marks: Vec<u16>,
    /// The stage of those who bought and have not been seen for long.
    pub lapsed: Option<usize>,
    /// [`crate::domain::model::Model::pipeline`], if it is on this axis.
    pub pipeline: Option<Pipeline>,
}

impl AxisModel {
    /// Whether any event closes a journey.
    #[must_use]
    pub fn is_closed_by_something(&self) -> bool {
        !self.closing_marks.is_empty()
    }
}

/// A stage goes stale after this long without activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    pub after_ms: Ms,
    /// Stage index.
    pub to: usize,
}

/// One move: "to this stage on that event, if".
#[derive(Debug, Clone)]
pub struct Move {
    /// Stage index.
    pub to: usize,
    /// Stage indices; empty: from any earlier stage or from none.
    pub from: Vec<usize>,
    pub condition: Condition,
    /// Needs this many matches, the current one included.
    pub count: Option<CountRule>,
    /// Needs at least this many sessions so far.
    pub sessions: u32,
    /// What the cart must hold once the event is applied.
    pub cart: Vec<(OfCart, Predicate)>,
    /// Hash of the rule's own text.
    pub rule: u32,
}

/// "times within", maybe with the same value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRule {
    pub times: usize,
    /// `None`: ever.
    pub within_ms: Option<Ms>,
    pub match_by: Option<PropertyId>,
    /// Each value counts once.
    pub distinct: Option<Distinct>,
}

/// What has to be another one each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distinct {
    /// The product that the event is about.
    Product(PropertyId),
    Property(PropertyId),
}

/// Most stages on one axis.
pub const MAX_STAGES: usize = 64;

/// Most matches that a count rule remembers per prospect; a rule that asks for more is refused at load.
pub const MAX_COUNT_MEMORY: usize = 50;

/// Name under which non-`track` calls appear in models and outputs.
#[must_use]
pub fn call_name(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Page => Some("page"),
        Kind::Screen => Some("screen"),
        Kind::Identify => Some("identify"),
        Kind::Group => Some("group"),
        Kind::Alias => Some("alias"),
        _ => None,
    }
}

/// Stages from `open` up to, not including, `won` are opportunities; numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pipeline {
    pub axis: Axis,
    pub open: u8,
    pub won: u8,
}
