//! One line that can't be used, as an example of its kind.

use super::input_log::Item;
use super::record::Source;
use crate::runtime::ports::Rejected;

/// So much of a line shows what it is.
const BEGINNING_CHARS: usize = 120;

/// Where such a line stands, and how it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub source: Source,
    pub detail: String,
    pub begins: String,
}

impl Example {
    pub(super) fn of(item: &Item<'_>, rejected: &Rejected) -> Self {
        let beginning = item.what.bytes().get(..4 * BEGINNING_CHARS).unwrap_or(item.what.bytes());
        let printable = String::from_utf8_lossy(beginning).chars().filter(|c| !c.is_control()).take(BEGINNING_CHARS).collect();
        Self { source: item.source, detail: rejected.detail.clone(), begins: printable }
    }

    /// Tasks read their logs by time: the first line of the inputs may come later.
    pub(super) fn keep_first(&mut self, item: &Item<'_>, rejected: &Rejected) {
        if item.source < self.source {
            *self = Self::of(item, rejected);
        }
    }
}
