//! What happened, before it is written.

use super::super::record::Topic;
use super::answers::Answers;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct What {
    pub call: Call,
    /// Of a track call the event, of a page call the title.
    pub name: &'static str,
    pub topic: Topic,
    pub props: Props,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Page,
    Track,
    Identify,
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Props {
    None,
    /// With the number of the campaign that led there.
    Page {
        path: &'static str,
        campaign: Option<usize>,
    },
    Title(&'static str),
    Form(&'static str),
    Reason(&'static str),
    Feature(&'static str),
    Source(&'static str),
    Contract {
        number: u32,
        cents: u64,
        seats: u32,
        kind: &'static str,
    },
    Order {
        number: u32,
        cents: u64,
    },
    Seats(u32),
    Rating(u8),
    Ticket(u32),
    Mail(Mailing),
    /// Traits of the person: the card, where a form or sales' system knows it, and answers.
    Traits {
        answers: Answers,
    },
}

/// Which mailing, and the number of its issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mailing {
    Newsletter(u32),
    /// After a download: three mails that lead on.
    FollowUp(u32),
}

/// On the site.
pub(super) const fn track(name: &'static str, props: Props) -> What {
    What { call: Call::Track, name, topic: Topic::Clickstream, props }
}

/// In the systems of the company: sales, contracts, support.
pub(super) const fn back_office(name: &'static str, props: Props) -> What {
    What { call: Call::Track, name, topic: Topic::Cart, props }
}

pub(super) const fn mail(name: &'static str, mailing: Mailing) -> What {
    What { call: Call::Track, name, topic: Topic::Email, props: Props::Mail(mailing) }
}

pub(super) const fn page(path: &'static str, title: &'static str) -> What {
    let props = Props::Page { path, campaign: None };
    What { call: Call::Page, name: title, topic: Topic::Clickstream, props }
}

pub(super) const fn identify(topic: Topic, answers: Answers) -> What {
    What { call: Call::Identify, name: "", topic, props: Props::Traits { answers } }
}

pub(super) const fn group(topic: Topic) -> What {
    What { call: Call::Group, name: "", topic, props: Props::None }
}
