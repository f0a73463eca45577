//! What a recovered order follows from, how that is known, or why it is unknown.

/// What a recovered order follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribution {
    /// A link in a reminder was clicked within `click_window` before it.
    Click,
    /// A reminder was opened within `open_window` before it.
    Open,
}

impl Attribution {
    /// The name in outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::Open => "open",
        }
    }
}

/// How an open or a click was known to be of a reminder. Records hold the place in [`AttributedBy::ALL`]: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AttributedBy {
    /// It named no mail at all: it belongs to the last reminder before it.
    #[default]
    LastReminder,
    /// It named the trigger.
    TriggerId,
    /// It named the mail or campaign that an earlier event named together with the trigger.
    Mail,
    /// It named a campaign of reminders (`[cart] campaigns`): of several reminders the last before it.
    Campaign,
}

impl AttributedBy {
    pub const ALL: [Self; 4] = [Self::LastReminder, Self::TriggerId, Self::Mail, Self::Campaign];

    /// The name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LastReminder => "last-reminder",
            Self::TriggerId => "trigger-id",
            Self::Mail => "mail",
            Self::Campaign => "campaign",
        }
    }
}

/// Why a recovered order is attributed to nothing: a closed set, also the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributionReason {
    /// No event of any mail came in since the first reminder left.
    NoMailEvents,
    /// Mails are heard of, but no reminder was opened or clicked before the order.
    NoOpenOrClick,
    /// Only machines opened or clicked.
    ByMachine,
    /// What was opened or clicked says that it was another mail or campaign.
    AnotherMail,
    /// A reminder was opened or clicked, but too long before the order.
    OutsideWindow,
}

impl AttributionReason {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::NoMailEvents, Self::NoOpenOrClick, Self::ByMachine, Self::AnotherMail, Self::OutsideWindow];

    /// The name in outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoMailEvents => "no-mail-events-known",
            Self::NoOpenOrClick => "no-open-or-click",
            Self::ByMachine => "by-machine",
            Self::AnotherMail => "names-another-mail",
            Self::OutsideWindow => "outside-window",
        }
    }
}
