//! Updates of members for their account and of the account for them: written to the internal topic, read back as input.

use crate::domain::company_names::ACCOUNT_KEY;
use crate::domain::hand_over::HandOver;
use crate::domain::ids::hash64;
use crate::domain::origin::CausingEvent;
use crate::domain::terms::account::AccountVerdict;
use crate::domain::terms::sales::Bar;
use crate::domain::{Ms, Text};
use std::borrow::Cow;
use std::sync::Arc;

/// A member's update for its account: where it stands now, the newest wins. Or the account's update for its member.
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
    pub verdict: Option<AccountVerdict>,
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

    /// Key of the record that it changes: the member's, or the account's own.
    #[must_use]
    pub fn record_key(&self) -> Cow<'_, str> {
        if self.is_to_member() { Cow::Borrowed(&*self.member) } else { Cow::Owned(format!("{ACCOUNT_KEY}{}", self.account)) }
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
    /// The account says whether leads of the company are handed over, and if not, why.
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

/// An update as it reaches the account.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberUpdateRecord {
    pub update: MemberUpdate,
    pub at_ms: Ms,
    /// Id of the output that brought it.
    pub id: u128,
    /// The member's event that caused it.
    pub event: Option<CausingEvent>,
    /// Of what leaves of a lead: the member's other ids, where outputs say them.
    pub ids: Arc<[Text]>,
}

impl MemberUpdateRecord {
    /// Where it stands among what others told: by time, then by member. What leaves of leads comes last: it may follow from
    /// what a colleague said at the same time.
    #[must_use]
    pub fn order(&self) -> (Ms, bool, u64) {
        (self.at_ms, matches!(self.update.news, News::Lead(_)), voter_of(&self.update.member))
    }
}

/// A member as a voter.
#[must_use]
pub fn voter_of(name: &str) -> u64 {
    hash64(name.as_bytes())
}
