//! Where a lead stands with sales.

use crate::domain::terms::sales::{Answer, Bar, Qualification};
use crate::domain::{Ms, Text};

/// Longest reason that is kept of an event, in bytes.
pub const MAX_REASON_BYTES: usize = 120;

/// Who has the lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeadStatus {
    /// Marketing; it was never handed over.
    #[default]
    Open,
    /// Sales has to answer by the SLA.
    AwaitingAnswer,
    /// Sales has not, and was reminded.
    Reminded,
    /// Sales accepted it and works on it.
    Accepted,
    /// It went back to marketing.
    Returned,
    /// Sales won it.
    Won,
}

/// Between marketing and sales: where the lead stands, and until when somebody has to answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lead {
    pub status: LeadStatus,
    pub qualification: Qualification,
    /// Since when sales has, or last had, it.
    pub handed_over_ms: Ms,
    /// When sales has to have answered, when it has aged, or when it may be handed over again.
    pub due_ms: Option<Ms>,
    /// What sales said last of this hand-over, and when.
    pub answer: Option<Answer>,
    pub answered_ms: Ms,
    /// It went back: not before then is it handed over again.
    pub again_from_ms: Ms,
    /// It went back, and since then there is a new reason for it: its label fell below the line and counts again, it did more,
    /// or asked for sales.
    pub renewed: bool,
    /// It went back, and this is the least that its engagement has been since.
    pub lowest: Option<f64>,
    /// It went back, and the buyer has asked for sales since.
    pub raised: bool,
    /// Sales found it itself; it was not handed over.
    pub found: bool,
    /// It would be handed over, were it not for its company.
    pub held: Option<Held>,
    /// When the prospect last came back from being disqualified.
    pub re_entered_ms: Option<Ms>,
    /// By what source it had come first when it was handed over, and the [`crate::domain::ids::name_hash`] of its persona then:
    /// for the figures.
    pub source: Option<Text>,
    pub persona: Option<u32>,
}

impl Lead {
    /// When somebody has to have answered, or the lead has aged.
    #[must_use]
    pub fn due_ms(&self) -> Option<Ms> {
        self.due_ms
    }

    #[must_use]
    pub fn is_with_sales(&self) -> bool {
        matches!(self.status, LeadStatus::AwaitingAnswer | LeadStatus::Reminded | LeadStatus::Accepted)
    }

    /// It went back, or was won: nothing that was before speaks for handing it over again.
    pub(crate) fn settle(&mut self, again_from_ms: Ms) {
        (self.renewed, self.raised, self.lowest) = (false, false, None);
        self.again_from_ms = again_from_ms;
    }

    /// A disqualified prospect is back; as a new one, if `anew`.
    pub fn re_enter(&mut self, at_ms: Ms, anew: bool) {
        if anew {
            *self = Self::default();
        }
        self.re_entered_ms = self.re_entered_ms.max(Some(at_ms));
    }
}

/// A hand-over that is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub why: Bar,
    pub since_ms: Ms,
}
