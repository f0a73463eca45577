//! What a task takes in: events of prospects, what ids are told, and what goes between members and their accounts.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::identity::message::Message;
use crate::domain::member_update::MemberUpdateRecord;
use std::borrow::Cow;

/// One record that a task takes in.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "nearly all are events, and those are decoded where they stay")]
pub enum TaskInput<'a> {
    Event(Event<'a>),
    /// An event, from an id that points to this one.
    Forwarded {
        event: Event<'a>,
        by: Forwarder,
    },
    /// What an id is told.
    Told {
        message: Box<Message>,
        /// Of the record that brought it about.
        record_ms: Ms,
    },
    /// What a member tells its account, or the account its member.
    MemberUpdate {
        update: Box<MemberUpdateRecord>,
        /// The record's own time.
        record_ms: Ms,
    },
}

/// Who sent an event on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarder {
    /// The id that it came to before; empty: it only lay under another key.
    pub via: String,
    /// How often it was sent on.
    pub hops: u8,
}

impl<'a> TaskInput<'a> {
    /// The event, whichever way it came.
    #[must_use]
    #[inline]
    pub fn event(&self) -> Option<&Event<'a>> {
        match self {
            Self::Event(event) | Self::Forwarded { event, .. } => Some(event),
            Self::Told { .. } | Self::MemberUpdate { .. } => None,
        }
    }

    /// Key of the record that it changes.
    #[must_use]
    #[inline]
    pub fn key(&self) -> Cow<'_, str> {
        match self {
            Self::Event(event) | Self::Forwarded { event, .. } => Cow::Borrowed(&*event.prospect),
            Self::Told { message, .. } => Cow::Borrowed(&*message.to),
            Self::MemberUpdate { update, .. } => update.update.record_key(),
        }
    }

    /// When it happened.
    #[must_use]
    #[inline]
    pub fn time_ms(&self) -> Ms {
        match self {
            Self::Event(event) | Self::Forwarded { event, .. } => event.time_ms,
            Self::Told { message, .. } => message.body.at_ms(),
            Self::MemberUpdate { update, .. } => update.at_ms,
        }
    }

    /// When it was written.
    #[must_use]
    #[inline]
    pub fn record_ms(&self) -> Ms {
        match self {
            Self::Event(event) | Self::Forwarded { event, .. } => event.record_ms,
            Self::Told { record_ms, .. } | Self::MemberUpdate { record_ms, .. } => *record_ms,
        }
    }
}
