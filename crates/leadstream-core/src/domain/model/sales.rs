//! Between marketing and sales: qualification, hand-over, answers, disqualification and the way back.

mod office;

use crate::domain::event::Event;
use crate::domain::model::predicate::Condition;
use crate::domain::names::PropertyId;
use crate::domain::terms::sales::{Answer, Bar, Qualification};
use crate::domain::{Ms, Text};
pub use office::Office;

/// Where a disqualified prospect stands, in outputs: no stage may be called so.
pub const DISQUALIFIED: &str = "disqualified";

/// What sales can say, and the event that says it when the model says nothing.
pub const ANSWERS: [(Answer, &str); 6] = [
    (Answer::Accepted, "Lead Accepted"),
    (Answer::Rejected, "Lead Rejected"),
    (Answer::Recycled, "Lead Recycled"),
    (Answer::Won, "Lead Won"),
    (Answer::Lost, "Lead Lost"),
    (Answer::NoShow, "Lead No-Show"),
];

/// Index of the reset of somebody who comes back, after those of [`ReturnReason::ALL`].
pub const RE_ENTRY_RESET: u8 = 5;

/// Why a lead goes back to marketing with a reset of its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnReason {
    Rejected,
    Recycled,
    Lost,
    NoAnswer,
    Aged,
}

impl ReturnReason {
    pub const ALL: [Self; 5] = [Self::Rejected, Self::Recycled, Self::Lost, Self::NoAnswer, Self::Aged];

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub fn index(self) -> u8 {
        self as u8
    }

    /// The word in models and outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Recycled => "recycled",
            Self::Lost => "lost",
            Self::NoAnswer => "no-answer",
            Self::Aged => "aged",
        }
    }

    /// Sales said nothing: that says nothing of the lead either.
    #[must_use]
    pub fn is_silence(self) -> bool {
        matches!(self, Self::NoAnswer | Self::Aged)
    }
}

/// Where somebody comes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReEntryStage {
    /// Where they stood.
    #[default]
    Resume,
    /// Where the event leads somebody new, or to the first stage.
    Anew,
}

/// What becomes of the points of somebody who comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReEntryScore {
    #[default]
    Keep,
    Reset,
}

/// What steps run on.
#[derive(Debug, Clone, Default)]
pub struct SalesModel {
    pub hand_over: Option<Box<HandOverModel>>,
    pub disqualify: Vec<DisqualifyRule>,
    pub re_entry: ReEntryModel,
}

#[derive(Debug, Clone)]
pub struct HandOverModel {
    /// Index of the label from which on a lead is an MQL.
    pub mql: usize,
    /// Index of the label from which on it is an SQL without sales having accepted it.
    pub sql: Option<usize>,
    pub sla_ms: Ms,
    pub sql_sla_ms: Ms,
    pub grace_ms: Ms,
    /// `None`: an SQL doesn't age.
    pub age_ms: Option<Ms>,
    pub again_after_ms: Ms,
    /// A lead that went back is handed over again once its engagement has risen by this much; `None`: that alone is no reason.
    pub again_rise: Option<f64>,
    /// By such an event the buyer asks for sales: a lead that went back is handed over again.
    pub hand_raise: Option<Condition>,
    pub hand_raise_waits: bool,
    /// Who bought already is handed over like others.
    pub customers: bool,
    pub disqualified_accounts: bool,
    /// `None`: the time in which sales answers passes day and night.
    pub office: Option<Office>,
    pub answers: Vec<(Answer, Condition)>,
    pub reason: PropertyId,
    /// In the order of [`ReturnReason::ALL`].
    pub resets: [Reset; 5],
}

impl HandOverModel {
    /// When sales has had this much time.
    #[must_use]
    pub fn due_ms(&self, from_ms: Ms, length_ms: Ms) -> Ms {
        self.office.as_ref().map_or_else(|| from_ms.saturating_add(length_ms), |office| office.due_ms(from_ms, length_ms))
    }

    /// The same reason, where the model minds it.
    #[must_use]
    pub fn bars(&self, bar: Bar) -> Option<Bar> {
        let minds = match bar {
            Bar::Disqualified => !self.disqualified_accounts,
            Bar::Customer => !self.customers,
        };
        minds.then_some(bar)
    }

    /// What an event says of a lead, if anything.
    #[must_use]
    pub fn answer(&self, event: &Event<'_>) -> Option<Answer> {
        self.answers.iter().find(|(_, when)| when.holds(event)).map(|(answer, _)| *answer)
    }

    /// How far a label qualifies: its index among the model's labels.
    #[must_use]
    pub fn level(&self, label: Option<usize>) -> Option<Qualification> {
        let label = label?;
        match self.sql {
            Some(sql) if label >= sql => Some(Qualification::Sql),
            _ => (label >= self.mql).then_some(Qualification::Mql),
        }
    }
}

/// What becomes of the points of a lead that goes back.
#[derive(Debug, Clone, Default)]
pub struct Reset {
    pub how: ResetHow,
    /// What it says, in words.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ResetHow {
    Keep(f64),
    To(f64),
    /// Hash of the group's name, and how much of it stays.
    Groups(Vec<(u32, f64)>),
}

impl Default for ResetHow {
    fn default() -> Self {
        Self::Keep(1.0)
    }
}

#[derive(Debug, Clone)]
pub struct DisqualifyRule {
    pub condition: Condition,
    pub reason: Option<Text>,
    pub reason_from: PropertyId,
}

#[derive(Debug, Clone, Default)]
pub struct ReEntryModel {
    pub rules: Vec<Condition>,
    pub after_ms: Option<Ms>,
    pub to: ReEntryStage,
    pub score: ReEntryScore,
}

impl SalesModel {
    /// What a reset says, in words: by its index among those of the hand-over, or [`RE_ENTRY_RESET`].
    #[must_use]
    pub fn reset_words(&self, why: u8) -> &str {
        if why == RE_ENTRY_RESET {
            return "back without its points";
        }
        let reset = self.hand_over.as_ref().and_then(|h| h.resets.get(usize::from(why)));
        reset.map_or("went back", |reset| &reset.words)
    }
}
