//! What left and what was held back lately, with the checks: for the question why.

use crate::domain::state::few::InlineVec;
use crate::domain::terms::cart::Reason;
use crate::domain::{Ms, Text};

/// Most decisions that are remembered; the oldest goes first.
pub const MAX_DECISIONS: usize = 8;

/// What left and what was held back lately, with the checks: for the question why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decisions {
    /// Oldest first.
    pub list: InlineVec<Decision, 2>,
}

/// One trigger that was due: a step of a cart's series, or a trigger of absence.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// When it was decided.
    pub at_ms: Ms,
    /// When the trigger was due; earlier than `at_ms` if it had to wait for quiet hours to end.
    pub due_ms: Ms,
    /// Its name in the model; empty for a step of a cart's series.
    pub trigger: Text,
    /// 1-based; 0: no step of a cart, or the whole series.
    pub step: u8,
    pub done: TriggerFate,
    pub checks: Checks,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TriggerFate {
    #[default]
    Left,
    /// Due in quiet hours: it waits until then.
    HeldUntil(Ms),
    Suppressed(Reason),
}

/// Why a trigger may be suppressed. Records hold the place in this list: append only.
pub const REASONS: [Reason; 16] = [
    Reason::Late,
    Reason::Cooldown,
    Reason::ModelChanged,
    Reason::Unsubscribed,
    Reason::HardBounce,
    Reason::Complained,
    Reason::SoftBounces,
    Reason::QuietHours,
    Reason::Cap,
    Reason::Priority,
    Reason::AtMost,
    Reason::Disqualified,
    Reason::Evicted,
    Reason::MinValue,
    Reason::NoConsent,
    Reason::OpenCart,
];

/// A question that a trigger has to pass before it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Disqualified,
    Cooldown,
    AtMost,
    Lateness,
    Consent,
    QuietHours,
    Cap,
    Priority,
    NoOpenCart,
    AfterVisit,
}

impl Check {
    /// Every check, in the order in which they are made. Records hold the place in this list: append only.
    pub const ALL: [Self; 10] = [
        Self::Disqualified,
        Self::Cooldown,
        Self::AtMost,
        Self::Lateness,
        Self::Consent,
        Self::QuietHours,
        Self::Cap,
        Self::Priority,
        Self::NoOpenCart,
        Self::AfterVisit,
    ];

    /// The name in proofs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lateness => "max-lateness",
            Self::Cooldown => "cooldown",
            Self::Disqualified => "not-disqualified",
            Self::AtMost => "at-most",
            Self::Consent => "consent",
            Self::QuietHours => "quiet-hours",
            Self::Cap => "cap",
            Self::Priority => "priority",
            Self::NoOpenCart => "no-open-cart",
            Self::AfterVisit => "after-visit",
        }
    }
}

/// The checks passed: a set of [`Check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checks(pub u16);

impl Checks {
    /// One more was passed.
    pub fn pass(&mut self, check: Check) {
        self.0 |= 1 << check as u16;
    }

    /// Whether it was passed.
    #[must_use]
    pub fn has(self, check: Check) -> bool {
        self.0 & (1 << check as u16) != 0
    }

    /// Their names, in the order in which they are made.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        Check::ALL.into_iter().filter(|c| self.has(*c)).map(Check::name).collect()
    }
}
