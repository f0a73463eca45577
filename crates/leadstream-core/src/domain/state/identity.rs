//! What a record holds of ids: what one stands for besides a prospect, and which ids a prospect has besides its own name.
//!
//! Ids stand here as their texts (`type:value`), since a type's number is good only under the configuration that it is of.

use crate::domain::state::consent::Consent;
use crate::domain::state::erasure::Erasure;
use crate::domain::state::few::InlineVec;
use crate::domain::{Ms, Text};

/// Most prospects that one id may stand for: those who read one address.
pub const MAX_HOLDERS: usize = 4;

/// Most ids that a prospect has besides its own name.
pub const MAX_NAMES: usize = 64;

/// Users after whom a device is shared; so many are remembered.
pub const MAX_USERS: usize = 3;

/// The record of an id that points to others: its events are theirs. Each of them is smaller in the order of ids, so that no chain
/// of records ever closes to a circle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forward {
    /// Never empty, the newest first. One, but for an address that several people read.
    pub to: InlineVec<Claim, 1>,
    /// When it first pointed to anybody.
    pub first_ms: Ms,
    /// The newest link.
    pub refreshed_ms: Ms,
    /// Of a device: who used it lately.
    pub users: Users,
    /// Of an address: what was said of it, for whoever turns out to read it, too.
    pub consent: Consent,
    /// The id was erased not long ago: what happened before that is nobody's.
    pub erasure: Option<Erasure>,
}

/// Whom an id stands for, and since its newest link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub id: Text,
    pub at_ms: Ms,
}

/// Of the users of a device: hashes, and when each was last linked with it.
pub type Users = InlineVec<DeviceUser, 1>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceUser {
    /// Half of the hash of the user's id.
    pub hash: u32,
    pub at_ms: Ms,
}

/// What a prospect's record holds of ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The other ids that stand for the prospect.
    pub names: Vec<Name>,
    /// So many ids came to it within a day that it is nobody: until then nothing leaves for it.
    pub crowded_until_ms: Option<Ms>,
    /// Where the prospect is named by a device.
    pub device: Device,
}

/// An id that stands for a prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub id: Text,
    /// Of its type.
    pub rank: u8,
    pub since_ms: Ms,
    /// When an event that came without a router last said so; 0: none did.
    pub linked_ms: Ms,
}

/// What a device's own prospect remembers of who used it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    pub users: Users,
    /// Too many people use it: it stands for none of them, and what it does without a name stays its own.
    pub shared: bool,
    /// Whoever used it logged out then: links from before are of the past.
    pub detached_ms: Option<Ms>,
}

impl Identity {
    /// Whether it was nobody at this instant: nothing leaves for it, and nobody comes to it.
    #[must_use]
    pub fn is_crowded(&self, at_ms: Ms) -> bool {
        self.crowded_until_ms.is_some_and(|until_ms| until_ms > at_ms)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { names, crowded_until_ms, device: Device { users, shared, detached_ms } } = self;
        names.is_empty() && crowded_until_ms.is_none() && users.is_empty() && !shared && detached_ms.is_none()
    }
}
