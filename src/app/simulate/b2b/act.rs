//! What is planned in the market: acts of people, of companies and of sales.

use super::what::{Mailing, What};

/// What someone will do. For a company: `Story`, `Deal`, `Care`; all others of a person. The number is that of the story or visit
/// that it was planned for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Visit(u32),
    Say(What),
    Webinar(&'static str),
    Newsletter,
    Send(Mailing),
    Open(Mailing),
    Click(Mailing),
    Answer(Answer),
    Story(u32),
    Deal(u32, Step),
    Care(u32),
    /// The term of the contract is over.
    Term(u32),
    /// Sales looks for companies by itself.
    Prospecting,
}

/// What comes next in a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Book,
    Meet,
    Demo,
    Try,
    Check,
    Quote,
    Negotiate,
    Decide,
}

/// What sales says of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted(Source),
    Rejected(&'static str),
    Recycled(&'static str),
    /// Rejected, and no buyer at all.
    NoBuyer(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Handed over by marketing.
    Marketing,
    /// Asked for something, though marketing would not have called it ready.
    Request,
    /// Found by sales itself.
    Outbound,
}

impl Source {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Request => "inbound request",
            Self::Outbound => "outbound",
        }
    }
}
