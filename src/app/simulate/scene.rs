//! What is to be written of one event of the shop of people.

use super::json_writer::Stamp;
use super::people::Visitor;
use super::what::What;

/// Who did what, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub stamp: &'a Stamp,
    pub visitor: u32,
    /// As they are after it.
    pub person: &'a Visitor,
    pub what: &'a What,
}
