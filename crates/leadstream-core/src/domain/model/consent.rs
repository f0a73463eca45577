//! How a model takes consent.

use crate::domain::names::Flags;

/// How a model takes consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConsentModel {
    /// No mail is sent before consent was given.
    pub opt_in: bool,
    /// Traits by which somebody agrees or refuses; yes to these is a refusal.
    pub agreeing: u64,
    pub refusing: u64,
}

impl ConsentModel {
    /// What the traits of an event say; a refusal outweighs what else it says.
    pub(crate) fn says(&self, flags: Flags) -> Option<bool> {
        if flags.yes & self.refusing | flags.no & self.agreeing != 0 {
            return Some(false);
        }
        (flags.yes & self.agreeing != 0).then_some(true)
    }
}
