//! What a task takes in: events of prospects, and what goes between members and their accounts.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::member_update::MemberUpdateRecord;
use std::borrow::Cow;

/// One record that a task takes in.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "nearly all are events, and those are decoded where they stay")]
pub enum TaskInput<'a> {
    Event(Event<'a>),
    /// What a member tells its account, or the account its member.
    MemberUpdate {
        update: Box<MemberUpdateRecord>,
        /// The record's own time.
        record_ms: Ms,
    },
}

impl TaskInput<'_> {
    /// Key of the record that it changes.
    #[must_use]
    #[inline]
    pub fn key(&self) -> Cow<'_, str> {
        match self {
            Self::Event(event) => Cow::Borrowed(&*event.prospect),
            Self::MemberUpdate { update, .. } => update.update.record_key(),
        }
    }

    /// When it happened.
    #[must_use]
    #[inline]
    pub fn time_ms(&self) -> Ms {
        match self {
            Self::Event(event) => event.time_ms,
            Self::MemberUpdate { update, .. } => update.at_ms,
        }
    }

    /// When it was written.
    #[must_use]
    #[inline]
    pub fn record_ms(&self) -> Ms {
        match self {
            Self::Event(event) => event.record_ms,
            Self::MemberUpdate { record_ms, .. } => *record_ms,
        }
    }
}
