//! The high-water mark of records, and how the open batch moves what is held against it.

/// The mark, and by how many prospects the open batch has changed their number.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) most: Option<usize>,
    pub(super) change: isize,
}

impl Room {
    /// The open batch became the truth, or nothing.
    pub(super) fn settle(&mut self) {
        self.change = 0;
    }

    /// A prospect of the batch was new or was none, and now is one or is none.
    pub(super) fn changed(&mut self, was_there: bool, is_there: bool) {
        self.change += isize::from(is_there) - isize::from(was_there);
    }
}
