//! What of the outputs is worth telling a person.

use std::collections::VecDeque;

/// Kept for the view.
const KEPT: usize = 64;

/// Something worth telling.
#[derive(Debug, Clone)]
pub(super) struct Headline {
    pub kind: HeadlineKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeadlineKind {
    Step(u8),
    Recovered,
    Ended,
    Hot,
    /// Handed to sales.
    Lead,
    /// A buying group agrees.
    Agreed,
    /// Two ids are one person's.
    Person,
    /// A customer.
    Won,
}

/// The headlines of a run.
#[derive(Debug, Default)]
pub(super) struct Headlines {
    /// Newest last.
    pub newest: VecDeque<Headline>,
    /// All that ever were.
    pub count: u64,
}

impl Headlines {
    pub(super) fn tell(&mut self, kind: HeadlineKind, text: String) {
        self.count += 1;
        if self.newest.len() == KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back(Headline { kind, text });
    }
}
