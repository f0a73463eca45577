//! Outputs about triggers of absence, hand-overs and accounts, and the proof that triggers carry.

use super::{Axis, Company};
use crate::domain::account::group::Member;
use crate::domain::event::Position;
use crate::domain::{Ms, Text};

/// Why a trigger left: the rule, the events that brought it about, the checks that it passed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proof {
    /// The rule in words, such as `cart step 1 after 1h`.
    pub rule: Text,
    pub because: Vec<Because>,
    /// Names of the checks passed, such as `consent`, `cap`, `quiet-hours`, `cooldown`.
    pub checks: Vec<&'static str>,
}

/// An event that a trigger rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    pub name: Text,
    pub at_ms: Ms,
    pub position: Position,
    /// What was added to the time that it says itself; 0: nothing.
    pub corrected_ms: Ms,
}

/// `type` of a record in `leadstream.triggers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerKind {
    Fired,
    Recalled,
}

impl TriggerKind {
    /// In metrics and summaries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Recalled => "recalled",
        }
    }
}

/// A trigger of absence left, or is taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Triggered {
    pub kind: TriggerKind,
    /// Its name in the model.
    pub trigger: Text,
    /// Time of the event that armed it.
    pub episode_ms: Ms,
    pub due_at_ms: Ms,
    /// In words: what happened, and what did not.
    pub reasons: Vec<Text>,
    /// The product that it is about, if any.
    pub product_id: Option<Text>,
    pub score: f64,
    pub label: Option<Text>,
    pub persona: Option<Text>,
    pub proof: Proof,
}

/// `type` of a record in `leadstream.hand-overs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandOverKind {
    /// `lead.handed-over`: sales has to answer by `sla_due_at`.
    HandedOver,
    /// `lead.reminded`: no answer by then.
    Reminded,
    /// `lead.answered`: accepted, won, lost, no-show.
    Answered,
    /// `lead.returned`: back with marketing.
    Returned,
    /// `lead.held-back`: it would be handed over, were it not for its company.
    HeldBack,
}

impl HandOverKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::HandedOver, Self::Reminded, Self::Answered, Self::Returned, Self::HeldBack];

    /// The `type` of the output record.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::HandedOver => "lead.handed-over",
            Self::Reminded => "lead.reminded",
            Self::Answered => "lead.answered",
            Self::Returned => "lead.returned",
            Self::HeldBack => "lead.held-back",
        }
    }
}

/// How far the lead is qualified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Qualification {
    #[default]
    Mql,
    Sql,
}

impl Qualification {
    /// The name in outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mql => "MQL",
            Self::Sql => "SQL",
        }
    }
}

/// What sales said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    Accepted,
    Rejected,
    Recycled,
    Won,
    Lost,
    NoShow,
}

impl Answer {
    /// The name in models, outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Recycled => "recycled",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::NoShow => "no-show",
        }
    }
}

/// Why a lead went back although sales said nothing: a closed set, also the metric label.
pub const RETURNED_BECAUSE: [&str; 7] =
    ["no-answer", "aged", "disqualified", "model-changed", "order-reversed", "account-disqualified", "account-customer"];

/// Between marketing and sales.
#[derive(Debug, Clone, PartialEq)]
pub struct HandOver {
    pub kind: HandOverKind,
    pub qualification: Qualification,
    /// In words: the rules that gave most points, the answer's reason, `no-answer`, `aged`.
    pub reasons: Vec<Text>,
    pub answer: Option<Answer>,
    pub sla_due_at_ms: Option<Ms>,
    /// Since when sales had the lead.
    pub handed_over_at_ms: Ms,
    pub score: f64,
    pub fit: Option<f64>,
    pub grade: Option<Text>,
    pub label: Option<Text>,
    pub persona: Option<Text>,
    /// The company, and the role in its buying group, as far as they are known.
    pub account: Option<Text>,
    pub role: Option<Text>,
    /// What the account knew of the company; `None` where the model knows no accounts, or no company is known.
    pub company: Option<Box<Company>>,
}

/// `type` of a record in `leadstream.accounts`. The numbers are part of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    JourneyChanged = 0,
    FunnelChanged = 1,
    ConsensusReached = 2,
    ConsensusLost = 3,
    /// By what came late, a transition that was said does not stand.
    ConsensusRecalled = 4,
    /// The group as a whole.
    Disqualified = 5,
    Reopened = 6,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::JourneyChanged,
        Self::FunnelChanged,
        Self::ConsensusReached,
        Self::ConsensusLost,
        Self::ConsensusRecalled,
        Self::Disqualified,
        Self::Reopened,
    ];

    /// The `type` of the output record.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::JourneyChanged | Self::FunnelChanged => "account.stage-changed",
            Self::ConsensusReached => "account.consensus-reached",
            Self::ConsensusLost => "account.consensus-lost",
            Self::ConsensusRecalled => "account.consensus-recalled",
            Self::Disqualified => "account.disqualified",
            Self::Reopened => "account.reopened",
        }
    }
}

/// A record in `leadstream.accounts`; its key is the account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountChanged {
    pub kind: AccountKind,
    pub account: Text,
    /// Of a stage change.
    pub axis: Option<Axis>,
    pub journey: Option<Text>,
    pub funnel: Option<Text>,
    pub from: Option<Text>,
    pub to: Option<Text>,
    pub score: f64,
    pub members: u32,
    /// Members who have reached the model's stage of agreement or a later one, and those who have not.
    pub agreed: Vec<Text>,
    pub missing: Vec<Text>,
    /// How many have to agree.
    pub expected: u32,
    /// Roles that have to be among those who agree and are not.
    pub missing_roles: Vec<Text>,
    pub consensus: bool,
    /// The group as a whole.
    pub disqualified: bool,
    pub reason: Option<Text>,
    /// Id of the output that does not stand.
    pub recalls: Option<u128>,
    /// What the company is called where members say so.
    pub known_as: Vec<Text>,
    pub group: Vec<Member>,
}

/// What an event decides about a group as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Disqualified,
    Reopened,
}
