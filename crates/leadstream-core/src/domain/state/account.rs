//! The account that a prospect belongs to.

use crate::domain::state::group::Group;
use crate::domain::terms::sales::Bar;
use crate::domain::{Ms, Text};
use std::num::NonZeroU64;

/// The account that a prospect belongs to, and the record of an account itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Membership {
    /// The role that the model's accounts give to what is known of the prospect.
    pub role: Option<Text>,
    pub belongs: Option<Belongs>,
    /// Leads of its company are not handed over.
    pub barred: Option<Barred>,
    /// This is the record of an account, not of a prospect.
    pub group: Option<Box<Group>>,
}

impl Membership {
    /// The next deadline of an account.
    #[must_use]
    pub fn due_ms(&self) -> Option<Ms> {
        self.group.as_ref().and_then(|group| group.forget_at_ms())
    }
}

/// Where a prospect belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Belongs {
    pub account: Text,
    /// How the account is known.
    pub source: Source,
    /// Time of the newest event that named it.
    pub since_ms: Ms,
    /// When the last update was sent to the account.
    pub sent_ms: Option<Ms>,
    /// Digest of that update; `None` also after the update that the prospect left.
    pub sent_digest: Option<NonZeroU64>,
    /// The id in the group call that named it: a later call with nothing but this id means the same account.
    pub group_id: Option<Text>,
}

/// Longest reason given for disqualifying a group.
pub(crate) const MAX_REASON_BYTES: usize = 128;

/// Leads of the prospect's company are not handed over, as its account said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barred {
    pub why: Bar,
    pub since_ms: Ms,
}

/// How sure it is that somebody belongs to a company; later ones win over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Source {
    #[default]
    MailDomain,
    Trait,
    GroupCall,
}
