//! What an event says of ids.

use super::id::Id;
use crate::domain::terms::consent::ConsentState;
use crate::domain::{Ms, Text};

/// What an event says of ids, as its record has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaidIds {
    /// The strongest of them, under which it belongs; empty: it says none.
    pub key: Text,
    /// Its usable ids, in any order, and whether each is evidence (`link`).
    pub ids: Vec<(Id, bool)>,
    /// It says that both are one person's.
    pub alias: Option<(Id, Id)>,
    /// It ends the use of its device by whoever used it (`detach_on`).
    pub detaches: bool,
}

/// What the rules look at in an event, wherever it comes by.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    pub said: &'a SaidIds,
    pub time_ms: Ms,
    /// It says this of the addresses that it names.
    pub consent: Option<ConsentState>,
}
