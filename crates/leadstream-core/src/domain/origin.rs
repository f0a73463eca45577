//! Where a record came from, and the event that an output is about.

use crate::domain::Text;

/// Where a record came from. `input` is the index of its topic in the configured order of all input topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    pub input: u16,
    pub partition: i32,
    pub offset: i64,
}

/// The event that caused an output, as outputs show it; `None` in [`crate::domain::output::Output::event`] when time was the cause.
#[derive(Debug, Clone, PartialEq)]
pub struct CausingEvent {
    pub message_id: Option<Text>,
    pub name: Text,
    pub position: Position,
}
