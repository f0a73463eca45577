//! What the rules of linking are told: types of ids, limits, and which ids are nobody's.

use super::id::Id;
use super::types::{IdClass, IdTypes};
use crate::domain::{DAY_MS, Ms, Text};
use std::collections::BTreeSet;

/// Everything that the rules look at besides a record and a message.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub types: &'a IdTypes,
    pub limits: &'a Limits,
    pub blocked: &'a Blocked,
}

/// How far ids are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// An alias may say that two exclusive ids are one person's.
    pub user_aliases: bool,
    /// A device with [`crate::domain::state::identity::MAX_USERS`] users within this time is shared.
    pub shared_within_ms: Ms,
    /// A link that is known is written anew when it is newer by this.
    pub refresh_after_ms: Ms,
    /// Most ids that may come to a prospect within a day.
    pub links_per_day: usize,
    /// How long nothing leaves for a prospect to which more came.
    pub crowded_for_ms: Ms,
    /// How long an erased id refuses what happened before: nothing older than that is taken from any input.
    pub erased_for_ms: Ms,
    pub erase_address: EraseAddress,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            user_aliases: false,
            shared_within_ms: 30 * DAY_MS,
            refresh_after_ms: DAY_MS,
            links_per_day: 20,
            crowded_for_ms: 30 * DAY_MS,
            erased_for_ms: 90 * DAY_MS,
            erase_address: EraseAddress::All,
        }
    }
}

/// Who is erased where somebody asks by an address that several people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EraseAddress {
    #[default]
    All,
    /// Whoever was linked with it last.
    Newest,
}

/// Ids that so many share that they are nobody's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked(BTreeSet<Text>);

impl Blocked {
    pub fn block(&mut self, id: &str) {
        self.0.insert(id.into());
    }

    pub fn unblock(&mut self, id: &str) {
        self.0.remove(id);
    }

    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        !self.0.is_empty() && self.0.contains(id)
    }
}

impl Rules<'_> {
    /// The id that a text stands for.
    pub(super) fn id(&self, text: &str) -> Option<Id> {
        self.types.parse(text).ok()
    }

    pub(super) fn class(&self, id: &Id) -> IdClass {
        self.types.class(id.kind())
    }

    /// Of an id's type; of what is no id the weakest.
    pub(super) fn rank(&self, text: &str) -> u8 {
        self.id(text).map_or(u8::MAX, |id| self.types.rank(id.kind()))
    }

    /// The weaker of two ids, which points to the stronger, and that one.
    pub(super) fn ordered(&self, a: Text, b: Text) -> (Text, Text) {
        if self.id(&a) > self.id(&b) { (a, b) } else { (b, a) }
    }
}

/// Whether two ids are of two people unless an alias says otherwise: two users, and two addresses, of which each may be of a user of
/// its own.
pub(super) fn clash(a: IdClass, b: IdClass) -> bool {
    matches!((a, b), (IdClass::Exclusive, IdClass::Exclusive) | (IdClass::Address, IdClass::Address))
}
