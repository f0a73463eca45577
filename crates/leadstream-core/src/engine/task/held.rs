//! What is held under an id that is part of the open batch, as rules of linking see it: a prospect, or whom the id stands for.

use super::state::Task;
use crate::domain::identity::record::Record;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::Codec;

impl<C: Codec> Task<C> {
    /// Whether there is a prospect under a staged id.
    pub(super) fn is_there(&self, at: usize) -> bool {
        let staged = &self.staged[at];
        !staged.is_new && !staged.prospect.is_nobody()
    }

    /// What is held under a staged id. A prospect has to be put back.
    pub(super) fn take_record(&mut self, at: usize) -> Option<Record> {
        let staged = &mut self.staged[at];
        if staged.is_new && staged.prospect.erasure().is_none() {
            return None;
        }
        let mut prospect = std::mem::take(&mut staged.prospect);
        Some(match prospect.extras.as_mut().and_then(|extras| extras.forward.take()) {
            Some(forward) => Record::Forward(*forward),
            None => Record::Prospect(prospect),
        })
    }

    /// The same, left where it is: of a prospect only that one is there.
    pub(super) fn copy_of(&self, at: usize) -> Option<Record> {
        let prospect = &self.staged[at].prospect;
        let of_erasure = || {
            let mut bare = Box::<Prospect>::default();
            bare.extras_mut().erasure = prospect.erasure();
            Record::Prospect(bare)
        };
        match prospect.forward() {
            Some(forward) => Some(Record::Forward(forward.clone())),
            None if prospect.erasure().is_some() => Some(of_erasure()),
            None => None,
        }
    }

    pub(super) fn put(&mut self, at: usize, record: Option<Record>) {
        let was_there = self.is_there(at);
        self.put_after(at, record, was_there);
    }

    /// What is held under a staged id from now on. `was_there`: there was a prospect.
    pub(super) fn put_after(&mut self, at: usize, record: Option<Record>, was_there: bool) {
        let staged = &mut self.staged[at];
        match record {
            Some(Record::Prospect(prospect)) => {
                (staged.prospect, staged.is_new, staged.erased) = (prospect, false, false);
            }
            Some(Record::Forward(forward)) => {
                let prospect = &mut *staged.prospect;
                *prospect = Prospect::default();
                prospect.extras_mut().forward = Some(Box::new(forward));
                (staged.is_new, staged.erased) = (false, false);
            }
            None => {
                *staged.prospect = Prospect::default();
                (staged.is_new, staged.erased) = (true, true);
            }
        }
        self.changed(at, was_there);
    }

    pub(super) fn changed(&mut self, at: usize, was_there: bool) {
        let is_there = self.is_there(at);
        self.room.changed(was_there, is_there);
        let staged = &mut self.staged[at];
        staged.recount = true;
        staged.place = None;
    }
}
