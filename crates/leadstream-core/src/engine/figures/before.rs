//! What has to be known of a prospect before a step, so that what the step did can be counted after it.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::rules::orders::carts::Open;
use crate::domain::state::lead::{Lead, LeadStatus};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::TimerKind;
use crate::domain::terms::sales::{Answer, Qualification};

/// What has to be known of a prospect before a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before {
    pub(super) open: Open,
    pub(super) lead: LeadBefore,
}

impl Before {
    /// Before an event: little to look at for most.
    #[must_use]
    pub fn event(prospect: &Prospect, event: &Event<'_>) -> Self {
        Self::of(prospect, event.kind.is_cart_activity() || event.kind.is_about_orders())
    }

    #[must_use]
    pub fn timer(prospect: &Prospect, kind: TimerKind) -> Self {
        Self::of(prospect, matches!(kind, TimerKind::CartForgotten(_)))
    }

    /// Before news of the account.
    #[must_use]
    pub fn news(prospect: &Prospect) -> Self {
        Self::of(prospect, false)
    }

    /// With a lead that stands elsewhere.
    pub(super) fn with_lead(self, lead: &Lead) -> Self {
        Self { lead: LeadBefore::of_lead(lead), ..self }
    }

    fn of(prospect: &Prospect, look_at_carts: bool) -> Self {
        let open = if look_at_carts { Open::of(prospect) } else { Open::default() };
        Self { open, lead: LeadBefore::of(prospect) }
    }
}

/// What of a lead has to be known before a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeadBefore {
    pub status: LeadStatus,
    pub qualification: Qualification,
    pub handed_over_ms: Ms,
    /// When sales last said something of this hand-over; 0 while it has not. What came of it may have gone back since.
    pub answered_ms: Ms,
    /// What it said last.
    pub answer: Option<Answer>,
    /// Sales found it itself.
    pub found: bool,
    /// Its company keeps it from sales.
    pub held: bool,
}

impl LeadBefore {
    pub(super) fn of(prospect: &Prospect) -> Self {
        let lead = prospect.extras.as_ref().and_then(|extras| extras.lead.get());
        lead.map_or_else(Self::default, Self::of_lead)
    }

    pub(super) fn of_lead(lead: &Lead) -> Self {
        let Lead { status, qualification, handed_over_ms, answered_ms, answer, found, held, .. } = lead;
        Self {
            answer: *answer,
            found: *found,
            held: held.is_some(),
            status: *status,
            qualification: *qualification,
            handed_over_ms: *handed_over_ms,
            answered_ms: *answered_ms,
        }
    }
}
