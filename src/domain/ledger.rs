//! The ledger of a score: which event gave how many points under which rule. The latest entries are kept one by one, older ones
//! are folded into what each group brings forward; together they are the score, always.

use super::Ms;

/// Entries that a track keeps one by one.
pub const MAX_ENTRIES: usize = 12;

/// Points that one event gave under one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Hash of the rule's own text.
    pub rule: u32,
    /// [`super::model::name_hash`] of the group's name.
    pub group: u32,
    /// Low half of the hash of the event's name.
    pub event: u16,
    pub time_ms: Ms,
    /// What they were worth at `time_ms`, caps taken into account.
    pub points: f32,
}
