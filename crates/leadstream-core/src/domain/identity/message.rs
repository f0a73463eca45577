//! What tasks and routers tell each other about ids: the records of `leadstream.forwards`, each keyed by its receiver.

use crate::domain::state::identity::Name;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::consent::ConsentState;
use crate::domain::{Ms, Text};

/// How often a message is sent on. Each id that it comes to points to a smaller one, and a person has at most
/// [`crate::domain::state::identity::MAX_NAMES`] ids besides its name: more can't happen, and is a fault of ours.
pub const MAX_HOPS: u8 = 64;

/// One message: to whom, how often it was sent on before, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The key of its record: the id whose task reads it.
    pub to: Text,
    pub hops: u8,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Forwarded(Box<Forwarded>),
    Link(Link),
    Unlink(Unlink),
    Move(Box<Move>),
    /// What was moved comes back: whoever it was for is nobody. `from` is who that is.
    Return(Box<Move>),
    Consent(ConsentFact),
    Erase(Erase),
}

impl Body {
    /// When it happened. An event says that itself.
    #[must_use]
    pub fn at_ms(&self) -> Ms {
        match self {
            Self::Forwarded(_) => Ms::MIN,
            Self::Link(link) => link.at_ms,
            // Of names that found no room: nothing is newer.
            Self::Unlink(unlink) if unlink.at_ms == Ms::MAX => Ms::MIN,
            Self::Unlink(unlink) => unlink.at_ms,
            Self::Move(moved) | Self::Return(moved) => moved.at_ms,
            Self::Consent(fact) => fact.at_ms,
            Self::Erase(erase) => erase.at_ms,
        }
    }
}

/// An event, from an id that points to another. The rules name the ids; header and value are filled in by whoever has its record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forwarded {
    /// The id that it came to before.
    pub via: Text,
    /// The header that says where it comes from: `Routed` of `proto/leadstream/v1/routed.proto`, encoded.
    pub routed: Vec<u8>,
    /// The value of its record, as it was written.
    pub value: Vec<u8>,
    /// How that is written, where the record said so: the header `content-type`.
    pub content_type: Option<Vec<u8>>,
    /// The address that it names.
    pub address: Option<Text>,
}

/// The receiver is the same person as, or is used by, `target`, which is smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub target: Text,
    pub at_ms: Ms,
    pub cause: LinkCause,
}

/// How a link is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkCause {
    /// Both were in one event.
    Event,
    /// Somebody said so (`alias`).
    Alias,
    /// A third id points to both.
    Join,
    /// What the receiver points to, this id, has itself gone to the target.
    Shortcut(Text),
}

/// The receiver points to nobody any more: somebody logged out, or the prospect has too many names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlink {
    /// Links that are newer stay.
    pub at_ms: Ms,
    pub of: Holder,
}

/// A whole prospect for another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub from: Text,
    /// The time of the link.
    pub at_ms: Ms,
    /// Nothing, where there was none: then only the names are told.
    pub prospect: Option<Box<Prospect>>,
    /// The ids that stand for it, its own among them.
    pub names: Vec<Name>,
    pub cause: LinkCause,
}

/// What was said of an address, for one of those who read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentFact {
    pub state: ConsentState,
    pub at_ms: Ms,
}

/// Somebody is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erase {
    pub at_ms: Ms,
    /// Whoever the receiver stands for is erased, too; else the receiver was a name of somebody who is.
    pub whole_person: bool,
    pub of: Holder,
}

/// Which of those that an id points to are meant: halves of the hashes of a prospect's own name and of all others that it had. Empty:
/// all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder(pub Vec<u32>);

impl Holder {
    #[must_use]
    pub fn of(name: &str, names: &[Name]) -> Self {
        Self(std::iter::once(name).chain(names.iter().map(|name| &*name.id)).map(hash).collect())
    }

    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.contains(&hash(id))
    }
}

/// Half of the hash of an id.
#[must_use]
pub fn hash(id: &str) -> u32 {
    crate::domain::ids::low32(crate::domain::ids::hash64(id.as_bytes()))
}

impl Message {
    /// A new one.
    #[must_use]
    pub fn new(to: impl Into<Text>, body: Body) -> Self {
        Self { to: to.into(), hops: 0, body }
    }

    /// The same, for whom its receiver points to; `None`: that was done too often.
    #[must_use]
    pub fn on_to(self, to: impl Into<Text>) -> Option<Self> {
        (self.hops < MAX_HOPS).then(|| Self { to: to.into(), hops: self.hops + 1, body: self.body })
    }
}
