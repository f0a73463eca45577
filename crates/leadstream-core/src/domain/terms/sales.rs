//! Words of sales: who is handed over, what sales answers, and what bars a lead.

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

/// The reason of a lead whose prospect turned out to be another one of which sales has a lead: only with identity.
pub const MERGED: &str = "merged";

/// Why leads of a company are not handed over: a closed set, also the metric label. The numbers are part of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bar {
    /// The buying group as a whole is disqualified.
    Disqualified = 1,
    /// Somebody of the company bought already.
    Customer = 2,
}

impl Bar {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::Disqualified, Self::Customer];

    /// The word in outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Disqualified => "account-disqualified",
            Self::Customer => "account-customer",
        }
    }

    /// The one with a number; `None`: there is none such.
    #[must_use]
    pub fn of_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|bar| *bar as u64 == number)
    }
}
