//! What is held under an id while a rule of linking changes it: a prospect, or whom the id stands for.

use super::record::Record;
use crate::domain::state::prospect::Prospect;

/// The record of one id.
pub struct Held<'p> {
    pub prospect: &'p mut Box<Prospect>,
    /// Nothing is known of it.
    pub is_new: &'p mut bool,
    /// All that was known is deleted.
    pub is_erased: &'p mut bool,
}

impl Held<'_> {
    /// Whether there is a prospect under the id.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !*self.is_new && !self.prospect.is_nobody()
    }

    /// Takes it out. A prospect has to be put back.
    pub(super) fn take(&mut self) -> Option<Record> {
        if *self.is_new && self.prospect.erasure().is_none() {
            return None;
        }
        let mut prospect = std::mem::take(self.prospect);
        Some(match prospect.extras.as_mut().and_then(|extras| extras.forward.take()) {
            Some(forward) => Record::Forward(*forward),
            None => Record::Prospect(prospect),
        })
    }

    /// A copy: of a prospect only that one is there, and whether it was erased.
    pub(super) fn copy(&self) -> Option<Record> {
        let erasure = self.prospect.erasure();
        let bare = || {
            let mut bare = Box::<Prospect>::default();
            bare.extras_mut().erasure = erasure;
            Record::Prospect(bare)
        };
        match self.prospect.forward() {
            Some(forward) => Some(Record::Forward(forward.clone())),
            None => erasure.is_some().then(bare),
        }
    }

    /// From now on this is held.
    pub(super) fn put(&mut self, record: Option<Record>) {
        let is_gone = record.is_none();
        match record {
            Some(Record::Prospect(prospect)) => *self.prospect = prospect,
            Some(Record::Forward(forward)) => {
                **self.prospect = Prospect::default();
                self.prospect.extras_mut().forward = Some(Box::new(forward));
            }
            None => **self.prospect = Prospect::default(),
        }
        (*self.is_new, *self.is_erased) = (is_gone, is_gone);
    }
}
