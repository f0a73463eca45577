//! What a step gives besides new state: outputs for downstream topics, and notes that the runtime counts.

pub mod account;
pub mod given_up;
pub mod identity;
pub mod of_ids;
mod orders;
pub mod trigger;

use crate::domain::hand_over::HandOver;
use crate::domain::identity::message::Message;
use crate::domain::identity::record::Counted;
use crate::domain::member_update::{MemberUpdate, MemberUpdateRecord};
use crate::domain::origin::CausingEvent;
use crate::domain::output::trigger::{CartAbandoned, CartOutcome};
use crate::domain::state::checkout::Passed;
use crate::domain::terms::bots::{BotKind, InternalKind};
use crate::domain::terms::cart::Reason;
use crate::domain::terms::limit::Limit;
use crate::domain::terms::movement::{Axis, Cause, Direction};
use crate::domain::{Ms, Text};
pub use account::AccountChanged;
pub use given_up::GivenUp;
pub use identity::IdentityChanged;
pub use orders::{CartsChange, NoOpportunity, OrderChange};
use std::sync::Arc;
pub use trigger::{Because, Proof, Triggered};

/// One output record for downstream topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Deterministic id (see [`crate::domain::ids`]).
    pub id: u128,
    /// Index of the model in [`crate::domain::model::Models`].
    pub model: usize,
    /// The instant of the decision: the causing event's time, or the due time.
    pub at_ms: Ms,
    pub event: Option<CausingEvent>,
    pub body: Body,
}

impl Output {
    /// What it reports to an account or a member, if anything, as it comes back from the internal topic.
    #[must_use]
    pub fn member_update(&self) -> Option<MemberUpdateRecord> {
        let Body::Member(update) = &self.body else { return None };
        let (update, event) = ((**update).clone(), self.event.clone());
        Some(MemberUpdateRecord { update, at_ms: self.at_ms, id: self.id, event, ids: Arc::default() })
    }
}

/// The type-specific part of an output.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    StageChanged(StageChanged),
    ScoreChanged(ScoreChanged),
    CartAbandoned(Box<CartAbandoned>),
    CartOutcome(Box<CartOutcome>),
    Triggered(Box<Triggered>),
    HandOver(Box<HandOver>),
    AccountChanged(Box<AccountChanged>),
    /// Who became part of whom, and who claims what.
    IdentityChanged(Box<IdentityChanged>),
    /// Internal: a member's update for its account.
    Member(Box<MemberUpdate>),
    /// Internal: what an id is told, under that id. Its time is that of the record that brought it about.
    Told(Box<Message>),
    /// Internal: the prospect's id is nobody's, for all tasks and routers.
    Blocked,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StageChanged {
    pub axis: Axis,
    /// Stage names; `from` is `None` on entry.
    pub from: Option<Text>,
    pub to: Text,
    pub direction: Direction,
    pub cause: Cause,
    /// Time spent in the stage left; 0 on entry.
    pub in_stage_ms: Ms,
    pub score: f64,
    pub label: Option<Text>,
    pub persona: Option<Text>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoreChanged {
    pub from: Option<Text>,
    pub to: Option<Text>,
    pub up: bool,
    /// Fit and engagement together.
    pub score: f64,
    /// `None`: the model has no fit.
    pub fit: Option<f64>,
    pub engagement: f64,
    pub grade: Option<Text>,
    /// Group name and points, in the model's order.
    pub groups: Vec<(Text, f64)>,
    /// Two prospects turned out to be one: that brought it about.
    pub merged: bool,
}

/// Another prospect became part of this one: `prospect.merged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProspectMerged {
    /// Deterministic id (see [`crate::domain::ids`]).
    pub id: u128,
    pub at_ms: Ms,
    /// The key of the other.
    pub from: Text,
    /// Nothing was known of this one: it is the other by a new name.
    pub renamed: bool,
}

/// Something to count that is no output. The runtime adds them up; the domain knows no metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// Seen before for this prospect: changed nothing.
    Duplicate,
    /// It happened before its prospect was erased: it was dropped.
    BeforeErasure,
    /// Older than what the prospect has already seen.
    Late,
    /// An add or snapshot that armed nothing because consent is withdrawn.
    NoConsent,
    /// A record of another model was moved to the current one.
    ModelMoved,
    /// A stage of another model that the current one doesn't know was kept.
    StageKept,
    /// A limit of the record was reached.
    LimitReached(Limit),
    /// A trigger of absence did not leave.
    Suppressed(Reason),
    /// An answer of sales about a lead that it doesn't have, or that it answered for already.
    AnswerIgnored,
    /// A visitor of whom nothing was known stayed away for as long as the model keeps such records.
    Forgotten,
    /// A new prospect of whom nothing is known found no room: its event was not applied.
    NoRoom,
    /// A machine made the event: it neither scored, nor moved, nor was activity.
    Bot(BotKind),
    /// It is of the shop's own people, or of a test: as if it had not been.
    Internal(InternalKind),
    /// What an id was told had less effect than was asked for.
    Link(Counted),
}

/// Everything that steps gave since the caller last cleared it. Reused between steps.
#[derive(Debug, Default)]
pub struct Effects {
    pub outputs: Vec<Output>,
    pub notes: Vec<Note>,
    /// All that was known of the prospect is gone; its record is to be deleted (tombstone) unless something stays of the erasure.
    pub erase: bool,
    /// What is known of its orders and of where it came from has changed, or since when it is known: figures count by it.
    pub customer: bool,
    /// What became of orders, and of the carts that they took; opportunities that were none.
    pub orders: Vec<OrderChange>,
    pub carts: Vec<CartsChange>,
    pub no_opportunities: Vec<NoOpportunity>,
    /// How far a visit came in the checkout.
    pub checkout: Option<Passed>,
    /// Prospects that became part of this one.
    pub merged: Vec<ProspectMerged>,
    /// Outputs that are about such a prospect and leave under its name: its lead went back, it left its account.
    pub outputs_of_merged: Vec<Output>,
    /// What a merge takes back of what was counted.
    pub given_up: Option<Box<GivenUp>>,
    /// Moves of a merge that are counted, and said to nobody.
    pub unsaid: Vec<Output>,
}

impl Effects {
    /// What the merge takes back.
    pub fn given_up_mut(&mut self) -> &mut GivenUp {
        self.given_up.get_or_insert_default()
    }
}
