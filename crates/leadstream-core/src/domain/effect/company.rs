//! What leaves about a lead's company, and what goes between members and their account.

use super::{HandOver, Verdict};
use crate::domain::{Ms, Text};

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

/// The company of a lead when the lead left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Company {
    /// What members call it; empty: as the account is called.
    pub known_as: Vec<Text>,
    pub journey: Option<Text>,
    pub funnel: Option<Text>,
    pub score: f64,
    /// Whether the buying group agreed, and since when, as long as the account remembers it.
    pub consensus: bool,
    pub consensus_since_ms: Option<Ms>,
    pub expected: u32,
    pub agreed: Vec<Text>,
    pub missing: Vec<Text>,
    pub missing_roles: Vec<Text>,
    /// Everybody who is known of it, the lead included.
    pub members: u32,
    /// The others who did something lately.
    pub active_colleagues: Vec<Colleague>,
    pub disqualified: bool,
    pub customer: bool,
}

/// Somebody else of the company.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Colleague {
    pub member: Text,
    pub role: Option<Text>,
    pub journey: Option<Text>,
}

/// What a member tells its account: where it stands now. Newest wins. Or what the account tells its member.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberUpdate {
    pub account: Text,
    pub member: Text,
    pub role: Option<Text>,
    pub journey: Option<Text>,
    pub funnel: Option<Text>,
    pub score: f64,
    pub disqualified: bool,
    /// It belongs to another account now, or was erased.
    pub left: bool,
    pub verdict: Option<Verdict>,
    /// Of the verdict.
    pub reason: Option<Text>,
    /// What the company is called where the event says so, if that is not its account's name.
    pub known_as: Option<Text>,
    /// It bought, and the order or contract stands.
    pub customer: bool,
    /// When it last did something.
    pub active_ms: Option<Ms>,
    /// Why it believes that its leads are not handed over.
    pub barred: Option<Bar>,
    pub news: News,
}

impl MemberUpdate {
    /// It goes from the account to its member.
    #[must_use]
    pub fn is_to_member(&self) -> bool {
        matches!(self.news, News::Bar(_))
    }

    /// Whose task takes it in.
    #[must_use]
    pub fn addressee(&self) -> &Text {
        if self.is_to_member() { &self.member } else { &self.account }
    }
}

/// What an update is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum News {
    /// Where the member stands.
    #[default]
    Standing,
    /// What leaves of its lead by way of the account.
    Lead(Box<LeadNews>),
    /// The account tells whether leads of the company are handed over, and why not.
    Bar(Option<Bar>),
}

/// What leaves of a lead.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadNews {
    pub lead: HandOver,
    /// The time of the output.
    pub at_ms: Ms,
    /// Sales is to get it: the account may hold it back.
    pub asks: bool,
}
